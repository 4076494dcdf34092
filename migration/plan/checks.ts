/** CHECK constraints: those that say the same in PostgreSQL come over, the others are left behind with the reason. */
import type { LeftBehind, SourceTable, TablePlan } from "../model";
import { tableScope } from "../translate/columns";
import { translateCondition } from "../translate/expression";
import { parseExpression } from "../translate/parse";
import { Untranslatable } from "../translate/scope";
import type { Namespace } from "./names";

/**
 * Adds the CHECKs to the table's plan. Both databases take a row for which a CHECK is NULL.
 *
 * @param names of the table's constraints
 */
export function planChecks(source: SourceTable, table: TablePlan, utf16: boolean, names: Namespace): LeftBehind[] {
  return source.checks.flatMap((check): LeftBehind[] => {
    try {
      const { expression, text } = parseExpression(check.sql);
      const condition = translateCondition(expression, tableScope(source, table, utf16, text));
      const column = table.columns.find((one) => one.source.toLowerCase() === check.column?.toLowerCase());
      const made = [table.target, ...(column === undefined ? [] : [column.target]), "check"].join("_");
      table.checks.push({ name: names.take(check.name ?? made), expression: condition, source: check.sql });
      return [];
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      return [
        {
          kind: "check",
          name: check.name === null ? source.name : `${source.name}.${check.name}`,
          reason: `A CHECK that does not certainly mean the same in PostgreSQL: ${error.reason}. Add it with ALTER TABLE … ADD CHECK after reading it.`,
          sql: `CHECK ${check.sql}`,
        },
      ];
    }
  });
}
