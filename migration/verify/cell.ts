import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import type { ColumnPlan, NullValue, TargetType } from "../model";
import { jsonbText } from "./jsonb";
import { doubleHex, doubleOf, integerOf, plainDecimal, singleHex } from "./number";
import { dateText, timestampText, timeText } from "./time";
import { type Cell, impossible, type SqliteValue } from "./value";

type CellOf = (value: SqliteValue) => Cell;

/**
 * What a column's target must hold for a source value, computed from SQLite's value alone: nothing of the loader is used here,
 * so an error of the loader cannot hide itself. For a type of the `other` kind it is the text that the type's
 * input function is to read; `canonicalOthers` turns that into the type's own text.
 */
export function cellReader(column: Pick<ColumnPlan, "type" | "timeForm" | "badText" | "nullFor" | "cut">): CellOf {
  const { type, timeForm, badText, nullFor, cut } = column;
  const name = typeName(type);
  const plain = badText === "replace" ? withoutNul(reader(type, timeForm)) : reader(type, timeForm);
  const read = cut ? wholeMicroseconds(plain, timeForm) : plain;
  const cell: CellOf = (value) => (value === null ? null : (read(value) ?? impossible(value, name)));
  return nullFor === undefined ? cell : (value) => (standsForNull(value, nullFor) ? null : cell(value));
}

/** By config, the value is to be NULL in the target. */
function standsForNull(value: SqliteValue, nullFor: NullValue[]): boolean {
  if (value === null || Buffer.isBuffer(value)) return false;
  return nullFor.some(({ t, v }) =>
    t === "text"
      ? value === v
      : typeof value !== "string" && Number(v) === Number(value) && BigInt(v) === BigInt(value),
  );
}

/** By config, a time is to be in the target without what is finer than microseconds: the digits of a text, or of a count of finer units. */
function wholeMicroseconds(read: CellOf, form: ColumnPlan["timeForm"]): CellOf {
  const unit = form === "epoch nanoseconds" ? 1000n : form === "filetime" || form === "dotnet ticks" ? 10n : 1n;
  return (value) => {
    if (typeof value === "string") return read(value.replace(/^(.*:\d\d[.,]\d{6})\d+/, "$1"));
    if (typeof value !== "bigint") return read(value);
    const below = value < 0n && value % unit !== 0n ? 1n : 0n;
    return read((value / unit - below) * unit);
  };
}

function reader(type: TargetType, timeForm: ColumnPlan["timeForm"]): CellOf {
  switch (type.kind) {
    case "boolean":
      return booleanText;
    case "smallint":
    case "integer":
    case "bigint":
      return (value) => (typeof value === "bigint" ? String(value) : (integerOf(value)?.toString() ?? null));
    case "double precision":
      return (value) => mapped(doubleOf(value), doubleHex);
    case "real":
      return (value) => mapped(doubleOf(value), singleHex);
    case "numeric":
      return numericText;
    case "bytea":
      return (value) => mapped(bytesOf(value), sha256);
    case "date":
      return (value) => dateText(value, timeForm);
    case "time":
      return timeText;
    case "timestamp":
      return (value) => timestampText(value, timeForm, false);
    case "timestamptz":
      return (value) => timestampText(value, timeForm, true);
    case "uuid":
      return uuidText;
    case "jsonb":
      return (value) => mapped(numberText(value), jsonbText);
    case "json":
    case "other":
      return numberText;
    case "char":
      // Trailing blanks mean nothing in char(n).
      return (value) => mapped(plainText(value), (text) => text.replace(/ +$/, ""));
    default:
      return plainText;
  }
}

/** By config, a text is to be in the target without the character NUL. */
function withoutNul(read: CellOf): CellOf {
  return (value) => read(typeof value === "string" ? value.split("\0").join("") : value);
}

const mapped = <T, U>(value: T | null, map: (value: T) => U): U | null => (value === null ? null : map(value));

function booleanText(value: SqliteValue): Cell {
  if (value === 1n || value === 1) return "t";
  if (value === 0n || value === 0) return "f";
  if (typeof value !== "string") return null;
  if (/^\s*(1|1\.0|t|true|y|yes|on)\s*$/i.test(value)) return "t";
  return /^\s*(0|0\.0|f|false|n|no|off)\s*$/i.test(value) ? "f" : null;
}

function numericText(value: SqliteValue): Cell {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? plainDecimal(String(value)) : String(value);
  return typeof value === "string" ? plainDecimal(value) : null;
}

/** The bytes that a value is, or null. */
export function bytesOf(value: SqliteValue): Buffer | null {
  if (Buffer.isBuffer(value)) return value;
  const text = plainText(value);
  return text === null ? null : Buffer.from(text);
}

function sha256(bytes: Buffer): string {
  return hash("sha256", bytes, "hex");
}

function uuidText(value: SqliteValue): Cell {
  const hex = Buffer.isBuffer(value)
    ? value.toString("hex")
    : String(value)
        .replace(/[{}\s-]/g, "")
        .toLowerCase();
  const match = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex);
  return match === null ? null : match.slice(1).join("-");
}

/** A number kept as text: the shortest decimal that reads back as the same double, and a REAL always shows that it is one. */
function plainText(value: SqliteValue): Cell {
  if (typeof value === "string") return value;
  if (typeof value === "number") return realText(value);
  if (Buffer.isBuffer(value)) return isUtf8(value) && !value.includes(0) ? value.toString() : null;
  return numberText(value);
}

/** The same for types in which 1.0 and 1 are one value, or two spellings of it. */
function numberText(value: SqliteValue): Cell {
  return typeof value === "string" || value === null ? value : Buffer.isBuffer(value) ? null : String(value);
}

function realText(value: number): string {
  const shown = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(shown) ? `${shown}.0` : shown;
}

/** The type's name as PostgreSQL's SQL has it. */
export function typeName(type: TargetType): string {
  switch (type.kind) {
    case "varchar":
    case "char":
      return `${type.kind}(${type.length})`;
    case "numeric":
      return type.precision === null ? "numeric" : `numeric(${type.precision},${type.scale ?? 0})`;
    case "other":
      return type.sql;
    default:
      return type.kind;
  }
}
