/** The SELECT of a trigger's body that raises an error. */
import type { Expr, Select } from "sqlite3-parser";
import { translateCondition, translateExpression } from "./expression";
import { type Scope, Untranslatable } from "./scope";
import { translateSelect } from "./select";
import { type BodyInput, type Statement, triggerScope } from "./trigger-body";
import { asText } from "./values";

/** SELECT RAISE(…) WHERE …, and SELECT CASE WHEN … THEN RAISE(…) END. */
export function raise(select: Select, input: BodyInput): Statement {
  const core = select.select;
  const refuse = (): never => {
    throw new Untranslatable("a SELECT in its body that is no RAISE(…) under a condition");
  };
  if (
    core.type !== "SelectFrom" ||
    select.compounds !== undefined ||
    select.with !== undefined ||
    core.columns.length !== 1
  )
    return refuse();
  const [column] = core.columns;
  if (column?.type !== "ExprResultColumn" || core.groupBy !== undefined || core.having !== undefined) return refuse();
  const scope = triggerScope(input, null);
  const { expr } = column;
  const where =
    core.from !== undefined
      ? exists(select, input)
      : core.whereClause === undefined
        ? null
        : translateCondition(core.whereClause, scope);
  if (expr.type === "RaiseExpr") return conditional([{ condition: where ?? "true", raise: exception(expr, scope) }]);
  if (expr.type !== "CaseExpr" || expr.base !== undefined || core.from !== undefined) return refuse();
  const branches = expr.whenThenPairs.map(({ when, then }) => ({
    condition: translateCondition(when, scope),
    raise: then.type === "RaiseExpr" ? exception(then, scope) : noRaise(then, scope),
  }));
  if (expr.elseExpr !== undefined && expr.elseExpr.type !== "NullLiteral") {
    if (expr.elseExpr.type === "RaiseExpr")
      branches.push({ condition: "true", raise: exception(expr.elseExpr, scope) });
    else noRaise(expr.elseExpr, scope);
  }
  const inner = conditional(branches);
  if (where === null) return inner;
  return { sql: `IF ${where} THEN\n  ${inner.sql}\nEND IF;`, probes: [`SELECT ${where}`, ...inner.probes] };
}

function noRaise(expr: Expr, scope: Scope): string {
  if (expr.type !== "NullLiteral") translateExpression(expr, scope);
  return "NULL;";
}

/** The query with 1 in place of RAISE. */
function exists(select: Select, input: BodyInput): string {
  const core = select.select;
  if (core.type !== "SelectFrom") throw new Untranslatable("a SELECT in its body");
  const { span } = core;
  const one = {
    ...core,
    columns: [
      {
        type: "ExprResultColumn" as const,
        expr: { type: "NumericLiteral" as const, value: "1", span },
        alias: undefined,
        span,
      },
    ],
  };
  const { sql } = translateSelect({ ...select, select: one, orderBy: undefined, limit: undefined }, input.query, {
    outer: triggerScope(input, null),
    asValues: true,
  });
  return `EXISTS (${sql})`;
}

function conditional(branches: { condition: string; raise: string }[]): Statement {
  if (branches.length === 1 && branches[0]?.condition === "true") return { sql: branches[0].raise, probes: [] };
  const lines = branches.map(
    ({ condition, raise: then }, i) => `${i === 0 ? "IF" : "ELSIF"} ${condition} THEN\n  ${then}`,
  );
  return { sql: `${lines.join("\n")}\nEND IF;`, probes: branches.map(({ condition }) => `SELECT ${condition}`) };
}

/** SQLite's error is a constraint's, and drivers tell it as such: 23000 is PostgreSQL's class of them. */
function exception(expr: Extract<Expr, { type: "RaiseExpr" }>, scope: Scope): string {
  if (expr.resolve === "Ignore" || expr.message === undefined)
    throw new Untranslatable("RAISE(IGNORE), which leaves the row and the rest of the trigger out");
  return `RAISE EXCEPTION USING MESSAGE = ${asText(translateExpression(expr.message, scope))}, ERRCODE = '23000';`;
}
