/**
 * SQLite's values as fields of COPY's text format (postgresql.org/docs/16/sql-copy.html). Every value is checked completely against its
 * column's type, so that what the server would refuse, or would round or cut in silence, is found here, with its reason.
 */
import { Buffer } from "node:buffer";
import type { ColumnPlan, TargetType } from "../model";
import { digitsOf, isJson, isPlainText, readBoolean, uuidForm } from "../plan/forms";
import { isOrdinaryMoment, momentOfNumber, parseTemporal } from "../plan/temporal";
import { typeSql } from "../plan/type-sql";
import { realText, type SqliteValue } from "../source/value";
import { adapterOf } from "./adapt";

/** Why a value does not fit its column. */
export class Unfit {
  constructor(
    /** For programs. */
    readonly code: string,
    /** For people: one sentence. */
    readonly reason: string,
  ) {}
}

/** @returns the field, escaped; or why there can be none. */
export type Encode = (value: SqliteValue) => string | Unfit;

/** The encoder of one column. Text that may have been decoded wrongly must be checked before: see RowEncoder. */
export function encoderFor(column: ColumnPlan): Encode {
  const encode = encoders(column);
  const adapt = adapterOf(column);
  const encodeAny: Encode = (value) => {
    if (value !== null) return encode(value);
    return column.notNull ? new Unfit("null value", `${column.target} is NOT NULL, and the value is NULL.`) : "\\N";
  };
  return adapt === null ? encodeAny : (value) => encodeAny(adapt(value));
}

type Present = Exclude<SqliteValue, null>;
type EncodePresent = (value: Present) => string | Unfit;

function encoders(column: ColumnPlan): EncodePresent {
  const { type } = column;
  switch (type.kind) {
    case "boolean":
      return (value) => {
        const meant = readBoolean(value);
        if (meant === null) return new Unfit("invalid boolean", "It is neither 0 or 1 nor a word for true or false.");
        return meant ? "t" : "f";
      };
    case "smallint":
    case "integer":
    case "bigint":
      return integers(type.kind);
    case "double precision":
      return double;
    case "real":
      return single;
    case "numeric":
      return decimals(type);
    case "text":
      return text;
    case "varchar":
    case "char":
      return limitedText(type);
    case "bytea":
      return bytes;
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return moments(column, type);
    case "uuid":
      return uuid;
    case "json":
    case "jsonb":
      return json(type.kind);
    case "other":
      return ownType(column, type);
  }
}

/** The server reads the value by its type's own rules, except where these would change it without a word. */
function ownType(column: ColumnPlan, { sql, base }: Extract<TargetType, { kind: "other" }>): EncodePresent {
  if (/^interval\b/.test(sql)) return interval;
  if (sql === "money") return money;
  if (base === undefined) return other;
  const fits = encoders({ ...column, type: base });
  return (value) => {
    const fitting = fits(value);
    return fitting instanceof Unfit ? fitting : other(value);
  };
}

function money(value: Present): string | Unfit {
  const written = String(value);
  return typeof value === "string" || /^-?\d+(\.\d{1,2})?$/.test(written)
    ? other(value)
    : new Unfit("would be rounded", "The column is money, and would round it.");
}

function other(value: Present): string | Unfit {
  return text(typeof value === "number" ? String(value) : value);
}

/** PostgreSQL would take a bare number as seconds, whatever the application meant by it: Django's durations are microseconds. */
function interval(value: Present): string | Unfit {
  return typeof value === "bigint" || typeof value === "number" || /^\s*[+-]?[\d.]+\s*$/.test(String(value))
    ? new Unfit(
        "interval without a unit",
        "It is a number, and the column is an interval: whether it means seconds, milliseconds or microseconds is not known. Make the column a bigint in the target, load, and convert it there.",
      )
    : other(value);
}

const bits = { smallint: 16, integer: 32, bigint: 64 };

