/** SQLite's functions of numbers, and those that make them by chance. */
import { type FunctionRule, take } from "./function-rule";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { article, asReal, isNumber, plain, shortestDecimal, value } from "./values";

const abs: FunctionRule = (args, _scope, name) => {
  const of = plain((take(args, 1, 1, name) as [Translated])[0]);
  if (!isNumber(of.kind)) throw new Untranslatable(`${name} of ${article(of.kind)}`);
  return { ...value(of.kind, `abs(${of.sql})`, of.nullable), type: of.type, notNegative: of.kind === "integer" };
};

/** Half away from zero, as SQLite adds one half and cuts; PostgreSQL's round() of a double goes to the even one. */
const round: FunctionRule = (args, scope, name) => {
  const [of, digits] = take(args, 1, 2, name) as [Translated, Translated | undefined];
  const x = plain(of);
  if (digits !== undefined && digits.literal !== 0n) {
    if (typeof digits.literal !== "bigint")
      throw new Untranslatable(`${name} to a number of decimals that is no literal`);
    const places = Math.min(30, Math.max(0, Number(digits.literal)));
    return value("real", `${rounded(x, places, scope, name)}::double precision`, x.nullable);
  }
  if (x.kind === "integer") return value("real", `${x.sql}::double precision`, x.nullable);
  if (!isNumber(x.kind)) throw new Untranslatable(`${name} of ${article(x.kind)}`);
  const real = asReal(x);
  return value(
    "real",
    `(CASE WHEN abs(${real}) < 4503599627370496 THEN trunc(${real} + CASE WHEN ${real} < 0 THEN -0.5::double precision ELSE 0.5::double precision END) ELSE ${real} END)`,
    x.nullable,
  );
};

/**
 * The number as a numeric with so many decimals. SQLite rounds the 17 digits that a double stands for, PostgreSQL the shortest decimal that reads back as it: 1.005, which is 1.00499999999999989, becomes
 * 1.0 there and 1.01 here.
 */
export function rounded(x: Translated, places: number, scope: Scope, name: string): string {
  if (!scope.mayUse.approximate)
    throw new Untranslatable(`${name} to decimals, where SQLite rounds a double's own decimals`);
  if (!isNumber(x.kind)) throw new Untranslatable(`${name} to decimals of ${article(x.kind)}`);
  return `round(${shortestDecimal(x)}, ${places})`;
}

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

/** By SQLite's names. */
export const numberFunctions: Record<string, FunctionRule> = {
  abs,
  round,
  ceil: rounding("ceil"),
  ceiling: rounding("ceil"),
  floor: rounding("floor"),
  sign,
  random,
  randomblob: randomBlob,
};
