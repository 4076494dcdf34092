/** How many values of the columns that config decided do not fit them: known before anything is loaded. */
import type { MigrationOptions, MigrationPlan, TablePlan } from "../model";
import { typeSql } from "../plan/type-sql";
import type { Sqlite } from "../source/open";
import { TableReader } from "../source/read";
import { showValue } from "../source/value";
import { encoderFor, Unfit } from "./encode";

const rowsAtOnce = 1000;
const shown = 3;

/** @returns a warning for each such column, with some of the rows */
export function unfitWarnings(db: Sqlite, plan: MigrationPlan, badRows: MigrationOptions["badRows"]): string[] {
  return plan.tables.flatMap((table) => tableWarnings(db, table, badRows));
}

function tableWarnings(db: Sqlite, table: TablePlan, badRows: MigrationOptions["badRows"]): string[] {
  const columns = table.columns.filter((column) => column.byConfig === true && column.type.kind !== "text");
  if (columns.length === 0) return [];
  const reader = new TableReader(db, { ...table, columns });
  const encoders = columns.map(encoderFor);
  const unfit = columns.map(() => ({ count: 0, samples: [] as string[] }));
  for (const batch of reader.batches(rowsAtOnce))
    for (const row of batch)
      for (const [index, encode] of encoders.entries()) {
        const value = row[index] ?? null;
        const field = encode(value);
        const found = unfit[index];
        if (!(field instanceof Unfit) || found === undefined) continue;
        found.count++;
        if (found.samples.length < shown)
          found.samples.push(`${JSON.stringify(reader.shownKey(row))}: ${showValue(value, 40)}: ${field.code}`);
      }
  return columns.flatMap((column, index) => {
    const { count, samples } = unfit[index] ?? { count: 0, samples: [] };
    if (count === 0) return [];
    const what = count === 1 ? "1 value does" : `${count} values do`;
    const then = badRows === "skip" ? "their rows will be set aside" : "a run will fail";
    return [
      `${what} not fit ${table.source}.${column.source}, which is ${typeSql(column.type)} by config: ${then} (for example ${samples.join("; ")}).`,
    ];
  });
}
