/** Comparisons, with SQLite's affinities and collations (sqlite.org/datatype3.html, 4 and 7). */
import { parseTemporal } from "../plan/temporal";
import { type Affinity, type Collation, type Scope, type Translated, Untranslatable } from "./scope";
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
  const nullable = op !== "IS" && op !== "IS NOT" && (left.nullable || right.nullable);
  const result = (sql: string) => value("boolean", sql, nullable);
  if (left.kind === "null" || right.kind === "null") return result(compareWithNull(left, op, right));
  const [l, r] = withAffinity(left, right);
  const pair = (a: string, b: string) => result(`(${a} ${sqlOf(op)} ${b})`);
  if (isNumber(l.kind) && isNumber(r.kind)) return pair(...numbers(l, r, op));
  if (isText(l.kind) && isText(r.kind)) {
    const collation = collationOf(left, right);
    if (collation === "BINARY") {
      const dates = compareDates(l, op, r) ?? compareDates(r, mirrored(op), l) ?? compareMoments(l, op, r);
      if (dates !== null) return result(dates);
    }
    return pair(collated(asText(l), collation, isOrder(op), scope), collated(asText(r), collation, isOrder(op), scope));
  }
  if (l.kind === "blob" && r.kind === "blob") return pair(l.sql, r.sql);
  throw new Untranslatable(`it compares ${article(l.kind)} with ${article(r.kind)}`);
}

function compareWithNull(left: Translated, op: Comparison, right: Translated): string {
  if (op !== "IS" && op !== "IS NOT") return "NULL::boolean";
  const other = left.kind === "null" ? right : left;
  return other.kind === "null" ? String(op === "IS") : `(${other.sql} ${op} NULL)`;
}

function mirrored(op: Comparison): Comparison {
  return ({ "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as Partial<Record<Comparison, Comparison>>)[op] ?? op;
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
  if (typeof side.literal === "string") {
    const number = numberInText(side.literal);
    if (typeof number === "bigint") return integerLiteral(number);
    return typeof number === "number" ? realLiteral(number) : side;
  }
  if (numericAffinities.includes(side.affinity) || side.kind !== "text") return side;
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
function compareDates(l: Translated, op: Comparison, r: Translated): string | null {
  if (l.kind !== "date") return null;
  if (r.kind === "date") return `(${l.sql} ${sqlOf(op)} ${r.sql})`;
  if (typeof r.literal !== "string") return null;
  const moment = parseTemporal(r.literal);
  return moment?.kind === "date" ? `(${l.sql} ${sqlOf(op)} '${r.literal}'::date)` : null;
}

/** Two columns of times whose texts all look alike: the texts then have the order of the times. */
function compareMoments(l: Translated, op: Comparison, r: Translated): string | null {
  if (l.kind !== "moment" || r.kind !== "moment" || l.type.kind !== r.type.kind) return null;
  if (l.shape === undefined || JSON.stringify(l.shape) !== JSON.stringify(r.shape)) return null;
  return `(${l.sql} ${sqlOf(op)} ${r.sql})`;
}
