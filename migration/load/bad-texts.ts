/** Texts that PostgreSQL cannot hold, foreseen: a plan names them before a run meets them. */
import type { ColumnPlan, MigrationOptions, MigrationPlan, TablePlan } from "../model";
import { isBadText, mayBeBadText } from "../source/bad-text";
import type { Sqlite } from "../source/open";
import { TableReader } from "../source/read";

const rowsAtOnce = 1000;
const shown = 3;

/** Looks at every text. @returns a warning for each column with such texts, with some of the rows */
export function badTextWarnings(
  db: Sqlite,
  plan: MigrationPlan,
  badRows: MigrationOptions["badRows"] = "fail",
): string[] {
  return plan.tables.flatMap((table) => tableWarnings(db, table, plan.source.encoding, badRows));
}

/** Every other type was chosen because all values have its form. */
const textKinds: ColumnPlan["type"]["kind"][] = ["text", "varchar", "char", "json", "jsonb", "other"];

function tableWarnings(db: Sqlite, table: TablePlan, encoding: string, badRows: MigrationOptions["badRows"]): string[] {
  const columns = table.columns.filter(
    ({ type, badText, profile }) =>
      textKinds.includes(type.kind) && badText === undefined && profile?.storage.text !== undefined,
  );
  if (columns.length === 0) return [];
  const reader = new TableReader(db, { ...table, columns });
  const found = columns.map(() => ({ count: 0, rows: [] as string[] }));
  for (const batch of reader.batches(rowsAtOnce))
    for (const row of batch)
      for (let index = 0; index < columns.length; index++) {
        const value = row[index];
        if (typeof value !== "string" || !mayBeBadText(value, encoding)) continue;
        const told = found[index];
        if (told === undefined || !isBadText(reader.bytes(row, index), encoding)) continue;
        told.count++;
        if (told.rows.length < shown) told.rows.push(JSON.stringify(reader.shownKey(row)));
      }
  return columns.flatMap((column, index) => {
    const { count, rows } = found[index] ?? { count: 0, rows: [] };
    if (count === 0) return [];
    const what = count === 1 ? "1 text holds" : `${count} texts hold`;
    const then = badRows === "skip" ? "their rows will be set aside" : "a run will fail";
    return [
      `${what} NUL or bytes that are no text, in ${table.source}.${column.source}: ${then}, unless badText makes the column bytea or mends them (for example ${rows.join("; ")}).`,
    ];
  });
}
