/** Whether a SELECT has groups, and which columns it shows of them that are neither grouped by nor aggregated. */
import { type Expr, type SelectFrom, type SortedColumn, traverse } from "sqlite3-parser";
import { isAggregate } from "./aggregates";
import type { Output } from "./core";
import { translateExpression } from "./expression";
import { type Scope, type Translated, Untranslatable } from "./scope";

type Call = Extract<Expr, { type: "FunctionCallExpr" | "FunctionCallStarExpr" }>;

/** An aggregate over a group, not over a window. */
function isGroupAggregate(call: Call): boolean {
  return isAggregate(call) && call.filterOver?.overClause === undefined;
}

export function isAggregated(select: SelectFrom, orderBy: readonly SortedColumn[]): boolean {
  if (select.groupBy !== undefined || select.having !== undefined) return true;
  let found = false;
  const look = (call: Call) => {
    if (isGroupAggregate(call)) found = true;
  };
  const nodes = {
    Select: () => "skip" as const,
    FunctionCallExpr: look,
    FunctionCallStarExpr: look,
  };
  for (const column of select.columns) if (column.type === "ExprResultColumn") traverse(column.expr, { nodes });
  for (const term of orderBy) traverse(term.expr, { nodes });
  return found;
}

interface Bare {
  name: string;
  sql: string;
}

/**
 * The columns of this SELECT's own FROM that stand outside aggregates and outside what is grouped by. Queries inside are not looked into: PostgreSQL
 * refuses what they may not use.
 *
 * @param known what is grouped by, as SQL
 * @param isOwn whether a name means something of this SELECT: what comes from around it, such as NEW and OLD, is one value
 */
export function bareColumns(
  expressions: (Expr | Translated)[],
  known: Set<string>,
  scope: Scope,
  outputs: Output[],
  isOwn: (table: string | null, name: string) => boolean,
): Bare[] {
  const bare: Bare[] = [];
  const isGroup = (expression: Expr): boolean => {
    try {
      return known.has(translateExpression(expression, scope).sql);
    } catch (error) {
      // What cannot be translated by itself, such as a window function, is looked at in its parts.
      if (error instanceof Untranslatable) return false;
      throw error;
    }
  };
  const column = (node: Expr, table: string | null, name: string) => {
    if (isGroup(node)) return;
    // The name of a result column leads to an expression that is looked at itself.
    if (
      table === null &&
      outputs.some(
        (output) =>
          output.expression !== node &&
          output.name.toLowerCase() === name.toLowerCase() &&
          output.expression?.type !== "Id" &&
          output.expression !== null,
      )
    )
      return;
    const value = isOwn(table, name) ? scope.column(table, name) : null;
    if (value !== null && value.literal === undefined) bare.push({ name, sql: value.sql });
  };
  for (const expression of expressions) {
    if (!("type" in expression && "span" in expression)) {
      const star = expression as Translated;
      if (!known.has(star.sql)) bare.push({ name: star.sql, sql: star.sql });
      continue;
    }
    traverse(expression as Expr, {
      enter: (node) => {
        if (node.type === "Select") return "skip";
        if (node.type === "FunctionCallExpr" || node.type === "FunctionCallStarExpr") {
          if (isGroupAggregate(node)) return "skip";
        }
        if (node.type === "Id") column(node, null, node.name);
        if (node.type === "QualifiedExpr") {
          column(node, node.table.text, node.column.text);
          return "skip";
        }
        return isExpression(node) && isGroup(node) ? "skip" : undefined;
      },
    });
  }
  return bare;
}

const grouped = new Set([
  "BinaryExpr",
  "FunctionCallExpr",
  "CastExpr",
  "CaseExpr",
  "CollateExpr",
  "UnaryExpr",
  "ParenthesizedExpr",
]);

function isExpression(node: { type: string }): node is Expr {
  return grouped.has(node.type);
}
