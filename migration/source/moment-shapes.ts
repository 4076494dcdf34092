/** How the texts of times look in columns that the schema's own SQL compares: where all look alike, the order of the texts is that of the times. */
import type { ColumnProfile, MomentShape, SourceObject, SourceTable } from "../model";
import { parseTemporal } from "../plan/temporal";
import { quoteName, type Sqlite } from "./open";

const shapeForm = /^\d{4}-\d{2}-\d{2}([ T])\d{2}:\d{2}:\d{2}(?:\.(\d{1,6}))?((?: ?[+-]\d{2}:?\d{2}|Z)?)$/;

/** The shape of one text; null for one that is no date and time, or has another precision than seconds and their decimals. */
export function shapeOf(text: string): MomentShape | null {
  const [, separator, fraction = "", suffix = ""] = shapeForm.exec(text) ?? [];
  if (separator !== " " && separator !== "T") return null;
  return parseTemporal(text) === null ? null : { separator, fraction: fraction.length, suffix };
}

/**
 * Notes the shapes in the profiles: of columns that hold texts alone, and belong to a unique key (where two texts of one time must be told apart) or are
 * named in a CHECK, an index's or a generated column's expression, a view or a trigger. Each costs one pass over its table, so that no other is looked at.
 */
export function lookAtShapes(
  db: Sqlite,
  table: SourceTable,
  profiles: Map<string, ColumnProfile>,
  objects: Pick<SourceObject, "sql">[],
): Map<string, ColumnProfile> {
  const sql = [
    ...table.checks.map((check) => check.sql),
    ...table.indexes.flatMap((index) =>
      index.sql !== null && (index.partial || index.columns.some(({ name }) => name === null)) ? [index.sql] : [],
    ),
    ...Object.values(table.expressions),
    ...objects.map((object) => object.sql),
  ]
    .join("\n")
    .toLowerCase();
  for (const [column, profile] of profiles) {
    const kinds = Object.keys(profile.storage).filter((kind) => kind !== "null");
    const [form = "", ...others] = Object.keys(profile.forms);
    if (kinds.join() !== "text" || others.length > 0) continue;
    // The look at the values has seen that they are dates and nothing else.
    if (form === "date") profile.shape = { separator: "", fraction: 0, suffix: "" };
    if (!form.startsWith("date and time")) continue;
    if (!isInUniqueKey(table, column) && !sql.includes("*") && !sql.includes(column.toLowerCase())) continue;
    const shape = commonShape(db, table.name, column);
    if (shape !== null) profile.shape = shape;
  }
  return profiles;
}

function isInUniqueKey({ columns, indexes }: SourceTable, name: string): boolean {
  return (
    columns.some((column) => column.name === name && column.keyPosition > 0) ||
    indexes.some((index) => index.unique && index.columns.some((column) => column.name === name))
  );
}

function commonShape(db: Sqlite, table: string, column: string): MomentShape | null {
  const [name, from] = [quoteName(column), `FROM ${quoteName(table)} NOT INDEXED`];
  const one = (sql: string) => db.prepare<unknown[], string>(`SELECT ${name} ${from} WHERE ${sql} LIMIT 1`).pluck();
  const first = one(`${name} IS NOT NULL`).get();
  const shape = typeof first === "string" ? shapeOf(first) : null;
  if (first === undefined || shape === null) return null;
  // GLOB alone passes over what stands behind U+0000.
  const other = one(`${name} IS NOT NULL AND (${name} NOT GLOB ? OR octet_length(${name}) <> ?)`);
  const inAll = octets(db, first);
  const unlike = other.get(globOf(shape), inAll);
  if (unlike === undefined) return shape;
  // One of both has the digits that the other leaves out.
  const fraction = Math.max(shape.fraction, shapeOf(unlike)?.fraction ?? 0);
  if (fraction === 0 || shape.suffix !== "") return null;
  const [long, short] = [fraction, 0].map((digits) => globOf({ ...shape, fraction: digits })) as [string, string];
  const fits = `((${name} GLOB ? AND ${name} NOT GLOB ?) OR ${name} GLOB ?) AND octet_length(${name}) IN (?, ?)`;
  const lengths = [20 + fraction, 19].map((length) => (inAll / first.length) * length);
  const neither = one(`${name} IS NOT NULL AND NOT (${fits})`).get(
    long,
    `*.${"0".repeat(fraction)}`,
    short,
    ...lengths,
  );
  return neither === undefined ? { ...shape, fraction, omitsZeros: true } : null;
}

function globOf({ separator, fraction, suffix }: MomentShape): string {
  const digits = (count: number) => "[0-9]".repeat(count);
  const day = `${digits(4)}-${digits(2)}-${digits(2)}`;
  const clock = `${digits(2)}:${digits(2)}:${digits(2)}`;
  return day + separator + clock + (fraction === 0 ? "" : `.${digits(fraction)}`) + suffix;
}

/** In the database's encoding. */
function octets(db: Sqlite, text: string): number {
  return Number(db.prepare("SELECT octet_length(?)").pluck().get(text));
}
