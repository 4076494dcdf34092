/** Expressions: one function for each form that SQLite's grammar has. */
import type { Expr } from "sqlite3-parser";
import { aggregate, isAggregate } from "./aggregates";
import { arithmetic, concatenation } from "./arithmetic";
import { cast } from "./cast";
import { type Comparison, compare, compareWithList } from "./compare";
import { currentMoment } from "./dates";
import { callFunction } from "./functions";
import { arrow } from "./json";
import { like } from "./like";
import { type Collation, quoted, type Scope, type Translated, Untranslatable } from "./scope";
import {
  article,
  blobLiteral,
  branches,
  integerLiteral,
  madeOf,
  nullLiteral,
  numberLiteral,
  realLiteral,
  textLiteral,
  truth,
  unify,
  value,
} from "./values";

/**
 * The expression in PostgreSQL's SQL.
 *
 * @throws Untranslatable where the two databases would not certainly say the same
 */
export function translateExpression(expression: Expr, scope: Scope): Translated {
  switch (expression.type) {
    case "NumericLiteral":
      if (!/^(0x[0-9a-f]+|[\d.]+(e[+-]?\d+)?)$/i.test(expression.value))
        throw new Untranslatable(`the number ${expression.value}`);
      return numberLiteral(expression.value);
    case "StringLiteral":
      return textLiteral(expression.value);
    case "BlobLiteral":
      return blobLiteral(expression.bytes);
    case "NullLiteral":
      return nullLiteral;
    case "CurrentDateLiteral":
      return currentMoment("date", scope);
    case "CurrentTimeLiteral":
      return currentMoment("time", scope);
    case "CurrentTimestampLiteral":
      return currentMoment("timestamp", scope);
    case "Id":
      return name(expression, scope);
    case "QualifiedExpr":
      return column(expression.table.text, expression.column.text, scope);
    case "ParenthesizedExpr":
      if (expression.exprs.length !== 1 || expression.exprs[0] === undefined)
        throw new Untranslatable(`the row value ${quoted(scope, expression)}`);
      return translateExpression(expression.exprs[0], scope);
    case "UnaryExpr":
      return unary(expression, scope);
    case "BinaryExpr":
      return binary(expression, scope);
    case "IsNullExpr":
      return isNull(expression.expr, "IS NULL", scope);
    case "NotNullExpr":
      return isNull(expression.expr, "IS NOT NULL", scope);
    case "BetweenExpr":
      return between(expression, scope);
    case "InListExpr":
      return inList(expression, scope);
    case "InSelectExpr":
      return inSelect(expression, scope);
    case "LikeExpr":
      return like(expression, scope, translateExpression);
    case "CaseExpr":
      return caseOf(expression, scope);
    case "CastExpr":
      return cast(translateExpression(expression.expr, scope), expression.typeName?.name ?? "");
    case "CollateExpr":
      return {
        ...translateExpression(expression.expr, scope),
        collation: knownCollation(expression.collation),
        explicitCollation: true,
      };
    case "FunctionCallExpr":
    case "FunctionCallStarExpr":
      return isAggregate(expression)
        ? aggregate(expression, scope, translateExpression)
        : callFunction(expression, scope, translateExpression);
    case "SubqueryExpr":
    case "ExistsExpr": {
      const translated = subquery(expression.select, scope);
      return expression.type === "ExistsExpr"
        ? value("boolean", `(EXISTS ${translated.sql})`, false)
        : { ...madeOf(translated, translated.sql), affinity: translated.affinity };
    }
    default:
      throw new Untranslatable(`${quoted(scope, expression) || expression.type} has no counterpart here`);
  }
}

/** The expression as a condition: a PostgreSQL boolean, true where SQLite takes the value as true, NULL where it is NULL. */
export function translateCondition(expression: Expr, scope: Scope): string {
  return truth(translateExpression(expression, scope));
}

