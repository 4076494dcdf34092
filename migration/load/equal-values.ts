/** What a value is in a unique key of PostgreSQL: the same text for all that are equal there. */
import type { ColumnPlan, TargetType } from "../model";
import type { SqliteValue } from "../source/value";
import { encoderFor, Unfit } from "./encode";

/** @returns null for NULL, which equals nothing, and for a value that does not fit the column */
export type KeyText = (value: SqliteValue) => string | null;

export function keyTextOf(column: ColumnPlan): KeyText {
  const encode = encoderFor(column);
  const canonical = canonicalForms[column.type.kind] ?? ((field: string) => field);
  return (value) => {
    if (value === null) return null;
    const mended = column.badText === "replace" && typeof value === "string" ? value.replaceAll("\0", "") : value;
    const field = encode(mended);
    return field instanceof Unfit || field === "\\N" ? null : canonical(field);
  };
}

/** Of types in which one value can be written in several ways, as fields of COPY. */
const canonicalForms: Partial<Record<TargetType["kind"], (field: string) => string>> = {
  // -0 equals 0.
  "double precision": (field) => String(Number(field) + 0),
  real: (field) => String(Math.fround(Number(field)) + 0),
  numeric: decimal,
  char: (field) => field.replace(/ +$/, ""),
  timestamp: moment,
  timestamptz: moment,
};

/** The digits without zeros at the ends, and where the point is. */
function decimal(field: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(field) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return whole === "" && fraction === "" ? field : "0";
  const scale = Number(exponent) - fraction.length + digits.length - kept.length;
  return `${sign === "-" ? "-" : ""}${kept}e${scale}`;
}

/** Seconds since 1970, and the digits after them. */
function moment(field: string): string {
  const [, day, clock = "00:00:00", fraction = "", offset = "Z"] =
    /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2})(?:\.(\d+))?)?([+-]\d{2}:\d{2})?$/.exec(field) ?? [];
  return day === undefined ? field : `${Date.parse(`${day}T${clock}${offset}`)}.${fraction.replace(/0+$/, "")}`;
}
