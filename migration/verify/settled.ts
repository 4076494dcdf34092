/** What a run found out while it loaded, and so only its report knows: applied to a plan that is made again from the source. */
import type { LeftBehind, MigrationPlan, TablePlan } from "../model";
import { addForeignKey } from "../plan/ddl";
import { replaceByHashes } from "../plan/indexes";

/** Takes from the plan what the run left behind, so that it is not looked for. @param leftBehind of the run's report */
export function applySettled(plan: MigrationPlan, leftBehind: LeftBehind[]): void {
  for (const object of leftBehind)
    if (plan.tables.some((table) => settle(table, object, plan.schema))) plan.leftBehind.push(object);
}

/** @returns whether it was something of this table */
function settle(table: TablePlan, { kind, name, sql }: LeftBehind, schema: string): boolean {
  const own = name.startsWith(`${table.source}.`) ? name.slice(table.source.length + 1) : null;
  switch (kind) {
    case "index":
      return settleIndex(table, name);
    case "check": {
      const kept = table.checks.filter((check) => check.name !== own);
      const found = kept.length < table.checks.length;
      table.checks = kept;
      return found;
    }
    case "column": {
      const column = table.columns.find(({ source, generated }) => source === own && generated !== undefined);
      if (column !== undefined) delete column.generated;
      return column !== undefined;
    }
    case "default": {
      const column = table.columns.find((one) => one.source === own && one.default !== null);
      if (column !== undefined) column.default = null;
      return column !== undefined;
    }
    case "foreign key": {
      const kept = table.foreignKeys.filter((key) => addForeignKey(schema, table, key, true) !== sql);
      const found = kept.length < table.foreignKeys.length;
      table.foreignKeys = kept;
      return found;
    }
    default:
      return false;
  }
}

/** An index that PostgreSQL could not make; or a key whose values were too long, which became one on hashes. */
function settleIndex(table: TablePlan, name: string): boolean {
  const keys = [...(table.primaryKey === null ? [] : [table.primaryKey]), ...table.uniques];
  const index = table.indexes.find((one) => one.name === name);
  if (keys.some((key) => key.name === name) || (index?.unique === true && index.source === undefined))
    return replaceByHashes(table, name) !== null;
  table.indexes = table.indexes.filter((one) => one.name !== name);
  return index !== undefined;
}
