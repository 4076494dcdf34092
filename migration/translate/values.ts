/** Literals and columns as translated values, and how a value of one kind is used as another. */
import { escapeLiteral } from "pg";
import type { TargetType } from "../model";
import { type Affinity, type Kind, type Translated, Untranslatable } from "./scope";
import { writtenOut } from "./strftime";
import { textOfMoment } from "./time-texts";

const types: Record<"integer" | "bigint" | "boolean" | "real" | "text" | "blob" | "date", TargetType> = {
  integer: { kind: "integer" },
  bigint: { kind: "bigint" },
  boolean: { kind: "boolean" },
  real: { kind: "double precision" },
  text: { kind: "text" },
  blob: { kind: "bytea" },
  date: { kind: "date" },
};

/** An expression's value: no affinity, no collation. */
export function value(kind: Kind, sql: string, nullable: boolean, more: Partial<Translated> = {}): Translated {
  const type = kind === "integer" ? types.bigint : kind in types ? types[kind as keyof typeof types] : types.text;
  return { sql, kind, type, affinity: "none", collation: null, nullable, ...more };
}

/** A value of the same kind that is made of another or of several, and may be NULL: what says the other in a second way does not say this one. */
export function madeOf(of: Translated, sql: string): Translated {
  const { literal, integerSql, temporal, wholeSql, exact, ...kept } = of;
  return { ...kept, sql, affinity: "none", nullable: true };
}

/** A 64-bit integer. Up to 32 bits PostgreSQL takes the literal as `integer`, which arithmetic widens. */
export function integerLiteral(literal: bigint): Translated {
  const small = literal === BigInt.asIntN(32, literal);
  const sql = literal === -(2n ** 63n) ? `('${literal}'::bigint)` : literal < 0n ? `(${literal})` : literal.toString();
  return value("integer", sql, false, {
    type: small ? types.integer : types.bigint,
    literal,
    notNegative: literal >= 0n,
  });
}

export function realLiteral(literal: number): Translated {
  const text = Number.isFinite(literal) ? String(literal) : literal > 0 ? "Infinity" : "-Infinity";
  return value("real", `'${Object.is(literal, -0) ? "-0" : text}'::double precision`, false, { literal });
}

/** @throws Untranslatable for U+0000, which PostgreSQL's text cannot hold */
export function textLiteral(literal: string): Translated {
  if (literal.includes("\0")) throw new Untranslatable("a text with U+0000, which PostgreSQL's text cannot hold");
  return value("text", `${escapeLiteral(literal).trim()}::text`, false, { literal });
}

export function blobLiteral(literal: Uint8Array): Translated {
  return value("blob", `'\\x${Buffer.from(literal).toString("hex")}'::bytea`, false, { literal });
}

export const nullLiteral: Translated = value("null", "NULL", true);

/** SQLite's reading of a number: integers past 64 bits are reals; hexadecimal ones wrap. */
export function numberLiteral(text: string): Translated {
  if (/^0x/i.test(text)) return integerLiteral(BigInt.asIntN(64, BigInt(text)));
  if (!/^\d+$/.test(text)) return realLiteral(Number(text));
  const integer = BigInt(text);
  return integer < 2n ** 63n ? integerLiteral(integer) : realLiteral(Number(text));
}