/** @throws Untranslatable for a collation of the application's own */
export function knownCollation(name: string): Collation {
  const upper = name.toUpperCase();
  if (upper === "BINARY" || upper === "NOCASE" || upper === "RTRIM") return upper;
  throw new Untranslatable(`the collation ${name} is the application's own`);
}

function name(expression: Extract<Expr, { type: "Id" }>, scope: Scope): Translated {
  const found = scope.column(null, expression.name);
  if (found !== null) return found;
  const written = scope.text?.[expression.span.offset];
  if (written === '"' && scope.quotedNamesAreTexts !== false) return textLiteral(expression.name);
  // TRUE and FALSE are names, unless a column is called so.
  if (written !== "[" && written !== "`" && written !== '"') {
    if (/^true$/i.test(expression.name))
      return { ...integerLiteral(1n), kind: "boolean", sql: "true", type: { kind: "boolean" } };
    if (/^false$/i.test(expression.name))
      return { ...integerLiteral(0n), kind: "boolean", sql: "false", type: { kind: "boolean" } };
  }
  throw new Untranslatable(`there is no column ${expression.name} that comes over`);
}

function column(table: string, of: string, scope: Scope): Translated {
  const found = scope.column(table, of);
  if (found === null) throw new Untranslatable(`there is no column ${table}.${of} that comes over`);
  return found;
}

function subquery(select: Extract<Expr, { type: "SubqueryExpr" }>["select"], scope: Scope): Translated {
  if (scope.subquery === undefined) throw new Untranslatable("it holds a query, which may not stand here");
  return scope.subquery(select);
}

function unary(expression: Extract<Expr, { type: "UnaryExpr" }>, scope: Scope): Translated {
  const inner = expression.expr;
  if (expression.op === "Negative" && inner.type === "NumericLiteral" && /^\d+$/.test(inner.value)) {
    const integer = -BigInt(inner.value);
    return integer >= -(2n ** 63n) ? integerLiteral(integer) : realLiteral(Number(integer));
  }
  const of = translateExpression(inner, scope);
  switch (expression.op) {
    case "Positive":
      // It takes away the affinity, not the collation.
      return { ...of, affinity: "none" };
    case "Not":
      return value("boolean", `(NOT ${truth(of)})`, of.nullable);
    case "Negative":
    case "BitwiseNot":
      return arithmetic(expression.op, of, of, scope);
  }
}

const comparisons: Partial<Record<string, Comparison>> = {
  Equals: "=",
  NotEquals: "<>",
  Less: "<",
  LessEquals: "<=",
  Greater: ">",
  GreaterEquals: ">=",
};

function binary(expression: Extract<Expr, { type: "BinaryExpr" }>, scope: Scope): Translated {
  const { op } = expression;
  if (op === "Is" || op === "IsNot") return is(expression, op === "Is" ? "IS" : "IS NOT", scope);
  const left = translateExpression(expression.left, scope);
  const right = translateExpression(expression.right, scope);
  const comparison = comparisons[op];
  if (comparison !== undefined) return compare(left, comparison, right, scope);
  switch (op) {
    case "And":
    case "Or":
      return value("boolean", `(${truth(left)} ${op.toUpperCase()} ${truth(right)})`, left.nullable || right.nullable);
    case "Concat":
      return concatenation(left, right);
    case "ArrowRight":
      throw new Untranslatable("-> gives JSON as SQLite writes it");
    case "ArrowRightShift":
      return arrow(left, right, scope);
    default:
      return arithmetic(op, left, right, scope);
  }
}

function is(expression: Extract<Expr, { type: "BinaryExpr" }>, op: "IS" | "IS NOT", scope: Scope): Translated {
  const { left, right } = expression;
  const word = truthWord(right, scope);
  if (word !== null) return value("boolean", `(${truth(translateExpression(left, scope))} ${op} ${word})`, false);
  return compare(translateExpression(left, scope), op, translateExpression(right, scope), scope);
}

