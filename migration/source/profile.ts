/** What the columns of a table really hold: the evidence from which the plan chooses their types. */
import type { ColumnProfile, SourceTable } from "../model";
import { type Family, readDeclaration } from "../plan/declaration";
import { digitsOf, formOf, needsForms } from "../plan/forms";
import { quoteName, type Sqlite } from "./open";
import type { SqliteValue } from "./value";
import { showValue } from "./value";

/** SQLite allows 2000 columns in a result. */
const columnsAtOnce = 100;
const classes = ["integer", "real", "text", "blob"] as const;

/**
 * Looks at every value of the table: counts in SQL, and one by one the columns whose type asks for it.
 *
 * @param familyOf what a column is asked for; its declared type says so where this is left out
 */
export function profileTable(
  db: Sqlite,
  table: SourceTable,
  familyOf: (column: string) => Family = (name) =>
    readDeclaration(table.columns.find((column) => column.name === name)?.declaredType ?? "").family,
): Map<string, ColumnProfile> {
  const profiles = new Map<string, ColumnProfile>();
  for (let from = 0; from < table.columns.length; from += columnsAtOnce)
    for (const [name, profile] of countClasses(db, table, table.columns.slice(from, from + columnsAtOnce)))
      profiles.set(name, profile);
  lookAtForms(db, table, profiles, familyOf);
  return profiles;
}

function countClasses(db: Sqlite, table: SourceTable, columns: SourceTable["columns"]): Map<string, ColumnProfile> {
  const aggregates = columns.flatMap(({ name }) => {
    const column = quoteName(name);
    return [
      `count(*) FILTER (WHERE typeof(${column}) = 'integer')`,
      `count(*) FILTER (WHERE typeof(${column}) = 'real')`,
      `count(*) FILTER (WHERE typeof(${column}) = 'text')`,
      `count(*) FILTER (WHERE typeof(${column}) = 'blob')`,
      `min(CASE typeof(${column}) WHEN 'integer' THEN +${column} END)`,
      `max(CASE typeof(${column}) WHEN 'integer' THEN +${column} END)`,
      `max(CASE typeof(${column}) WHEN 'text' THEN length(${column}) END)`,
    ];
  });
  const row =
    db
      .prepare<[], SqliteValue[]>(`SELECT ${aggregates.join(", ")} FROM ${quoteName(table.name)} NOT INDEXED`)
      .raw()
      .get() ?? [];
  return new Map(
    columns.map(({ name }, index) => {
      const values = row.slice(index * 7, index * 7 + 7);
      const counts = classes.map((_, at) => (values[at] ?? 0n) as bigint);
      const storage: Record<string, string> = {};
      const nulls = BigInt(table.rowCount) - counts.reduce((sum, count) => sum + count, 0n);
      if (nulls > 0n) storage.null = nulls.toString();
      classes.forEach((kind, at) => {
        if (counts[at] !== 0n) storage[kind] = String(counts[at]);
      });
      return [
        name,
        {
          storage,
          minInteger: values[4]?.toString() ?? null,
          maxInteger: values[5]?.toString() ?? null,
          longestText: typeof values[6] === "bigint" ? Number(values[6]) : null,
          forms: {},
          integerDigits: null,
          fractionDigits: null,
          contrary: [],
        },
      ];
    }),
  );
}

const contraryShown = 3;

function lookAtForms(
  db: Sqlite,
  table: SourceTable,
  profiles: Map<string, ColumnProfile>,
  familyOf: (column: string) => Family,
): void {
  const looked = table.columns.flatMap((column) => {
    const profile = profiles.get(column.name);
    const family = familyOf(column.name);
    if (profile === undefined || classes.every((kind) => profile.storage[kind] === undefined)) return [];
    if (family === "boolean" && isZeroOrOne(profile)) {
      profile.forms = { boolean: profile.storage.integer ?? "0" };
      return [];
    }
    const mixedBytes =
      profile.storage.blob !== undefined &&
      Object.keys(profile.storage).some((kind) => kind !== "blob" && kind !== "null");
    const bytesInText = family === "text" && profile.storage.blob !== undefined;
    return needsForms(family) || mixedBytes || bytesInText
      ? [{ column, profile, family, counts: new Map<string, number>() }]
      : [];
  });
  if (looked.length === 0) return;
  const key = table.rowidName ?? table.columns.find((column) => column.keyPosition === 1)?.name;
  const names = [...looked.map(({ column }) => column.name), ...(key === undefined ? [] : [key])];
  const select = db.prepare<[], SqliteValue[]>(
    `SELECT ${names.map(quoteName).join(", ")} FROM ${quoteName(table.name)} NOT INDEXED`,
  );
  for (const row of select.raw().iterate())
    looked.forEach(({ profile, family, counts }, index) => {
      const value = row[index];
      if (value === null || value === undefined) return;
      const form = formOf(family, value);
      counts.set(form, (counts.get(form) ?? 0) + 1);
      if (form === "other" && profile.contrary.length < contraryShown)
        profile.contrary.push(`${key ?? "row"} ${showValue(row[looked.length] ?? null, 40)}: ${showValue(value, 40)}`);
      if (family === "decimal" && form === "number" && typeof value !== "string" && !Buffer.isBuffer(value)) {
        const digits = digitsOf(value);
        profile.integerDigits = Math.max(profile.integerDigits ?? 0, digits.integer);
        profile.fractionDigits = Math.max(profile.fractionDigits ?? 0, digits.fraction);
      }
    });
  for (const { profile, counts } of looked)
    profile.forms = Object.fromEntries([...counts].map(([form, count]) => [form, count.toString()]));
}

/** The usual booleans, told by the counts alone. */
function isZeroOrOne({ storage, minInteger, maxInteger }: ColumnProfile): boolean {
  return (
    Object.keys(storage).every((kind) => kind === "integer" || kind === "null") &&
    minInteger !== null &&
    BigInt(minInteger) >= 0n &&
    BigInt(maxInteger ?? 0) <= 1n
  );
}
