/** SQLite's scalar functions, as one table: what PostgreSQL has in their place, and under which conditions it is the same (sqlite.org/lang_corefunc.html). */
import type { Expr } from "sqlite3-parser";
import { textBytes } from "./cast";
import { collated, compare } from "./compare";
import { dateFunctions } from "./dates";
import { format } from "./format";
import { type Scope, type Translated, Untranslatable } from "./scope";
import {
  article,
  asInteger,
  asText,
  isNumber,
  isText,
  nullLiteral,
  plain,
  textLiteral,
  truth,
  unify,
  value,
} from "./values";

type Translate = (expression: Expr, scope: Scope) => Translated;
/** @param name as it is to stand in reasons */
export type FunctionRule = (args: Translated[], scope: Scope, name: string) => Translated;

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

/** The arguments, where their number is one of those that SQLite takes. */
function take(args: Translated[], least: number, most: number, name: string): Translated[] {
  if (args.length < least || args.length > most) throw new Untranslatable(`${name} with ${args.length} arguments`);
  return args;
}

const anyNullable = (args: Translated[]) => args.some((arg) => arg.nullable);

/** A function of texts that PostgreSQL has under a name of its own. */
function texts(least: number, most: number, make: (args: string[]) => string): FunctionRule {
  return (args, _scope, name) => {
    take(args, least, most, name);
    return value("text", make(args.map(asText)), anyNullable(args));
  };
}

const coalesce: FunctionRule = (args, _scope, name) => {
  if (args.length < 2) throw new Untranslatable(`${name} with ${args.length} arguments`);
  const same = unify(args, name);
  const first = same.find((one) => one.kind !== "null") ?? nullLiteral;
  return value(
    first.kind,
    `COALESCE(${same.map((one) => one.sql).join(", ")})`,
    same.every((one) => one.nullable),
    {
      type: same.find((one) => one.type.kind === "bigint")?.type ?? first.type,
      notNegative: same.every((one) => one.notNegative === true),
    },
  );
};

const iif: FunctionRule = (args, _scope, name) => {
  take(args, 2, 3, name);
  const [condition, ...results] = args as [Translated, ...Translated[]];
  const same = unify(results, name);
  const first = same.find((one) => one.kind !== "null") ?? nullLiteral;
  const otherwise = same[1] === undefined ? "" : ` ELSE ${same[1].sql}`;
  return value(first.kind, `(CASE WHEN ${truth(condition)} THEN ${same[0]?.sql}${otherwise} END)`, true, {
    type: same.find((one) => one.type.kind === "bigint")?.type ?? first.type,
    notNegative: same.length === 2 && same.every((one) => one.notNegative === true),
  });
};

/** max(a, b) and min(a, b) are NULL where one is; greatest() and least() pass NULL over. */
function extreme(word: "greatest" | "least"): FunctionRule {
  return (args, scope, name) => {
    if (args.length < 2) throw new Untranslatable(`${name} of one value is an aggregate`);
    const same = unify(args, name).map(plain);
    const [first] = same as [Translated];
    if (same.some((one) => one.kind === "null")) return nullLiteral;
    if (args.some((arg) => arg.collation !== null && arg.collation !== "BINARY"))
      throw new Untranslatable(`${name} under a collation other than BINARY`);
    const list = same.map((one) => (one.kind === "text" ? collated(one.sql, "BINARY", true, scope) : one.sql));
    const call = `${word}(${list.join(", ")})`;
    const nulls = same.filter((one) => one.nullable).map((one) => `${one.sql} IS NULL`);
    const sql = nulls.length === 0 ? call : `(CASE WHEN ${nulls.join(" OR ")} THEN NULL ELSE ${call} END)`;
    return value(first.kind, sql, nulls.length > 0, {
      type: same.find((one) => one.type.kind === "bigint")?.type ?? first.type,
      notNegative: same.every((one) => one.notNegative === true),
    });
  };
}

const length: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const call = of.kind === "blob" ? `length(${of.sql})` : `length(${asText(of)})`;
  return value("integer", call, of.nullable, { type: { kind: "integer" }, notNegative: true });
};

