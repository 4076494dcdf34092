/** Comparisons, with SQLite's affinities and collations (sqlite.org/datatype3.html, 4 and 7). */
import { parseTemporal } from "../plan/temporal";
import { shapeOf } from "../source/moment-shapes";
import { type Affinity, type Collation, type Scope, type Translated, Untranslatable } from "./scope";
import { compareTimeTexts } from "./time-texts";
import {
  article,
  asNumeric,
  asReal,
  asText,
  integerLiteral,
  isNumber,
  isText,
  numberInText,
  plain,
  realLiteral,
  textLiteral,
  value,
} from "./values";

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS" | "IS NOT";

const sqlOf = (op: Comparison) => (op === "IS" ? "IS NOT DISTINCT FROM" : op === "IS NOT" ? "IS DISTINCT FROM" : op);
const isOrder = (op: Comparison) => op === "<" || op === "<=" || op === ">" || op === ">=";

/** `left op right`, a boolean. @throws Untranslatable where the sides' storage classes differ or are not known */
export function compare(left: Translated, op: Comparison, right: Translated, scope: Scope): Translated {
  const compared = sides(left, op, right, scope);
  const sql = typeof compared === "string" ? compared : `(${compared[0]} ${sqlOf(op)} ${compared[1]})`;
  return value("boolean", sql, op !== "IS" && op !== "IS NOT" && (left.nullable || right.nullable));
}

/** `left IN (members)`: the members have neither affinity nor collation. */
export function compareWithList(left: Translated, members: Translated[], scope: Scope): Translated {
  const bare = members.map((one) => ({ ...one, affinity: "none" as const, collation: null, explicitCollation: false }));
  const compared = bare.map((one) => sides(left, "=", one, scope));
  const first = compared[0];
  const rights = compared.flatMap((one) => (typeof one !== "string" && one[0] === first?.[0] ? [one[1]] : []));
  const sql =
    typeof first !== "string" && rights.length === compared.length
      ? `(${first?.[0]} IN (${rights.join(", ")}))`
      : `(${compared.map((one) => (typeof one === "string" ? one : `${one[0]} = ${one[1]}`)).join(" OR ")})`;
  return value("boolean", sql, left.nullable || bare.some((one) => one.nullable));
}

/** Both sides as they are to be compared, or the whole comparison. */
function sides(left: Translated, op: Comparison, right: Translated, scope: Scope): [string, string] | string {
  if (left.kind === "null" || right.kind === "null") return compareWithNull(left, op, right);
  const [l, r] = withAffinity(left, right);
  if (isNumber(l.kind) && isNumber(r.kind)) return numbers(l, r, op);
  if (isText(l.kind) && isText(r.kind)) {
    const collation = collationOf(left, right);
    const asTimes =
      collation === "BINARY"
        ? (datePair(l, r) ??
          mirroredPair(datePair(r, l)) ??
          momentPair(l, r) ??
          momentLiteral(l, op, r) ??
          momentLiteral(r, mirrored[op], l) ??
          compareTimeTexts(l, sqlOf(op), r))
        : null;
    return (
      asTimes ?? [
        collated(asText(l), collation, isOrder(op), scope),
        collated(asText(r), collation, isOrder(op), scope),
      ]
    );
  }
  if (l.kind === "blob" && r.kind === "blob") return [l.sql, r.sql];
  throw new Untranslatable(`it compares ${article(l.kind)} with ${article(r.kind)}`);
}

const mirrored: Record<Comparison, Comparison> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  IS: "IS",
  "IS NOT": "IS NOT",
};

function compareWithNull(left: Translated, op: Comparison, right: Translated): string {
  if (op !== "IS" && op !== "IS NOT") return "NULL::boolean";
  const other = left.kind === "null" ? right : left;
  return other.kind === "null" ? String(op === "IS") : `(${other.sql} ${op} NULL)`;
}

function mirroredPair(pair: [string, string] | null): [string, string] | null {
  return pair === null ? null : [pair[1], pair[0]];
}

const numericAffinities: Affinity[] = ["integer", "real", "numeric"];

/** Applies the affinity of one side to the other. Only a literal's conversion can be done beforehand. */
function withAffinity(left: Translated, right: Translated): [Translated, Translated] {
  const both = left.affinity !== "none" && right.affinity !== "none";
  const numeric = [left, right].some((side) => numericAffinities.includes(side.affinity));
  const text = !both && (left.affinity === "text" || right.affinity === "text");
  const apply = (side: Translated): Translated => {
    if (numeric && isText(side.kind)) return asNumberIfLiteral(side);
    if (text && !numeric && isNumber(side.kind)) return { ...textOfNumber(side), affinity: side.affinity };
    return side;
  };
  return [apply(left), apply(right)];
}

