/** What the columns of a table really hold: the evidence from which the plan chooses their types. */
import type { ColumnProfile, SourceTable } from "../model";
import type { Choices } from "../plan/choices";
import { type Family, readDeclaration } from "../plan/declaration";
import { digitsOf, formOf, needsForms } from "../plan/forms";
import { finerThanMicroseconds } from "../plan/temporal";
import { countBadTexts } from "./bad-text";
import { countNullValues } from "./null-values";
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

/** Counts what config decides about single values: those that become NULL, and the texts that PostgreSQL cannot hold, in the columns that become bytea for them. */
export function lookAtTexts(
  db: Sqlite,
  table: SourceTable,
  profiles: Map<string, ColumnProfile>,
  choices: Pick<Choices, "badText" | "type">,
): Map<string, ColumnProfile> {
  const encoding = String(db.pragma("encoding", { simple: true }));
  for (const column of table.columns) {
    const [profile, nullFor] = [profiles.get(column.name), choices.type(table, column)?.nullFor];
    if (profile === undefined || nullFor === undefined) continue;
    const counts = countNullValues(db, table.name, column.name, nullFor);
    if (Object.keys(counts).length > 0) profile.becomeNull = counts;
  }
  for (const [column, profile] of profiles) {
    if (profile.storage.text === undefined || choices.badText(table, column) !== "bytea") continue;
    const count = countBadTexts(db, table.name, column, encoding);
    if (count > 0) profile.badTexts = String(count);
  }
  return profiles;
}

/** Two passes: the second asks each column only what its values, as the first counted them, can answer. */
function countClasses(db: Sqlite, table: SourceTable, columns: SourceTable["columns"]): Map<string, ColumnProfile> {
  const quoted = columns.map(({ name }) => quoteName(name));
  const counted = aggregate(
    db,
    table,
    quoted.map((c) => [`count(${c})`, countOf(c, "integer"), countOf(c, "text")]),
  ).map(([all, integer, text]) => ({ all: asCount(all), integer: asCount(integer), text: asCount(text) }));
  const asked = counted.map(({ all, integer, text }, i) => {
    const c = quoted[i] ?? "";
    // No collation has a say in which integer is the least; one that only the application has would stop the query.
    const only = (kind: string, count: bigint) =>
      count === all ? `${c} COLLATE BINARY` : `CASE typeof(${c}) WHEN '${kind}' THEN +${c} END`;
    return [
      all === integer + text ? "0" : countOf(c, "real"),
      ...(integer === 0n ? ["NULL", "NULL"] : ["min", "max"].map((end) => `${end}(${only("integer", integer)})`)),
      text === 0n ? "NULL" : `max(length(${only("text", text)}))`,
    ];
  });
  const answers = aggregate(db, table, asked);
  return new Map(
    columns.map(({ name }, i) => {
      const { all, integer, text } = counted[i] ?? { all: 0n, integer: 0n, text: 0n };
      const [reals, least, greatest, longest] = answers[i] ?? [];
      const real = asCount(reals);
      const counts = {
        null: BigInt(table.rowCount) - all,
        integer,
        real,
        text,
        blob: all - integer - real - text,
      };
      return [
        name,
        {
          storage: Object.fromEntries(
            Object.entries(counts).flatMap(([kind, count]) => (count > 0n ? [[kind, count.toString()]] : [])),
          ),
          minInteger: least?.toString() ?? null,
          maxInteger: greatest?.toString() ?? null,
          longestText: typeof longest === "bigint" ? Number(longest) : null,
          forms: {},
          integerDigits: null,
          fractionDigits: null,
          contrary: [],
        },
      ];
    }),
  );
}

const countOf = (column: string, kind: string) => `count(CASE typeof(${column}) WHEN '${kind}' THEN 1 END)`;
const asCount = (value: SqliteValue | undefined) => (typeof value === "bigint" ? value : 0n);

/** The values of aggregates over the whole table, in the groups in which they were asked for. */
function aggregate(db: Sqlite, table: SourceTable, groups: string[][]): SqliteValue[][] {
  const select = `SELECT ${groups.flat().join(", ")} FROM ${quoteName(table.name)} NOT INDEXED`;
  const row = db.prepare<[], SqliteValue[]>(select).raw().get() ?? [];
  return groups.map((group) => row.splice(0, group.length));
}

const contraryShown = 3;

/** Looks one by one at the values of columns that ask for it. */
export function lookAtForms(
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
      if ((form === "other" || form === finerThanMicroseconds) && profile.contrary.length < contraryShown)
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
