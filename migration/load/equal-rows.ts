/** Rows that become equal in a unique key, found in the source before the server would refuse the key: of each such group the first row stays. */
import type { ExactValue, MigrationOptions, MigrationPlan, SourceCatalog, TablePlan } from "../model";
import type { Profiles } from "../plan/columns";
import { planCreate } from "../plan/create-plan";
import { isApartAsText, mayFold, uniqueKeys } from "../plan/folding";
import { typeSql } from "../plan/type-sql";
import { SetAside } from "../set-aside";
import { quoteName, type Sqlite } from "../source/open";
import { type Row, TableReader } from "../source/read";
import { exactValue, type SqliteValue, showTyped } from "../source/value";
import { type KeyText, keyTextOf } from "./equal-values";
import { type Exclude, referencesOf, withParentIn } from "./orphans";
import { RowEncoder } from "./row-encoder";

type Key = ReturnType<typeof uniqueKeys>[number];

/** The rows of one table that must be set aside, by their exact keys. */
export interface EqualRows {
  table: TablePlan;
  reasons: Map<string, { code: string; reason: string }>;
  /** By key: how many rows, some of them, and the exact keys of all. */
  keys: { key: Key; count: number; samples: string[]; rows: SetAside }[];
  /** By table: how many rows refer to one that is set aside, and would refer to the row that it equals. */
  followers: { parent: string; count: number }[];
}

const rowsAtOnce = 1000;
const shown = 3;
const shownLength = 40;
const uniqueViolation = "23505";
const foreignKeyViolation = "23503";

/**
 * The plan of `create` mode, and the rows that its keys have no room for. A time or a boolean becomes text where that loses fewer rows,
 * unless config decides.
 */
export function planKeepingApart(
  db: Sqlite,
  catalog: SourceCatalog,
  profiles: Profiles,
  options: Parameters<typeof planCreate>[2] & Partial<Pick<MigrationOptions, "badRows">>,
): { planned: MigrationPlan; equal: EqualRows[] } {
  let planned = planCreate(catalog, profiles, options);
  let equal = findEqualRows(db, planned);
  const apart = options.mixed === "reject" ? [] : equal.flatMap(columnsKeptApart);
  if (apart.length > 0) {
    for (const { profile, becomesEqual } of apart) profile.becomesEqual = becomesEqual;
    const asText = planCreate(catalog, profiles, options);
    const left = findEqualRows(db, asText);
    if (rowsOf(left) < rowsOf(equal)) [planned, equal] = [asText, left];
    else for (const { profile } of apart) delete profile.becomesEqual;
  }
  addFollowers(db, planned, equal);
  planned.warnings.push(...equal.flatMap((rows) => warnings(rows, options.badRows)));
  return { planned, equal };
}

const rowsOf = (equal: EqualRows[]) => equal.reduce((sum, { reasons }) => sum + reasons.size, 0);

function columnsKeptApart({ keys }: EqualRows) {
  return keys.flatMap(({ key, count, samples }) =>
    key.columns.flatMap((column) =>
      isApartAsText(column) && column.profile !== null && mayFold(column)
        ? [
            {
              profile: column.profile,
              becomesEqual: `as ${typeSql(column.type)} ${count === 1 ? "1 row" : `${count} rows`} would be equal to others in ${key.name} (${samples.join("; ")})`,
            },
          ]
        : [],
    ),
  );
}

function warnings({ table, keys, followers }: EqualRows, badRows: MigrationOptions["badRows"] = "fail"): string[] {
  const then = (count: number) =>
    badRows === "skip" ? `${count === 1 ? "it" : "they"} will be set aside` : "a run will fail";
  return [
    ...keys.map(({ key, count, samples }) => {
      const what = count === 1 ? "1 row becomes" : `${count} rows become`;
      return `${what} equal to others of ${table.source} in ${key.name} (${namesOf(key)}), which SQLite keeps apart: ${then(count)} (for example ${samples.join("; ")}).`;
    }),
    ...followers.map(({ parent, count }) => {
      const what = count === 1 ? `1 row of ${table.source} refers` : `${count} rows of ${table.source} refer`;
      return `${what} to rows of ${parent} that become equal to others, and would refer to those: ${then(count)}.`;
    }),
  ];
}

const namesOf = ({ columns }: Key) => columns.map(({ source }) => source).join(", ");

/** Rows that refer to one that is set aside by a key in which it equals another: in PostgreSQL they would have that other as their parent. */
function addFollowers(db: Sqlite, plan: MigrationPlan, equal: EqualRows[]): void {
  for (const { table: parent, keys } of [...equal])
    for (const reference of plan.tables.flatMap((table) => referencesOf(plan, table)))
      for (const { key, rows } of reference.parent === parent ? keys : []) {
        const wanted = reference.key.referencedColumns;
        if (!key.columns.every(({ target }) => wanted.includes(target))) continue;
        const { table } = reference;
        const own = equal.find((one) => one.table === table) ?? newEqualRows(table);
        let count = 0;
        for (const row of withParentIn({ db }, reference, rows)) {
          const locator = JSON.stringify(row.map(exactValue));
          if (own.reasons.has(locator)) continue;
          count++;
          own.reasons.set(locator, {
            code: foreignKeyViolation,
            reason: `Its ${reference.key.columns.join(", ")} refers to a row of ${parent.source} that is set aside, since in PostgreSQL it equals another: it would refer to that one.`,
          });
        }
        if (count === 0) continue;
        own.followers.push({ parent: parent.source, count });
        if (!equal.includes(own)) equal.push(own);
      }
}

