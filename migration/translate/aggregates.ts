/** Aggregates and window functions (sqlite.org/lang_aggfunc.html, windowfunctions.html). */
import type { Expr } from "sqlite3-parser";
import { type Scope, type Translated, Untranslatable } from "./scope";

type Translate = (expression: Expr, scope: Scope) => Translated;
type Call = Extract<Expr, { type: "FunctionCallExpr" | "FunctionCallStarExpr" }>;

const aggregates = new Set(["count", "sum", "total", "avg", "group_concat", "string_agg"]);

/** min() and max() of one value are aggregates, of several values they are not. */
export function isAggregate(call: Call): boolean {
  const name = call.name.name.toLowerCase();
  const one = call.type === "FunctionCallExpr" && call.args?.length === 1;
  return aggregates.has(name) || ((name === "min" || name === "max") && one) || call.filterOver !== undefined;
}

export function aggregate(call: Call, _scope: Scope, _translate: Translate): Translated {
  throw new Untranslatable(`${call.name.name}() is an aggregate, which may not stand here`);
}