function integers(kind: keyof typeof bits): EncodePresent {
  return (value) => {
    // SQLite's integers have 64 bits.
    if (kind === "bigint" && typeof value === "bigint") return value.toString();
    const integer =
      typeof value === "bigint"
        ? value
        : typeof value === "number" && Number.isInteger(value)
          ? BigInt(value)
          : typeof value === "string" && /^[+-]?\d{1,30}$/.test(value)
            ? BigInt(value)
            : null;
    if (integer === null) return new Unfit("not an integer", `It is no integer, and the column is ${kind}.`);
    if (BigInt.asIntN(bits[kind], integer) !== integer)
      return new Unfit("out of range", `It is out of the range of ${kind}.`);
    return integer.toString();
  };
}

const decimalForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i;

function double(value: Present): string | Unfit {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint")
    return BigInt(Number(value)) === value
      ? value.toString()
      : new Unfit("out of range", "A double cannot hold this integer exactly.");
  if (
    typeof value === "string" &&
    decimalForm.test(value) &&
    significantDigits(value) <= 15 &&
    Number.isFinite(Number(value))
  )
    return value;
  return new Unfit("not a number", "It is no number that a double holds exactly.");
}

function single(value: Present): string | Unfit {
  const number =
    typeof value === "bigint"
      ? Number(value)
      : typeof value === "string" && decimalForm.test(value)
        ? Number(value)
        : value;
  if (typeof number !== "number") return new Unfit("not a number", "It is no number, and the column is real.");
  // Six decimal digits survive in a 4-byte float (postgresql.org/docs/16/datatype-numeric.html).
  const kept =
    Math.fround(number) === number ||
    (significantDigits(String(value)) <= 6 && Math.abs(number) < 1e37 && Math.abs(number) > 1e-37);
  if (!kept) return new Unfit("out of range", "The column is real, with 4 bytes, and would round it.");
  return Object.is(number, -0) ? "-0" : String(number);
}

function significantDigits(text: string): number {
  return text.replace(/e.*$/i, "").replace(/[^\d]/g, "").replace(/^0+/, "").replace(/0+$/, "").length;
}

function decimals(type: Extract<TargetType, { kind: "numeric" }>): EncodePresent {
  return (value) => {
    if (Buffer.isBuffer(value) || (typeof value === "string" && !decimalForm.test(value)))
      return new Unfit("not a number", "It is no number, and the column is numeric.");
    if (typeof value === "number" && !Number.isFinite(value))
      return type.precision === null ? String(value) : new Unfit("out of range", `${typeSql(type)} has no infinity.`);
    if (type.precision !== null) {
      const scale = type.scale ?? 0;
      const { integer, fraction } = digitsOf(typeof value === "string" ? plainDecimal(value) : value);
      if (integer > type.precision - scale)
        return new Unfit(
          "out of range",
          `It has ${integer} digits before the point, and the column is ${typeSql(type)}.`,
        );
      if (fraction > scale)
        return new Unfit(
          "would be rounded",
          `It has ${fraction} digits after the point, and the column is ${typeSql(type)}.`,
        );
    }
    return String(value);
  };
}

function plainDecimal(text: string): string {
  const [mantissa = "", exponent] = text.toLowerCase().replace(/^\+/, "").split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  const whole = trimmed.replace(/^(-?)0+(?=\d)/, "$1");
  return exponent === undefined ? whole : `${whole}e${exponent}`;
}

const special = /[\\\n\r\t]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeField(value: string): string {
  return special.test(value) ? value.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character) : value;
}

/** How a value is written where the column is text: an integer's digits, a real's shortest decimal. */
function asText(value: Present): string | Unfit {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return realText(value);
  if (typeof value === "string")
    return value.includes("\0")
      ? new Unfit("NUL in text", "It holds the character NUL, which PostgreSQL's text cannot.")
      : value;
  return isPlainText(value)
    ? value.toString("utf8")
    : new Unfit("bytes in text", "It is a blob whose bytes are no text.");
}

function text(value: Present): string | Unfit {
  const plain = asText(value);
  return plain instanceof Unfit ? plain : escapeField(plain);
}

function limitedText(type: Extract<TargetType, { kind: "varchar" | "char" }>): EncodePresent {
  return (value) => {
    const plain = asText(value);
    if (plain instanceof Unfit) return plain;
    const length = plain.length <= type.length ? plain.length : [...plain].length;
    if (length > type.length)
      return new Unfit("too long", `It has ${length} characters, and the column is ${typeSql(type)}.`);
    if (type.kind === "char" && plain.endsWith(" ") && [...plain].length < type.length)
      return new Unfit("would be changed", `${typeSql(type)} does not keep how many spaces a value ends with.`);
    return escapeField(plain);
  };
}

