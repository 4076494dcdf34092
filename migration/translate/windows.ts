/** Windows and the functions that only they have (sqlite.org/windowfunctions.html). */
import type { Expr, FrameBound, Over } from "sqlite3-parser";
import { collated } from "./compare";
import { orderTerm } from "./order";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { asInteger, madeOf, plain, unify, value } from "./values";

type Translate = (expression: Expr, scope: Scope) => Translated;
type Call = Extract<Expr, { type: "FunctionCallExpr" | "FunctionCallStarExpr" }>;

/** A window in PostgreSQL's SQL. A named one is the query's own to define. */
export function over(window: Over, scope: Scope, translate: Translate): string {
  if (window.type === "NameOver") return `"${window.name.text.replaceAll('"', '""')}"`;
  const { base, partitionBy, orderBy, frameClause } = window.window;
  if (base !== undefined) throw new Untranslatable("a window that is made of another one");
  const parts = [
    ...(partitionBy === undefined
      ? []
      : [`PARTITION BY ${partitionBy.map((one) => partition(translate(one, scope), scope)).join(", ")}`]),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy.map((one) => orderTerm(one, scope, translate)).join(", ")}`]),
    ...(frameClause === undefined ? [] : [frame(frameClause)]),
  ];
  return `(${parts.join(" ")})`;
}

function partition(of: Translated, scope: Scope): string {
  if (of.kind === "opaque" || of.kind === "moment")
    throw new Untranslatable("PARTITION BY a value whose text is not known");
  return of.kind === "text" ? collated(of.sql, of.collation ?? "BINARY", false, scope) : of.sql;
}

const excludes = { NoOthers: "NO OTHERS", CurrentRow: "CURRENT ROW", Group: "GROUP", Ties: "TIES" };

function frame({
  mode,
  start,
  end,
  exclude,
}: NonNullable<Extract<Over, { type: "WindowOver" }>["window"]["frameClause"]>): string {
  const from = bound(start, mode);
  const range = end === undefined ? from : `BETWEEN ${from} AND ${bound(end, mode)}`;
  return `${mode.toUpperCase()} ${range}${exclude === undefined ? "" : ` EXCLUDE ${excludes[exclude]}`}`;
}

function bound(of: FrameBound, mode: string): string {
  switch (of.type) {
    case "CurrentRowFrameBound":
      return "CURRENT ROW";
    case "UnboundedFollowingFrameBound":
      return "UNBOUNDED FOLLOWING";
    case "UnboundedPrecedingFrameBound":
      return "UNBOUNDED PRECEDING";
    default: {
      const { expr } = of;
      if (mode === "Range" || expr.type !== "NumericLiteral" || !/^\d+$/.test(expr.value))
        throw new Untranslatable("a window's frame that is not counted in rows by a literal");
      return `${expr.value} ${of.type === "FollowingFrameBound" ? "FOLLOWING" : "PRECEDING"}`;
    }
  }
}

const numbering = new Set(["row_number", "rank", "dense_rank"]);

/** The call of a function that only windows have; null for any other. @param tail FILTER and OVER */
export function windowOnly(call: Call, args: Translated[], tail: string): Translated | null {
  const name = call.name.name.toLowerCase();
  if (numbering.has(name)) return value("integer", `${name}()${tail}`, false, { notNegative: true });
  const [of, second, third] = args;
  switch (name) {
    case "ntile":
      if (typeof of?.literal !== "bigint") throw new Untranslatable("ntile() of other than a literal");
      return value("integer", `ntile(${of.sql})${tail}`, false, { type: { kind: "integer" }, notNegative: true });
    case "lag":
    case "lead": {
      if (of === undefined) return null;
      const [x, otherwise] =
        third === undefined ? [plain(of), null] : (unify([plain(of), plain(third)], name) as [Translated, Translated]);
      if (second !== undefined && typeof second.literal !== "bigint")
        throw new Untranslatable(`${name}() by other than a literal`);
      const type = x.type.kind === "bigint" && otherwise !== null ? `${otherwise.sql}::bigint` : otherwise?.sql;
      const list = [x.sql, ...(second === undefined ? [] : [asInteger(second)]), ...(type === undefined ? [] : [type])];
      return madeOf(x, `${name}(${list.join(", ")})${tail}`);
    }
    case "first_value":
    case "last_value":
      if (of === undefined) return null;
      return madeOf(of, `${name}(${of.sql})${tail}`);
    default:
      return null;
  }
}