const substr: FunctionRule = (args, _scope, name) => {
  const [of, start, count] = take(args, 2, 3, name) as [Translated, Translated, Translated | undefined];
  const isBlob = of.kind === "blob";
  // Of no bytes SQLite gives NULL.
  const subject = isBlob ? `NULLIF(${of.sql}, ''::bytea)` : asText(of);
  const nullable = isBlob || anyNullable(args);
  const result = (sql: string) => value(isBlob ? "blob" : "text", sql, nullable);
  if (start.kind === "null" || count?.kind === "null") return nullLiteral;
  const from = asInt4(start);
  const many = count === undefined ? null : lengthArgument(start, count);
  const end = many === null ? "" : `, ${many}`;
  if (start.notNegative === true) return result(`substr(${subject}, ${from}${end})`);
  if (typeof start.literal !== "bigint")
    throw new Untranslatable(`${name} from a place that may be before the beginning`);
  // Counted from the end; before the beginning both databases count the places that are not there.
  const place = `length(${subject}) + 1 - ${-start.literal}`;
  return result(
    many === null && !isBlob ? `right(${subject}, ${-start.literal})` : `substr(${subject}, ${place}${end})`,
  );
};

function asInt4(of: Translated): string {
  return of.type.kind === "integer" ? asInteger(of) : `${asInteger(of)}::integer`;
}

/** A length below 0 takes the characters before the start; before the first there are none. */
function lengthArgument(start: Translated, count: Translated): string {
  if (count.notNegative === true) return asInt4(count);
  if (start.literal === 1n) {
    const many = asInt4(count);
    return `CASE WHEN ${many} < 0 THEN 0 ELSE ${many} END`;
  }
  throw new Untranslatable("substr() of a length that may be below 0");
}