const newEqualRows = (table: TablePlan): EqualRows => ({ table, reasons: new Map(), keys: [], followers: [] });

/** Why a row of the table must be set aside, if it must. */
export function excludeEqual(equal: EqualRows[], table: TablePlan): Exclude | null {
  const reasons = equal.find((rows) => rows.table.source === table.source)?.reasons;
  if (reasons === undefined) return null;
  return (locator) => reasons.get(JSON.stringify(locator)) ?? null;
}

/** The exact keys of such rows of a table. */
export function equalLocators({ reasons }: EqualRows): ExactValue[][] {
  return [...reasons.keys()].map((locator) => JSON.parse(locator) as ExactValue[]);
}

function findEqualRows(db: Sqlite, plan: MigrationPlan): EqualRows[] {
  return plan.tables.flatMap((table) => {
    // Only the server can say what is equal there, or the bytes are those of another encoding.
    const isUnknown = ({ type, badText }: TablePlan["columns"][number]) =>
      type.kind === "jsonb" || type.kind === "other" || (badText === "bytea" && plan.source.encoding !== "UTF-8");
    const keys = uniqueKeys(table).filter(({ columns }) => columns.some(mayFold) && !columns.some(isUnknown));
    const met = keys.map(({ columns }) => metTwice(db, table, columns));
    const found = met.every(({ size }) => size === 0) ? null : equalRows(db, table, keys, met, plan.source.encoding);
    return found === null ? [] : [found];
  });
}

/** The values of a key, as PostgreSQL has them, that more than one row has. SQLite finds them, so that memory holds no others. */
function metTwice(db: Sqlite, table: TablePlan, columns: Key["columns"]): Set<string> {
  const names = columns.map(({ source }) => quoteName(source));
  const members = columns.map((column, index) => {
    if (!mayFold(column)) return `${names[index]} COLLATE BINARY`;
    defineKeyText(db, `pgstead_key_${index}`, keyTextOf(column));
    return `pgstead_key_${index}(${names[index]})`;
  });
  const present = members.map((member) => `${member} IS NOT NULL`).join(" AND ");
  const groups = db
    .prepare<[], Row>(
      `SELECT ${names.join(", ")} FROM ${quoteName(table.source)} NOT INDEXED WHERE ${present} GROUP BY ${members.join(", ")} HAVING count(*) > 1`,
    )
    .raw();
  const keyTexts = columns.map((column, at) => ({ at, keyText: keyTextOf(column) }));
  return new Set([...groups.iterate()].flatMap((row) => keyTextOfRow(row, keyTexts) ?? []));
}

function defineKeyText(db: Sqlite, name: string, keyText: KeyText): void {
  db.function(name, { deterministic: true, safeIntegers: true }, (value: unknown) => keyText(value as SqliteValue));
}

/** Goes through the rows in their order, as a load does: a row that does not fit anyway stands in nobody's way. */
function equalRows(
  db: Sqlite,
  table: TablePlan,
  keys: Key[],
  twice: Set<string>[],
  encoding: string,
): EqualRows | null {
  const reader = new TableReader(db, table);
  const encoder = new RowEncoder(table, reader, encoding);
  const members = keys.map(({ columns }) =>
    columns.map((column) => ({ at: table.columns.indexOf(column), keyText: keyTextOf(column) })),
  );
  const first = keys.map(() => new Map<string, string>());
  const found = newEqualRows(table);
  const byKey = keys.map((key) => ({ key, count: 0, samples: [] as string[], rows: new SetAside() }));
  const shownAt = (row: Row, index: number) =>
    `${(members[index] ?? []).map(({ at }) => showTyped(row[at] ?? null, shownLength)).join(", ")} of ${JSON.stringify(reader.shownKey(row))}`;
  for (const batch of reader.batches(rowsAtOnce))
    for (const row of batch) {
      const texts = members.map((of, index) => {
        const text = keyTextOfRow(row, of);
        return text !== null && twice[index]?.has(text) ? text : null;
      });
      if (texts.every((text) => text === null) || typeof encoder.encode(row) !== "string") continue;
      const at = texts.findIndex((text, index) => text !== null && first[index]?.has(text));
      if (at < 0) {
        for (const [index, text] of texts.entries()) if (text !== null) first[index]?.set(text, shownAt(row, index));
        continue;
      }
      const met = byKey[at] as (typeof byKey)[number];
      const locator = reader.locator(row);
      const [own, other] = [shownAt(row, at), first[at]?.get(texts[at] ?? "")];
      found.reasons.set(JSON.stringify(locator), {
        code: uniqueViolation,
        reason: `Its ${namesOf(met.key)} is in PostgreSQL equal to another row's, where SQLite keeps apart ${own} and ${other}: ${met.key.name} has room for one of them.`,
      });
      met.count++;
      met.rows.add(table.source, locator);
      if (met.samples.length < shown) met.samples.push(`${own} and ${other}`);
    }
  found.keys = byKey.filter(({ count }) => count > 0);
  return found.reasons.size === 0 ? null : found;
}

function keyTextOfRow(row: Row, members: { at: number; keyText: KeyText }[]): string | null {
  const texts = members.map(({ at, keyText }) => keyText(row[at] ?? null));
  return texts.includes(null) ? null : JSON.stringify(texts);
}
