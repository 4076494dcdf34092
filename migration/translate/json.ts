/** What SQLite takes out of JSON (sqlite.org/json1.html), where PostgreSQL has the same question. */
import { escapeLiteral } from "pg";
import { type FunctionRule, take } from "./function-rule";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { article, asText, isText, value } from "./values";

/** `json_extract(x, '$.a.b')` */
const extract: FunctionRule = (args, scope, name) => {
  const [of, path] = take(args, 2, 2, name) as [Translated, Translated];
  if (typeof path.literal !== "string") throw new Untranslatable(`${name} of a path that is no literal`);
  return element(of, stepsOf(path.literal), scope, name);
};

/** `x ->> 'a'`, `x ->> 0` and `x ->> '$.a.b'` */
export function arrow(of: Translated, path: Translated, scope: Scope): Translated {
  const { literal } = path;
  if (typeof literal === "bigint") return element(of, [literal.toString()], scope, "->>");
  if (typeof literal !== "string") throw new Untranslatable("->> of a path that is no literal");
  return element(of, literal.startsWith("$") ? stepsOf(literal) : [literal], scope, "->>");
}

/** In SQLite each row decides whether it is a text, a number or a boolean; a comparison of the rows shows whether all are texts. */
function element(of: Translated, steps: string[], scope: Scope, name: string): Translated {
  if (!scope.mayUse.approximate) throw new Untranslatable(`${name} gives a value whose type each row decides`);
  const list = steps.map((step) => escapeLiteral(step).trim()).join(", ");
  return value("text", `(${json(of, name)} #>> ARRAY[${list}])`, true);
}

const arrayLength: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const array = json(of, name);
  const length = `CASE jsonb_typeof(${array}) WHEN 'array' THEN jsonb_array_length(${array}) ELSE 0 END`;
  return value("integer", `(CASE WHEN ${of.sql} IS NOT NULL THEN ${length} END)`, of.nullable, {
    type: { kind: "integer" },
    notNegative: true,
  });
};

function json(of: Translated, name: string): string {
  if (!isText(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return `${asText(of)}::jsonb`;
}

const step = /\.(?:"([^"\\]*)"|([^."[\]\\]+))|\[(\d+)\]|\[#-(\d+)\]/gy;

/** The steps of a path such as `$.a."b c"[0][#-1]`. @throws Untranslatable for any other */
function stepsOf(path: string): string[] {
  const steps = [...path.slice(1).matchAll(step)];
  if (steps.length === 0 || `$${steps.map(([whole]) => whole).join("")}` !== path)
    throw new Untranslatable(`the JSON path ${JSON.stringify(path)}`);
  return steps.map(([, quoted, plain, index, fromEnd]) => quoted ?? plain ?? index ?? `-${fromEnd}`);
}

/** By SQLite's names. */
export const jsonFunctions: Record<string, FunctionRule> = { json_extract: extract, json_array_length: arrayLength };
