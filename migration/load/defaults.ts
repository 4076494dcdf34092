/** Defaults are tried before a table is made: one that the server cannot compute is left behind. */
import type { MigrationPlan, TablePlan } from "../model";
import { defaultLeftBehind } from "../plan/defaults";
import { typeSql } from "../plan/type-sql";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

export async function settleDefaults(
  { client, run }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
): Promise<void> {
  for (const column of table.columns) {
    if (column.default === null) continue;
    try {
      await client.query(`SELECT (${column.default})::${typeSql(column.type)}`);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      plan.leftBehind.push(defaultLeftBehind(table.source, column.source, column.default, error.message));
      run.log(`left behind: the default of ${table.source}.${column.source}: ${error.message}`);
      column.default = null;
    }
  }
}