/** Half of the 1 GB that a field of COPY may have, as hexadecimal digits, and within JavaScript's longest string. */
const longestBlob = 250_000_000;

function bytes(value: Present): string | Unfit {
  const raw = Buffer.isBuffer(value)
    ? value
    : Buffer.from(
        typeof value === "number" ? realText(value) : typeof value === "bigint" ? value.toString() : value,
        "utf8",
      );
  if (raw.length > longestBlob)
    return new Unfit("too large", `It has ${raw.length} bytes, and COPY takes ${longestBlob}.`);
  return `\\\\x${raw.toString("hex")}`;
}

type MomentType = Extract<TargetType, { kind: "date" } | { kind: "time" | "timestamp" | "timestamptz" }>;

function moments(column: ColumnPlan, type: MomentType): EncodePresent {
  const form = column.timeForm ?? "text";
  const zone = type.kind === "timestamptz" ? "+00:00" : "";
  const whole = (type.kind === "timestamp" || type.kind === "timestamptz") && (type.precision ?? 6) >= 6;
  return (value) => {
    if (whole && typeof value === "string" && isOrdinaryMoment(value)) return value + zone;
    if (Buffer.isBuffer(value)) return new Unfit("invalid time", "It is a blob, and the column holds times.");
    if (typeof value !== "string") {
      const moment = form === "text" ? null : momentOfNumber(value, form);
      if (moment === null)
        return new Unfit("invalid time", `It is a number that is no time in the column's form, ${form}.`);
      return fitMoment(moment, "date and time with offset", "+00:00", type);
    }
    const moment = parseTemporal(value);
    if (moment === null)
      return new Unfit("invalid time", "It is no date or time in ISO form that exists, with at most microseconds.");
    if (moment.kind !== "date and time with offset") return fitMoment(moment.text, moment.kind, "", type);
    return fitMoment(moment.text.slice(0, -6), moment.kind, moment.text.slice(-6), type);
  };
}

/** A moment as the column's type writes it, where that loses nothing. */
function fitMoment(
  text: string,
  kind: "date" | "time" | "date and time" | "date and time with offset",
  offset: string,
  type: MomentType,
): string | Unfit {
  const wrong = () => new Unfit("invalid time", `It is a ${kind}, and the column is ${typeSql(type)}.`);
  const fraction = text.split(".")[1]?.length ?? 0;
  const precision = "precision" in type ? (type.precision ?? 6) : 6;
  if (type.kind !== "date" && fraction > precision)
    return new Unfit(
      "would be rounded",
      `It has ${fraction} digits after the second, and the column is ${typeSql(type)}.`,
    );
  if ((kind === "time") !== (type.kind === "time")) return wrong();
  switch (type.kind) {
    case "time":
      return text;
    case "date":
      return kind === "date" || (text.slice(11) === "00:00:00" && (offset === "" || offset === "+00:00"))
        ? text.slice(0, 10)
        : wrong();
    case "timestamp":
      // A time in UTC stays the same without saying so; one with another offset would lose what it says.
      return offset === "" || offset === "+00:00" ? text : wrong();
    case "timestamptz":
      // SQLite's own times have no offset and are in UTC.
      return `${text}${offset === "" ? "+00:00" : offset}`;
  }
}

function uuid(value: Present): string | Unfit {
  const digits = Buffer.isBuffer(value)
    ? value.toString("hex")
    : typeof value === "string"
      ? value.toLowerCase().replaceAll("-", "")
      : "";
  const canonical = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return uuidForm.test(canonical) ? canonical : new Unfit("invalid uuid", "It is no UUID, as text or as 16 bytes.");
}

function json(kind: "json" | "jsonb"): EncodePresent {
  return (value) => {
    if (!isJson(value)) return new Unfit("invalid json", "It is no JSON text.");
    if (kind === "jsonb" && typeof value === "string" && /\\u0000/.test(value))
      return new Unfit("invalid json", "It holds \\u0000, which jsonb cannot.");
    return text(typeof value === "number" ? String(value) : value);
  };
}