/** IS TRUE asks for the truth, where = TRUE would ask for 1. To SQLite an IN without members is the word FALSE. */
function truthWord(right: Expr, scope: Scope): "TRUE" | "FALSE" | null {
  switch (right.type) {
    case "ParenthesizedExpr":
      return right.exprs.length === 1 && right.exprs[0] !== undefined ? truthWord(right.exprs[0], scope) : null;
    case "CollateExpr":
      return truthWord(right.expr, scope);
    case "InListExpr":
      return (right.rhs ?? []).length > 0 ? null : right.not ? "TRUE" : "FALSE";
    case "Id":
      if (!/^(true|false)$/i.test(right.name) || scope.column(null, right.name) !== null) return null;
      return /^true$/i.test(right.name) ? "TRUE" : "FALSE";
    case "FunctionCallExpr":
      return /^(un)?like(ly|lihood)$/i.test(right.name.name) && right.args?.[0] !== undefined
        ? truthWord(right.args[0], scope)
        : null;
    default:
      return null;
  }
}

function isNull(inner: Expr, test: "IS NULL" | "IS NOT NULL", scope: Scope): Translated {
  return value("boolean", `(${translateExpression(inner, scope).sql} ${test})`, false);
}

function between(expression: Extract<Expr, { type: "BetweenExpr" }>, scope: Scope): Translated {
  const of = translateExpression(expression.lhs, scope);
  const from = compare(of, ">=", translateExpression(expression.start, scope), scope);
  const to = compare(of, "<=", translateExpression(expression.end, scope), scope);
  return value("boolean", `(${expression.not ? "NOT " : ""}(${from.sql} AND ${to.sql}))`, from.nullable || to.nullable);
}

/** The left side's collation and affinity count, the members have none. */
function inList(expression: Extract<Expr, { type: "InListExpr" }>, scope: Scope): Translated {
  const of = translateExpression(expression.lhs, scope);
  const members = expression.rhs ?? [];
  if (members.length === 0) return value("boolean", String(expression.not), false);
  const list = compareWithList(
    of,
    members.map((member) => translateExpression(member, scope)),
    scope,
  );
  return expression.not ? value("boolean", `(NOT ${list.sql})`, list.nullable) : list;
}

function inSelect(expression: Extract<Expr, { type: "InSelectExpr" }>, scope: Scope): Translated {
  const of = translateExpression(expression.lhs, scope);
  const members = subquery(expression.rhs, scope);
  // The comparison tells whether the two sides can be compared as they are.
  const probe = compare(of, "=", { ...members, sql: "$" }, scope).sql;
  if (probe !== `(${of.sql} = $)`)
    throw new Untranslatable(`IN compares ${article(of.kind)} with a query's ${article(members.kind)}`);
  return value("boolean", `(${of.sql} ${expression.not ? "NOT IN" : "IN"} ${members.sql})`, true);
}

function caseOf(expression: Extract<Expr, { type: "CaseExpr" }>, scope: Scope): Translated {
  const base = expression.base === undefined ? null : translateExpression(expression.base, scope);
  const conditions = expression.whenThenPairs.map(({ when }) => {
    const condition = translateExpression(when, scope);
    return base === null ? truth(condition) : compare(base, "=", condition, scope).sql;
  });
  const results = [
    ...expression.whenThenPairs.map(({ then }) => translateExpression(then, scope)),
    ...(expression.elseExpr === undefined ? [] : [translateExpression(expression.elseExpr, scope)]),
  ];
  const same = unify(results, "CASE");
  const whens = conditions.map((condition, index) => `WHEN ${condition} THEN ${same[index]?.sql}`);
  const otherwise = expression.elseExpr === undefined ? "" : ` ELSE ${same.at(-1)?.sql}`;
  return branches(same, `(CASE ${whens.join(" ")}${otherwise} END)`, true);
}