const abs: FunctionRule = (args, _scope, name) => {
  const of = plain((take(args, 1, 1, name) as [Translated])[0]);
  if (!isNumber(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return { ...value(of.kind, `abs(${of.sql})`, of.nullable), type: of.type, notNegative: of.kind === "integer" };
};

/** Half away from zero, as SQLite adds one half and cuts; PostgreSQL's round() of a double goes to the even one. */
const round: FunctionRule = (args, _scope, name) => {
  const [of, digits] = take(args, 1, 2, name) as [Translated, Translated | undefined];
  if (digits !== undefined && digits.literal !== 0n)
    throw new Untranslatable(`${name} to decimals, where SQLite rounds a double's own decimals`);
  const x = plain(of);
  if (x.kind === "integer") return value("real", `${x.sql}::double precision`, x.nullable);
  if (x.kind !== "real") throw new Untranslatable(`${name} of ${article(x.kind)}`);
  return value(
    "real",
    `(CASE WHEN abs(${x.sql}) < 4503599627370496 THEN trunc(${x.sql} + CASE WHEN ${x.sql} < 0 THEN -0.5::double precision ELSE 0.5::double precision END) ELSE ${x.sql} END)`,
    x.nullable,
  );
};

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

const hex: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const bytes = of.kind === "blob" ? of.sql : textBytes(asText(of));
  // hex(NULL) is an empty text.
  const call = `upper(encode(${bytes}, 'hex'))`;
  return value("text", of.nullable ? `COALESCE(${call}, '')` : call, false);
};

/** PostgreSQL 16 has the same question: whether a text is one JSON value as RFC 8259 has it. */
const jsonValid: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  if (!isText(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return value("boolean", `(${asText(of)} IS JSON)`, of.nullable);
};

const randomBytes = (bytes: number) => {
  // A random UUID has 122 random bits; sha512 spreads those of several over 64 bytes.
  const sources = Array.from({ length: Math.ceil(bytes / 15) }, () => "uuid_send(gen_random_uuid())");
  return `substr(${bytes > 32 ? "sha512" : "sha256"}(${sources.join(" || ")}), 1, ${bytes})`;
};

function volatile(scope: Scope, name: string): void {
  if (!scope.mayUse.volatile) throw new Untranslatable(`${name} gives another value each time`);
}

const random: FunctionRule = (args, scope, name) => {
  take(args, 0, 0, name);
  volatile(scope, name);
  return value(
    "integer",
    "('x' || encode(substr(uuid_send(gen_random_uuid()), 1, 4) || substr(uuid_send(gen_random_uuid()), 1, 4), 'hex'))::bit(64)::bigint",
    false,
  );
};

const randomBlob: FunctionRule = (args, scope, name) => {
  const [size] = take(args, 1, 1, name) as [Translated];
  volatile(scope, name);
  const bytes = typeof size.literal === "bigint" ? Number(size.literal) : 0;
  if (bytes < 1 || bytes > 64) throw new Untranslatable(`${name} of other than 1 to 64 bytes`);
  return value("blob", randomBytes(bytes), false);
};

/** Integers stay integers. */
function rounding(word: "ceil" | "floor"): FunctionRule {
  return (args, _scope, name) => {
    const of = plain((take(args, 1, 1, name) as [Translated])[0]);
    if (of.kind === "integer") return { ...value("integer", of.sql, of.nullable), type: of.type };
    if (of.kind === "real") return value("real", `${word}(${of.sql})`, of.nullable);
    throw new Untranslatable(`${name} of ${article(of.kind)}`);
  };
}

const sign: FunctionRule = (args, _scope, name) => {
  const of = plain((take(args, 1, 1, name) as [Translated])[0]);
  if (!isNumber(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return value("integer", `sign(${of.sql})::integer`, of.nullable, { type: { kind: "integer" } });
};

/** concat() takes NULL as an empty text. */
const concat: FunctionRule = (args, _scope, name) => {
  take(args, 1, 100, name);
  return value("text", `(${args.map((arg) => `COALESCE(${asText(arg)}, '')`).join(" || ")})`, false);
};

const unicode: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  return value("integer", `NULLIF(ascii(${asText(of)}), 0)`, true, { type: { kind: "integer" }, notNegative: true });
};

const same: FunctionRule = (args) => ({ ...(args[0] ?? nullLiteral), affinity: "none" });

const functions: Record<string, FunctionRule> = {
  abs,
  coalesce,
  ifnull: (args, scope, name) => coalesce(take(args, 2, 2, name), scope, name),
  nullif: (args, scope, name) => {
    const [a, b] = take(args, 2, 2, name) as [Translated, Translated];
    const equal = compare(a, "=", b, scope);
    return {
      ...a,
      sql: `(CASE WHEN ${equal.sql} THEN NULL ELSE ${a.sql} END)`,
      affinity: "none",
      nullable: true,
      literal: undefined,
    };
  },
  iif,
  if: iif,
  max: extreme("greatest"),
  min: extreme("least"),
  length,
  octet_length: (args, _scope, name) => {
    const [of] = take(args, 1, 1, name) as [Translated];
    const call = `octet_length(${of.kind === "blob" ? of.sql : asText(of)})`;
    return value("integer", call, of.nullable, { type: { kind: "integer" }, notNegative: true });
  },
  // Only the letters A to Z change, as under PostgreSQL's collation "C".
  lower: texts(1, 1, ([x]) => `lower(${x} COLLATE "C")`),
  upper: texts(1, 1, ([x]) => `upper(${x} COLLATE "C")`),
  trim: texts(1, 2, (args) => `btrim(${args.join(", ")})`),
  ltrim: texts(1, 2, (args) => `ltrim(${args.join(", ")})`),
  rtrim: texts(1, 2, (args) => `rtrim(${args.join(", ")})`),
  replace: (args, _scope, name) => {
    const [x, pattern, by] = take(args, 3, 3, name) as [Translated, Translated, Translated];
    const sql = `replace(${asText(x)}, ${asText(pattern)}, ${asText(by)})`;
    // An empty pattern gives the text back, whatever is to come in its place, NULL included.
    const perhapsEmpty = by.nullable && (pattern.literal === undefined || pattern.literal === "");
    return value(
      "text",
      perhapsEmpty ? `(CASE WHEN ${asText(pattern)} = '' THEN ${asText(x)} ELSE ${sql} END)` : sql,
      anyNullable(args),
    );
  },
  instr: (args, _scope, name) => {
    const [a, b] = take(args, 2, 2, name) as [Translated, Translated];
    if (a.kind === "blob" || b.kind === "blob") throw new Untranslatable(`${name} of a blob`);
    return value("integer", `strpos(${asText(a)}, ${asText(b)})`, anyNullable(args), {
      type: { kind: "integer" },
      notNegative: true,
    });
  },
  substr,
  substring: substr,
  round,
  ceil: rounding("ceil"),
  ceiling: rounding("ceil"),
  floor: rounding("floor"),
  sign,
  concat,
  format,
  printf: format,
  unicode,
  typeof: typeOf,
  hex,
  json_valid: jsonValid,
  random,
  randomblob: randomBlob,
  // Hints for SQLite's planner.
  likely: same,
  unlikely: same,
  likelihood: same,
};
