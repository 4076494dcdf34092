/** ORDER BY (sqlite.org/lang_select.html, "The ORDER BY clause"). */
import type { Expr } from "sqlite3-parser";
import { collated } from "./compare";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { article, plain } from "./values";

type Translate = (expression: Expr, scope: Scope) => Translated;

/** A term of ORDER BY: SQLite puts NULL first, and texts in the order of their bytes or of their collation. */
export function orderTerm(
  term: { expr: Expr; order?: "Asc" | "Desc" | undefined; nulls?: "First" | "Last" | undefined },
  scope: Scope,
  translate: Translate,
): string {
  return orderSql(translate(term.expr, scope), term.order === "Desc", term.nulls, scope);
}

/** See orderTerm. */
export function orderSql(
  of: Translated,
  descending: boolean,
  nulls: "First" | "Last" | undefined,
  scope: Scope,
): string {
  const x = of.kind === "date" ? of : plain(of);
  if (x.kind === "opaque" || (x.kind === "moment" && x.shape === undefined))
    throw new Untranslatable(`ORDER BY ${article(x.kind)}`);
  const sql = x.kind === "text" ? collated(x.sql, of.collation ?? "BINARY", true, scope) : x.sql;
  const first = nulls === undefined ? !descending : nulls === "First";
  return `${sql}${descending ? " DESC" : ""} NULLS ${first ? "FIRST" : "LAST"}`;
}
