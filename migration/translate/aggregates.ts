/** Aggregates and window functions (sqlite.org/lang_aggfunc.html, windowfunctions.html). */
import type { Expr } from "sqlite3-parser";
import { collated } from "./compare";
import { orderTerm } from "./order";
import { type Scope, type Translated, Untranslatable } from "./scope";
import {
  article,
  asReal,
  asText,
  madeOf,
  nullLiteral,
  plain,
  textLiteral,
  truth,
  value,
  wholeCondition,
} from "./values";
import { over, windowOnly } from "./windows";

type Translate = (expression: Expr, scope: Scope) => Translated;
type Call = Extract<Expr, { type: "FunctionCallExpr" | "FunctionCallStarExpr" }>;

const names = new Set(["count", "sum", "total", "avg", "group_concat", "string_agg"]);

/** min() and max() of one value are aggregates, of several values they are not. */
export function isAggregate(call: Call): boolean {
  const name = call.name.name.toLowerCase();
  const one = call.type === "FunctionCallExpr" && call.args?.length === 1;
  return names.has(name) || ((name === "min" || name === "max") && one) || call.filterOver !== undefined;
}

/** @throws Untranslatable where aggregates may not stand, and for those whose last digits or order SQLite itself does not promise */
export function aggregate(call: Call, scope: Scope, translate: Translate): Translated {
  const name = `${call.name.name.toLowerCase()}()`;
  const window = call.filterOver?.overClause;
  if (window === undefined ? !scope.mayUse.aggregates : !scope.mayUse.windows)
    throw new Untranslatable(
      `${name} is ${window === undefined ? "an aggregate" : "a window function"}, which may not stand here`,
    );
  // Within an aggregate there is no other.
  const inner: Scope = {
    ...scope,
    mayUse: { ...scope.mayUse, aggregates: window !== undefined && scope.mayUse.aggregates, windows: false },
  };
  const filter =
    call.filterOver?.filterClause === undefined
      ? ""
      : ` FILTER (WHERE ${truth(translate(call.filterOver.filterClause, inner))})`;
  const tail = filter + (window === undefined ? "" : ` OVER ${over(window, inner, translate)}`);
  const args = (call.type === "FunctionCallExpr" ? (call.args ?? []) : []).map((arg) => translate(arg, inner));
  const only = windowOnly(call, args, tail);
  if (only !== null) return only;
  return rule(call, args, tail, inner, translate, name);
}

function rule(
  call: Call,
  args: Translated[],
  tail: string,
  scope: Scope,
  translate: Translate,
  name: string,
): Translated {
  const distinct = call.type === "FunctionCallExpr" && call.distinctness === "Distinct" ? "DISTINCT " : "";
  const [of] = args;
  if (
    call.type === "FunctionCallExpr" &&
    call.orderBy !== undefined &&
    name !== "group_concat()" &&
    name !== "string_agg()"
  )
    throw new Untranslatable(`${name} with ORDER BY`);
  if (name === "count()") {
    const counts = of === undefined ? "*" : `${distinct}${distinct === "" ? of.sql : countable(of, scope)}`;
    return value("integer", `count(${counts})${tail}`, false, { notNegative: true });
  }
  if (of === undefined) throw new Untranslatable(`${name} without a value`);
  switch (name) {
    case "sum()":
      return sum(plain(of), distinct, tail, scope);
    case "total()":
      return value("real", `COALESCE(${asDouble(sum(plain(of), distinct, tail, scope))}, 0)`, false);
    case "avg()": {
      const x = plain(of);
      // Integers are added exactly, and divided once.
      if (x.kind === "integer")
        return value(
          "real",
          `(${asDouble(sum(x, distinct, tail, scope))} / NULLIF(count(${distinct}${x.sql})${tail}, 0)::double precision)`,
          true,
        );
      approximate(scope, name);
      return value("real", `avg(${distinct}${asReal(x)})${tail}`, true);
    }
    case "min()":
    case "max()":
      return extreme(name.slice(0, 3), of, tail, scope);
    case "group_concat()":
    case "string_agg()":
      return concatenated(call, args, distinct, tail, scope, translate, name);
    default:
      throw new Untranslatable(`${name} has no counterpart here`);
  }
}

/** What DISTINCT takes as equal. */
function countable(of: Translated, scope: Scope): string {
  if (of.kind === "opaque" || of.kind === "moment") throw new Untranslatable(`DISTINCT of ${article(of.kind)}`);
  return of.kind === "text" ? collated(of.sql, of.collation ?? "BINARY", false, scope) : of.sql;
}

const asDouble = (of: Translated) =>
  of.kind === "real" || of.kind === "null" ? of.sql : `${of.sql}::double precision`;

function sum(of: Translated, distinct: string, tail: string, scope: Scope): Translated {
  // A sum past 64 bits is an error in both.
  if (of.kind === "integer") return value("integer", `(sum(${distinct}${of.sql})${tail})::bigint`, true);
  if (of.kind === "null") return value("null", "NULL", true);
  approximate(scope, "sum()");
  if (of.kind === "real") return value("real", `sum(${distinct}${of.sql})${tail}`, true);
  // Of decimals SQLite adds the doubles; the exact sum is what they stand for.
  if (of.kind === "number") {
    const whole = wholeCondition(of);
    return {
      ...value("number", `sum(${distinct}${of.sql})${tail}`, true),
      type: of.type,
      ...(whole === null ? {} : { wholeSql: `bool_and(${whole})${tail}` }),
    };
  }
  throw new Untranslatable(`sum() of ${article(of.kind)}`);
}

function approximate(scope: Scope, name: string): void {
  if (!scope.mayUse.approximate)
    throw new Untranslatable(`${name} of reals, whose last digits depend on the order and the way of adding`);
}

function extreme(word: string, of: Translated, tail: string, scope: Scope): Translated {
  const x = of.kind === "date" ? of : plain(of);
  if (x.kind === "null") return nullLiteral;
  if (x.kind === "text") {
    if ((of.collation ?? "BINARY") !== "BINARY")
      throw new Untranslatable(`${word}() under a collation other than BINARY`);
    return value("text", `${word}(${collated(x.sql, "BINARY", true, scope)})${tail}`, true);
  }
  if (x.kind === "blob" || x.kind === "opaque") throw new Untranslatable(`${word}() of ${article(x.kind)}`);
  if (x.kind === "moment" && x.shape === undefined)
    throw new Untranslatable(`${word}() of date and time texts that do not all look alike`);
  return madeOf(x, `${word}(${x.sql})${tail}`);
}

function concatenated(
  call: Call,
  args: Translated[],
  distinct: string,
  tail: string,
  scope: Scope,
  translate: Translate,
  name: string,
): Translated {
  const [of, separator = textLiteral(",")] = args as [Translated, Translated | undefined];
  const order = call.type === "FunctionCallExpr" ? call.orderBy : undefined;
  if (order?.type === "WithinGroupFunctionCallOrder") throw new Untranslatable(`${name} WITHIN GROUP`);
  if (order === undefined && tail.indexOf(" OVER ") < 0 && !scope.mayUse.approximate)
    throw new Untranslatable(`${name} without ORDER BY, whose order is by chance`);
  const by =
    order === undefined
      ? ""
      : ` ORDER BY ${order.columns.map((column) => orderTerm(column, scope, translate)).join(", ")}`;
  return value("text", `string_agg(${distinct}${asText(of)}, ${asText(separator)}${by})${tail}`, true);
}
