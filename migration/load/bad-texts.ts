/** Texts that PostgreSQL cannot hold, foreseen: a plan names them before a run meets them. */
import type { MigrationOptions, MigrationPlan, TablePlan } from "../model";
import { isBadText } from "../source/bad-text";
import { quoteName, type Sqlite } from "../source/open";
import { showValue } from "../source/value";

/** SQLite allows 2000 columns in a result. */
const columnsAtOnce = 500;
const shown = 3;

/** Looks at the bytes of every text. @returns a warning for each column with such texts, with some of the rows */
export function badTextWarnings(
  db: Sqlite,
  plan: MigrationPlan,
  badRows: MigrationOptions["badRows"] = "fail",
): string[] {
  return plan.tables.flatMap((table) => tableWarnings(db, table, plan.source.encoding, badRows));
}

function tableWarnings(db: Sqlite, table: TablePlan, encoding: string, badRows: MigrationOptions["badRows"]): string[] {
  const columns = table.columns.filter(
    ({ type, badText, profile }) =>
      type.kind !== "bytea" && badText === undefined && profile?.storage.text !== undefined,
  );
  const found = new Map<string, { count: number; rows: string[] }>();
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const some = columns.slice(from, from + columnsAtOnce);
    const texts = some.map(
      ({ source }) => `CASE typeof(${quoteName(source)}) WHEN 'text' THEN CAST(${quoteName(source)} AS BLOB) END`,
    );
    const select = db.prepare<[], (Buffer | bigint | null)[]>(
      `SELECT ${[...texts, ...table.shownKey.map(quoteName)].join(", ")} FROM ${quoteName(table.source)} NOT INDEXED`,
    );
    for (const row of select.raw().iterate())
      for (const [index, { source }] of some.entries()) {
        const raw = row[index];
        if (!Buffer.isBuffer(raw) || !isBadText(raw, encoding)) continue;
        const told = found.get(source) ?? { count: 0, rows: [] };
        found.set(source, told);
        told.count++;
        const key = table.shownKey.map((name, at) => `${name} ${showValue(row[some.length + at] ?? null, 40)}`);
        if (told.rows.length < shown) told.rows.push(key.join(", "));
      }
  }
  return [...found].map(([column, { count, rows }]) => {
    const what = count === 1 ? "1 text holds" : `${count} texts hold`;
    const then = badRows === "skip" ? "their rows will be set aside" : "a run will fail";
    return `${what} NUL or bytes that are no text, in ${table.source}.${column}: ${then}, unless badText makes the column bytea or mends them (for example ${rows.join("; ")}).`;
  });
}
