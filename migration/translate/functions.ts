/** SQLite's scalar functions, as one table: what PostgreSQL has in their place, and under which conditions it is the same (sqlite.org/lang_corefunc.html). */
import type { Expr } from "sqlite3-parser";
import { collated, compare } from "./compare";
import { dateFunctions } from "./dates";
import { format } from "./format";
import { type FunctionRule, take } from "./function-rule";
import { jsonFunctions } from "./json";
import { numberFunctions } from "./number-functions";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { textFunctions } from "./text-functions";
import {
  article,
  asText,
  branches,
  isNumber,
  isText,
  madeOf,
  nullLiteral,
  plain,
  textLiteral,
  truth,
  unify,
  value,
} from "./values";

type Translate = (expression: Expr, scope: Scope) => Translated;

export function callFunction(
  call: Extract<Expr, { type: "FunctionCallExpr" | "FunctionCallStarExpr" }>,
  scope: Scope,
  translate: Translate,
): Translated {
  const name = call.name.name.toLowerCase();
  if (call.filterOver !== undefined || call.type === "FunctionCallStarExpr" || call.orderBy !== undefined)
    throw new Untranslatable(`${name}() has no counterpart here`);
  const rule = functions[name] ?? dateFunctions[name];
  if (rule === undefined) throw new Untranslatable(`${name}() has no counterpart here`);
  return rule(
    (call.args ?? []).map((arg) => translate(arg, scope)),
    scope,
    `${name}()`,
  );
}

const coalesce: FunctionRule = (args, _scope, name) => {
  if (args.length < 2) throw new Untranslatable(`${name} with ${args.length} arguments`);
  const same = unify(args, name);
  const nullable = same.every((one) => one.nullable);
  return branches(same, `COALESCE(${same.map((one) => one.sql).join(", ")})`, nullable);
};

const iif: FunctionRule = (args, _scope, name) => {
  take(args, 2, 3, name);
  const [condition, ...results] = args as [Translated, ...Translated[]];
  const same = unify(results, name);
  const otherwise = same[1] === undefined ? "" : ` ELSE ${same[1].sql}`;
  return branches(same, `(CASE WHEN ${truth(condition)} THEN ${same[0]?.sql}${otherwise} END)`, true);
};

/** max(a, b) and min(a, b) are NULL where one is; greatest() and least() pass NULL over. */
function extreme(word: "greatest" | "least"): FunctionRule {
  return (args, scope, name) => {
    if (args.length < 2) throw new Untranslatable(`${name} of one value is an aggregate`);
    const same = unify(args, name).map(plain);
    if (same.some((one) => one.kind === "null")) return nullLiteral;
    if (args.some((arg) => arg.collation !== null && arg.collation !== "BINARY"))
      throw new Untranslatable(`${name} under a collation other than BINARY`);
    const list = same.map((one) => (one.kind === "text" ? collated(one.sql, "BINARY", true, scope) : one.sql));
    const call = `${word}(${list.join(", ")})`;
    const nulls = same.filter((one) => one.nullable).map((one) => `${one.sql} IS NULL`);
    const sql = nulls.length === 0 ? call : `(CASE WHEN ${nulls.join(" OR ")} THEN NULL ELSE ${call} END)`;
    return branches(same, sql, nulls.length > 0);
  };
}

const classNames: Partial<Record<Translated["kind"], string>> = {
  integer: "integer",
  boolean: "integer",
  real: "real",
  text: "text",
  date: "text",
  moment: "text",
  blob: "blob",
};

const typeOf: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  if (of.kind === "null") return textLiteral("null");
  const known = classNames[of.kind];
  const word =
    known !== undefined
      ? `'${known}'`
      : of.kind === "number" && of.integerIfWhole && of.type.kind === "numeric"
        ? `CASE WHEN ${of.sql} = trunc(${of.sql}) THEN 'integer' ELSE 'real' END`
        : null;
  if (word === null) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return value("text", `(CASE WHEN ${of.sql} IS NULL THEN 'null' ELSE ${word} END)`, false);
};

/** PostgreSQL 16 has the same question: whether a text is one JSON value as RFC 8259 has it. */
const jsonValid: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  if (!isText(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return value("boolean", `(${asText(of)} IS JSON)`, of.nullable);
};

const same: FunctionRule = (args) => ({ ...(args[0] ?? nullLiteral), affinity: "none" });

const functions: Record<string, FunctionRule> = {
  ...numberFunctions,
  ...textFunctions,
  ...jsonFunctions,
  coalesce,
  ifnull: (args, scope, name) => coalesce(take(args, 2, 2, name), scope, name),
  nullif: (args, scope, name) => {
    // A function's arguments have no affinity: the text '1.5' is not the number 1.5, though a column of texts = 1.5 may be.
    const [a, b] = take(args, 2, 2, name).map((arg) => ({ ...arg, affinity: "none" })) as [Translated, Translated];
    if ((isText(a.kind) && isNumber(b.kind)) || (isNumber(a.kind) && isText(b.kind))) return a;
    const equal = compare(a, "=", b, scope);
    const made = madeOf(a, `(CASE WHEN ${equal.sql} THEN NULL ELSE ${a.sql} END)`);
    return a.wholeSql === undefined ? made : { ...made, wholeSql: a.wholeSql };
  },
  iif,
  if: iif,
  max: extreme("greatest"),
  min: extreme("least"),
  format,
  printf: format,
  typeof: typeOf,
  json_valid: jsonValid,
  // Hints for SQLite's planner.
  likely: same,
  unlikely: same,
  likelihood: same,
};
