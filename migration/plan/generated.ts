/** Generated columns: computed by PostgreSQL where it certainly computes what SQLite does, else columns that hold the present values. */
import type { LeftBehind, SourceTable, TablePlan } from "../model";
import { assign } from "../translate/assign";
import { tableScope } from "../translate/columns";
import { translateExpression } from "../translate/expression";
import { parseExpression } from "../translate/parse";
import { type Scope, Untranslatable } from "../translate/scope";
import { affinityOf } from "../translate/values";

/** Gives the generated columns of the table's plan their expressions. */
export function planGenerated(source: SourceTable, table: TablePlan, utf16: boolean, warnings: string[]): LeftBehind[] {
  const stored: string[] = [];
  const leftBehind = source.columns.flatMap((column): LeftBehind[] => {
    const plan = table.columns.find((one) => one.source === column.name);
    const sql = source.expressions[column.name];
    if (column.generated === null || plan === undefined || sql === undefined) return [];
    try {
      const { expression, text } = parseExpression(sql);
      const own = tableScope(source, table, utf16, text);
      // What it computes is compared in every row.
      const scope = withoutGenerated({ ...own, mayUse: { ...own.mayUse, decimals: true } }, source);
      plan.generated = assign(
        translateExpression(expression, scope),
        plan,
        affinityOf(column.declaredType, source.strict),
      );
      if (column.generated === "virtual") stored.push(column.name);
      return [];
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      return [generatedLeftBehind(source.name, column.name, `GENERATED ALWAYS AS ${sql}`, error.reason)];
    }
  });
  if (stored.length > 0)
    warnings.push(
      `${source.name}.${stored.join(", ")} ${stored.length === 1 ? "is" : "are"} VIRTUAL in SQLite and STORED here: PostgreSQL 16 computes a generated column when its row is written.`,
    );
  return leftBehind;
}

export function generatedLeftBehind(table: string, column: string, sql: string | null, reason: string): LeftBehind {
  return {
    kind: "column",
    name: `${table}.${column}`,
    reason: `A generated column: its present values come over into a plain column, the expression does not: ${reason}.`,
    sql,
  };
}

/** PostgreSQL lets a generated column refer to no other. */
function withoutGenerated(scope: Scope, source: SourceTable): Scope {
  return {
    ...scope,
    column(table, name) {
      const other = source.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
      if (other !== undefined && other.generated !== null)
        throw new Untranslatable(`it refers to ${other.name}, which is a generated column itself`);
      return scope.column(table, name);
    },
  };
}