/** The number that NUMERIC affinity makes of a text, or null where it stays a text (sqlite.org/datatype3.html, 3). */
export function numberInText(text: string): bigint | number | null {
  const trimmed = text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
  if (/^[+-]?\d+$/.test(trimmed)) {
    const integer = BigInt(trimmed.replace(/^\+/, ""));
    return integer === BigInt.asIntN(64, integer) ? integer : Number(trimmed);
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return null;
  const real = Number(trimmed);
  // A real that is whole becomes an integer, as far as a double is exact.
  return Number.isSafeInteger(real) ? BigInt(real) : real;
}

/** The affinity that a declared type gives to its column (sqlite.org/datatype3.html, 3.1). */
export function affinityOf(declaredType: string, strict = false): Affinity {
  const declared = declaredType.toUpperCase();
  if (strict && declared === "ANY") return "blob";
  if (declared.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(declared)) return "text";
  if (declared === "" || declared.includes("BLOB")) return "blob";
  return /REAL|FLOA|DOUB/.test(declared) ? "real" : "numeric";
}

/** The value in a condition. SQLite takes a number other than 0 as true. */
export function truth(of: Translated): string {
  switch (of.kind) {
    case "boolean":
      return of.sql;
    case "null":
      return "NULL::boolean";
    case "integer":
    case "real":
    case "number":
      return of.literal === undefined ? `(${of.sql} <> 0)` : String(Number(of.literal) !== 0);
    default:
      throw new Untranslatable(`${article(of.kind)} is used as a condition`);
  }
}

/** The value as PostgreSQL's bigint or integer. */
export function asInteger(of: Translated): string {
  if (of.kind === "integer") return of.sql;
  if (of.kind === "boolean") return `${of.sql}::integer`;
  if (of.kind === "null") return "NULL::bigint";
  throw new Untranslatable(`${article(of.kind)} is used where an integer is due`);
}

/** The value where SQLite takes a number: a text of digits as the integer that it is. */
export function plainNumber(of: Translated): Translated {
  return of.integerSql === undefined ? plain(of) : value("integer", of.integerSql, of.nullable);
}

/** A boolean as the integer that it is in SQLite, a date as its text; any other value as it is. */
export function plain(of: Translated): Translated {
  return of.kind === "boolean"
    ? { ...of, kind: "integer", sql: `${of.sql}::integer`, type: types.integer, notNegative: true }
    : of.kind === "date"
      ? { ...of, kind: "text", sql: dateText(of.sql), type: types.text }
      : of;
}

/** A date as the text that SQLite holds. date::text depends on the session's DateStyle, these parts do not. */
export function dateText(sql: string): string {
  return writtenOut("%Y-%m-%d", sql);
}

/** A number as the decimal that it stands for, with so many digits after the point; null where these are not known. */
export function exactDecimal(of: Translated): { sql: string; scale: number } | null {
  if (of.kind === "integer") return { sql: `${of.sql}::numeric`, scale: 0 };
  if (of.kind !== "number") return null;
  if (of.exact !== undefined) return of.exact;
  return of.type.kind === "numeric" && of.type.scale !== null ? { sql: of.sql, scale: of.type.scale } : null;
}

/** The condition under which SQLite holds a number as an integer, "true" where it always does, null where that is not known. */
export function wholeCondition(of: Translated): string | null {
  if (of.kind === "integer") return "true";
  if (of.integerIfWhole === true) return `${of.sql} = trunc(${of.sql})`;
  return of.wholeSql ?? null;
}

/** The value as the text that SQLite's `||`, CAST and text functions make of it. */
export function asText(of: Translated): string {
  if (of.kind === "text") return of.sql;
  if (of.kind === "null") return "NULL::text";
  if (typeof of.literal === "bigint") return textLiteral(of.literal.toString()).sql;
  if (of.kind === "integer") return `${of.sql}::text`;
  if (of.kind === "boolean") return `${of.sql}::integer::text`;
  if (of.kind === "date") return dateText(of.sql);
  const moment = of.kind === "moment" ? textOfMoment(of) : null;
  if (moment !== null) return moment;
  if (isShortDecimal(of)) return `trim_scale(${of.sql})::text`;
  throw new Untranslatable(
    of.kind === "real" || of.kind === "number"
      ? "a real is used as text, which SQLite writes in its own form"
      : `${article(of.kind)} is used as text`,
  );
}

/**
 * A decimal that SQLite writes as it stands: it shows 15 digits of a double, none after the point of an integer, and an exponent only below 0.0001
 * (sqlite.org/datatype3.html, 3, and floatingpoint.html).
 */
function isShortDecimal({ kind, type, integerIfWhole }: Translated): boolean {
  if (kind !== "number" || type.kind !== "numeric" || integerIfWhole !== true) return false;
  const { precision, scale } = type;
  return precision !== null && precision <= 15 && scale !== null && scale >= 0 && scale <= 4;
}

/** Doubles hold every integer up to here. */
const exactInDouble = 2n ** 53n;

/** The value as double precision, rounded as SQLite rounds an integer to a double. */
export function asReal(of: Translated): string {
  if (of.kind === "real" || (of.kind === "number" && of.type.kind === "double precision")) return of.sql;
  if (of.kind === "null") return "NULL::double precision";
  if (typeof of.literal === "bigint") return realLiteral(Number(of.literal)).sql;
  if (of.kind === "integer" || of.kind === "number") return `${of.sql}::double precision`;
  if (of.kind === "boolean") return `${of.sql}::integer::double precision`;
  throw new Untranslatable(`${article(of.kind)} is used where a number is due`);
}

/** The value as a numeric: of a double the shortest decimal that reads back as it. */
export function shortestDecimal(of: Translated): string {
  return of.type.kind === "double precision" ? `${of.sql}::text::numeric` : `${of.sql}::numeric`;
}

/**
 * The value as a numeric that compares with other such values as SQLite compares integers with reals, which it does exactly. Below 2^53 the shortest
 * decimal of a double keeps that order; above, a double is an integer.
 */
export function asNumeric(of: Translated): string {
  if (of.kind === "null") return "NULL::numeric";
  if (typeof of.literal === "bigint") return `${integerLiteral(of.literal).sql}::numeric`;
  if (typeof of.literal === "number" && Math.abs(of.literal) < Number(exactInDouble)) return `'${of.literal}'::numeric`;
  if (of.kind === "integer") return `${of.sql}::numeric`;
  if (of.kind === "boolean") return `${of.sql}::integer::numeric`;
  if (of.kind === "number" && of.type.kind === "numeric") return of.sql;
  if (of.kind === "real" || of.kind === "number") {
    const real = of.sql;
    return `(CASE WHEN abs(${real}) >= ${exactInDouble} AND abs(${real}) < 9223372036854775808 THEN ${real}::bigint::numeric ELSE ${real}::text::numeric END)`;
  }
  throw new Untranslatable(`${article(of.kind)} is used where a number is due`);
}

export function isNumber(kind: Kind): boolean {
  return kind === "integer" || kind === "boolean" || kind === "real" || kind === "number";
}

export function isText(kind: Kind): boolean {
  return kind === "text" || kind === "date" || kind === "moment";
}

const names: Record<Kind, string> = {
  null: "NULL",
  integer: "an integer",
  boolean: "a boolean",
  real: "a real",
  number: "a number that may be an integer or a real",
  text: "a text",
  blob: "a blob",
  date: "a date",
  moment: "a date and time",
  opaque: "a value that PostgreSQL holds in another form than SQLite",
};

/** For reasons: the kind with its article. */
export function article(kind: Kind): string {
  return names[kind];
}

function haveOneType(of: Translated[]): boolean {
  return new Set(of.filter((one) => one.kind !== "null").map(({ type }) => JSON.stringify(type))).size === 1;
}

/** Whether all are times of one type whose texts look alike. */
function haveOneShape(of: Translated[]): boolean {
  const [first, ...others] = of
    .filter((one) => one.kind !== "null")
    .map(({ type, shape }) => ({ type: type.kind, shape }));
  return first?.shape !== undefined && others.every((other) => JSON.stringify(other) === JSON.stringify(first));
}

/** The value that one of several branches gives, which `unify` has brought to one kind. */
export function branches(same: Translated[], sql: string, nullable: boolean): Translated {
  const { kind, shape } = same.find((one) => one.kind !== "null") ?? nullLiteral;
  const notNegative = same.every((one) => one.notNegative === true);
  return value(kind, sql, nullable, { type: widest(same), notNegative, ...(shape === undefined ? {} : { shape }) });
}

/** bigint where one of the values is, else the type that all have. */
export function widest(of: Translated[]): TargetType {
  const types = of.filter((one) => one.kind !== "null").map((one) => one.type);
  return types.find((type) => type.kind === "bigint") ?? types[0] ?? { kind: "text" };
}

/** Values of several branches (CASE, coalesce()) brought to one kind and type. */
export function unify(of: Translated[], where: string): Translated[] {
  const kinds = new Set(of.filter((one) => one.kind !== "null").map((one) => one.kind));
  if (kinds.size === 0) return of;
  if (kinds.size === 1) {
    const [kind] = kinds;
    if (kind === "opaque") throw new Untranslatable(`${where} gives ${article(kind)}`);
    if (kind === "moment" ? haveOneShape(of) : kind !== "number" || haveOneType(of)) return of;
  }
  const list = [...kinds];
  const nullStays = (one: Translated, make: () => Translated) => (one.kind === "null" ? one : make());
  if (list.every((kind) => kind === "integer" || kind === "boolean"))
    return of.map((one) => nullStays(one, () => plain(one)));
  if (list.every(isText)) return of.map((one) => nullStays(one, () => value("text", asText(one), one.nullable)));
  if (list.every(isNumber)) {
    const scales = of.filter((one) => one.kind !== "null").map((one) => exactDecimal(plain(one))?.scale ?? null);
    const scale = scales.includes(null) ? null : Math.max(...(scales as number[]));
    return of.map((one) =>
      nullStays(one, () => ({
        ...value("number", asNumeric(one), one.nullable),
        type: { kind: "numeric", precision: null, scale },
      })),
    );
  }
  throw new Untranslatable(`${where} mixes ${list.map(article).join(" and ")}`);
}
