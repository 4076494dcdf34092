/** ORDER BY and LIMIT, in SQLite's order: NULL before all other values, texts by their collation. */
import type { Limit, SortedColumn } from "sqlite3-parser";
import { collated, collationOf } from "./compare";
import type { Core, Output } from "./core";
import { isNamed } from "./core";
import { knownCollation, translateExpression } from "./expression";
import { type Collation, type Scope, type Translated, Untranslatable } from "./scope";
import { nullLiteral } from "./values";

export interface OrderTerm {
  value: Translated;
  collation: Collation;
  descending: boolean;
  nullsFirst: boolean;
  /** The place of the result column that it is, where the result is ordered from outside. */
  position: number | null;
  scope: Scope;
}

/** @param simple whether any expression may order; otherwise only result columns may */
export function orderTerms(orderBy: readonly SortedColumn[], cores: Core[], simple: boolean): OrderTerm[] {
  return orderBy.flatMap((column): OrderTerm[] => {
    const [core] = cores as [Core];
    let { expr } = column;
    let explicit: Collation | null = null;
    while (expr.type === "CollateExpr" || (expr.type === "ParenthesizedExpr" && expr.exprs.length === 1)) {
      if (expr.type === "CollateExpr") explicit ??= knownCollation(expr.collation);
      expr = (expr.type === "CollateExpr" ? expr.expr : expr.exprs[0]) as typeof expr;
    }
    const { outputs, orderScope: scope } = core;
    const position = positionOf(expr, cores);
    const output = position === null ? undefined : outputs[position];
    if (!simple && position === null) throw new Untranslatable("it orders by what is no column of its result");
    const value = output === undefined ? translateExpression(expr, scope) : ordered(output);
    if (value.literal !== undefined || value.kind === "null") return [];
    const descending = column.order === "Desc";
    return [
      {
        value,
        collation: explicit ?? collationOf(value, nullLiteral),
        descending,
        nullsFirst: column.nulls === undefined ? !descending : column.nulls === "First",
        position: simple ? null : position,
        scope,
      },
    ];
  });
}

/** A column as the table holds it has an index. */
function ordered(output: Output): Translated {
  const { column, value, sql } = output;
  return column !== null && value.kind !== "text" ? { ...value, sql } : value;
}

function positionOf(expr: SortedColumn["expr"], cores: Core[]): number | null {
  const [core] = cores as [Core];
  if (expr.type === "NumericLiteral" && /^\d+$/.test(expr.value)) {
    if (core.outputs[Number(expr.value) - 1] === undefined)
      throw new Untranslatable("it orders by a column that is not there");
    return Number(expr.value) - 1;
  }
  for (const { outputs, orderScope } of cores) {
    if (expr.type === "Id") {
      const named = outputs.findIndex((output) => isNamed(output, expr.name));
      if (named >= 0) return named;
    }
    try {
      const { sql } = translateExpression(expr, orderScope);
      const same = outputs.findIndex((output) => output.value.sql === sql);
      if (same >= 0) return same;
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
    }
  }
  return null;
}

/** @param from the result column's name, where the result is ordered from outside */
export function orderSql({ value, collation, descending, nullsFirst, scope }: OrderTerm, from: string | null): string {
  const sql = from ?? value.sql;
  const key = value.kind === "text" ? collated(sql, collation, true, scope) : sql;
  const nulls = value.nullable ? ` NULLS ${nullsFirst ? "FIRST" : "LAST"}` : "";
  return `${key}${descending ? " DESC" : ""}${nulls}`;
}

/** A LIMIT below 0 is none. @throws Untranslatable without an order, where either database may take any rows */
export function limitSql(limit: Limit | undefined, isOrdered: boolean): string {
  if (limit === undefined) return "";
  const count = wholeNumber(limit.expr);
  const offset = limit.offset === undefined ? 0n : wholeNumber(limit.offset);
  if (!isOrdered && (count > 1n || offset > 0n)) throw new Untranslatable("LIMIT without ORDER BY takes any rows");
  return `${count < 0n ? "" : `\nLIMIT ${count}`}${offset <= 0n ? "" : `\nOFFSET ${offset}`}`;
}

function wholeNumber(expr: Limit["expr"]): bigint {
  const negative = expr.type === "UnaryExpr" && expr.op === "Negative";
  const number = negative ? expr.expr : expr;
  if (number.type !== "NumericLiteral" || !/^\d+$/.test(number.value))
    throw new Untranslatable("LIMIT with other than a whole number");
  return negative ? -BigInt(number.value) : BigInt(number.value);
}
