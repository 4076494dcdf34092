/** How many values of a column config makes NULL. */
import type { NullValue } from "../model";
import { nullLiteral } from "../plan/type-words";
import { quoteName, type Sqlite } from "./open";

/** @returns the count of each that the column holds, by its SQL literal */
export function countNullValues(
  db: Sqlite,
  table: string,
  column: string,
  nullFor: NullValue[],
): Record<string, string> {
  const counts = nullFor.map(
    (value) =>
      `(SELECT count(*) FROM ${quoteName(table)} NOT INDEXED WHERE ${becomesNull(quoteName(column), [value])})`,
  );
  const row =
    db
      .prepare<[], bigint[]>(`SELECT ${counts.join(", ")}`)
      .raw()
      .get() ?? [];
  return Object.fromEntries(
    nullFor.flatMap((value, index) => ((row[index] ?? 0n) > 0n ? [[nullLiteral(value), String(row[index])]] : [])),
  );
}

/** SQLite's condition for a value of a column that is one of these. A unary plus takes the column's affinity away, which would turn '0' into 0. */
export function becomesNull(column: string, nullFor: NullValue[]): string {
  return nullFor
    .map((value) =>
      value.t === "text"
        ? `(typeof(${column}) = 'text' AND +${column} COLLATE BINARY = ${nullLiteral(value)})`
        : `(typeof(${column}) IN ('integer', 'real') AND +${column} = ${nullLiteral(value)})`,
    )
    .join(" OR ");
}
