/** Values that config changes on their way: to NULL, or a time to microseconds. Every other value stays as it is. */
import type { ColumnPlan } from "../model";
import { isFinerThanMicroseconds, ticksOfMicrosecond } from "../plan/temporal";
import type { SqliteValue } from "../source/value";

/** @returns the very same value where nothing is to be changed */
export type Adapt = (value: SqliteValue) => SqliteValue;

/** Null for a column whose values all stay as they are. */
export function adapterOf({
  nullFor = [],
  cut,
  timeForm,
}: Pick<ColumnPlan, "nullFor" | "cut" | "timeForm">): Adapt | null {
  if (nullFor.length === 0 && cut === undefined) return null;
  const texts = new Set(nullFor.flatMap(({ t, v }) => (t === "text" ? v : [])));
  const integers = new Set(nullFor.flatMap(({ t, v }) => (t === "integer" ? BigInt(v).toString() : [])));
  const ticks = timeForm === null ? null : ticksOfMicrosecond(timeForm);
  return (value) => {
    if (typeof value === "string") {
      if (texts.has(value)) return null;
      return cut && isFinerThanMicroseconds(value) ? value.replace(/(\.\d{6})\d+/, "$1") : value;
    }
    if (typeof value !== "bigint" && typeof value !== "number") return value;
    // 0.0 is 0 in SQLite, too.
    if (integers.has(String(value === 0 ? 0 : value))) return null;
    if (!cut || ticks === null || typeof value !== "bigint") return value;
    const rest = ((value % ticks) + ticks) % ticks;
    return rest === 0n ? value : value - rest;
  };
}