/** NUMERIC affinity for a text: what a column with that affinity holds as text looks like no number already, and neither does a date. */
function asNumberIfLiteral(side: Translated): Translated {
  if (side.integerSql !== undefined) return value("integer", side.integerSql, side.nullable);
  if (typeof side.literal === "string") {
    const number = numberInText(side.literal);
    if (typeof number === "bigint") return integerLiteral(number);
    return typeof number === "number" ? realLiteral(number) : side;
  }
  if (numericAffinities.includes(side.affinity) || side.kind !== "text" || side.temporal !== undefined) return side;
  throw new Untranslatable(
    "it compares a text with a number, and SQLite takes the text as a number where it looks like one",
  );
}

function textOfNumber(side: Translated): Translated {
  if (typeof side.literal === "number") {
    // The short decimals, which SQLite writes as JavaScript does, with .0 after a whole one.
    const text = String(side.literal);
    if (!/^-?\d{1,14}(\.\d{1,14})?$/.test(text) || text.replace(/\D/g, "").length > 15)
      throw new Untranslatable("it compares a text with a real, which SQLite writes in its own form");
    return textLiteral(text.includes(".") ? text : `${text}.0`);
  }
  if (typeof side.literal === "bigint") return textLiteral(side.literal.toString());
  return value("text", asText(side), side.nullable);
}

function numbers(l: Translated, r: Translated, op: Comparison): [string, string] {
  if (l.kind === "boolean" && r.kind === "boolean") return [l.sql, r.sql];
  if (!isOrder(op)) {
    const [a, b] = [booleanLike(l, r), booleanLike(r, l)];
    if (a !== null) return [a, r.sql];
    if (b !== null) return [l.sql, b];
  }
  const [a, b] = [plain(l), plain(r)];
  if (a.kind === "integer" && b.kind === "integer") return [a.sql, b.sql];
  if (a.kind === "real" && b.kind === "real") return [a.sql, b.sql];
  const doubles = [a, b].every((side) => side.type.kind === "double precision" || isSmall(side));
  return doubles ? [asReal(a), asReal(b)] : [asNumeric(a), asNumeric(b)];
}

/** The literal 0 or 1 as the boolean that the other side is. */
function booleanLike(literal: Translated, other: Translated): string | null {
  return other.kind === "boolean" && (literal.literal === 0n || literal.literal === 1n)
    ? String(literal.literal === 1n)
    : null;
}

function isSmall(side: Translated): boolean {
  return typeof side.literal === "bigint" && side.literal > -(2n ** 53n) && side.literal < 2n ** 53n;
}

/** Whose collation counts: an explicit one, the left one first; else a column's, the left one first. */
export function collationOf(left: Translated, right: Translated): Collation {
  const explicit = [left, right].find((side) => side.explicitCollation);
  return (explicit ?? [left, right].find((side) => side.collation !== null))?.collation ?? "BINARY";
}

/**
 * A text in the form whose order under COLLATE "C" is SQLite's. Equality needs no COLLATE: a database's own collation is always deterministic.
 */
export function collated(sql: string, collation: Collation, order: boolean, scope: Pick<Scope, "utf16">): string {
  if (order && scope.utf16 && collation !== "NOCASE")
    throw new Untranslatable("it puts texts in order, and the source is UTF-16, whose bytes give SQLite another order");
  const exact = order ? `(${sql} COLLATE "C")` : sql;
  if (collation === "NOCASE") return `lower(${sql} COLLATE "C")`;
  return collation === "RTRIM" ? `rtrim(${exact}, ' ')` : exact;
}

/** A date column against a date, as PostgreSQL's dates. ISO texts have the order of their dates. */
function datePair(l: Translated, r: Translated): [string, string] | null {
  if (l.kind !== "date") return null;
  if (r.kind === "date") return [l.sql, r.sql];
  if (typeof r.literal !== "string") return null;
  return parseTemporal(r.literal)?.kind === "date" ? [l.sql, `'${r.literal}'::date`] : null;
}

/** Two columns of times whose texts all look alike: the texts then have the order of the times. */
function momentPair(l: Translated, r: Translated): [string, string] | null {
  if (l.kind !== "moment" || r.kind !== "moment" || l.type.kind !== r.type.kind) return null;
  return l.shape !== undefined && JSON.stringify(l.shape) === JSON.stringify(r.shape) ? [l.sql, r.sql] : null;
}

/** A column of times with an offset that all look alike, against a literal of the same shape. */
function momentLiteral(of: Translated, op: Comparison, other: Translated): string | null {
  const { shape } = of;
  const { literal } = other;
  if (of.kind !== "moment" || of.type.kind !== "timestamptz" || shape === undefined || typeof literal !== "string")
    return null;
  // A time without an offset in a column with one would depend on the session's time zone.
  if (shape.suffix === "" || JSON.stringify(shapeOf(literal)) !== JSON.stringify(shape)) return null;
  const said = parseTemporal(literal);
  return said === null ? null : `(${of.sql} ${sqlOf(op)} '${said.text}'::timestamptz)`;
}
