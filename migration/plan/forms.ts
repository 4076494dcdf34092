/** What single values look like to a declared type. The counts over all rows are the evidence for a column's type. */
import { isUtf8 } from "node:buffer";
import type { SqliteValue } from "../source/value";
import type { Family } from "./declaration";
import {
  finerThanMicroseconds,
  formOfNumber,
  isFinerThanMicroseconds,
  isOrdinaryMoment,
  parseTemporal,
} from "./temporal";

/** A map, since an object would also know `constructor`. */
const booleanWords = new Map([
  ...["t", "true", "y", "yes", "on", "1"].map((word): [string, boolean] => [word, true]),
  ...["f", "false", "n", "no", "off", "0"].map((word): [string, boolean] => [word, false]),
]);

/** The boolean that an integer, a real or a word stands for; null for any other value. */
export function readBoolean(value: SqliteValue): boolean | null {
  if (value === 0n || value === 1n) return value === 1n;
  if (value === 0 || value === 1) return value === 1;
  return typeof value === "string" ? (booleanWords.get(value.toLowerCase()) ?? null) : null;
}

/** Lower case with hyphens, as PostgreSQL writes it: another spelling would come back changed. */
export const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Whether bytes are a UUID's in the order of RFC 9562 (4.1, 4.2), by its version and variant. .NET writes a Guid's first three groups in another
 * order: as a uuid it would read otherwise than in the application.
 */
function isUuidBytes(bytes: Buffer): boolean {
  if (bytes.length !== 16) return false;
  const version = bytes.readUInt8(6) >> 4;
  // All bits 0 and all bits 1 are UUIDs too.
  const isNilOrMax = (bytes[0] === 0 || bytes[0] === 255) && bytes.every((byte) => byte === bytes[0]);
  return (version >= 1 && version <= 8 && bytes.readUInt8(8) >> 6 === 2) || isNilOrMax;
}

/** Whether every value of such a column must be looked at, one by one. */
export function needsForms(family: Family): boolean {
  return family !== "integer" && family !== "real" && family !== "text" && family !== "any" && family !== "blob";
}

/** The name of what a value looks like. `other` speaks against the declared type. */
export function formOf(family: Family, value: Exclude<SqliteValue, null>): string {
  switch (family) {
    case "boolean":
      return readBoolean(value) === null ? "other" : "boolean";
    case "uuid":
      if (Buffer.isBuffer(value)) return isUuidBytes(value) ? "uuid bytes" : "other";
      return typeof value === "string" && uuidForm.test(value) ? "uuid" : "other";
    case "json":
      return isJson(value) ? "json" : "other";
    case "date":
    case "time":
    case "timestamp":
      if (typeof value === "string")
        return isOrdinaryMoment(value) ? "date and time" : (parseTemporal(value)?.kind ?? otherText(value));
      return Buffer.isBuffer(value) ? "other" : (formOfNumber(value) ?? "other");
    case "decimal":
      return typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)) ? "number" : "other";
    default:
      // Bytes in a column of text.
      return Buffer.isBuffer(value) && !isPlainText(value) ? "other" : "text";
  }
}

function otherText(value: string): string {
  return isFinerThanMicroseconds(value) ? finerThanMicroseconds : "other";
}

/** Bytes that PostgreSQL's text can hold. */
export function isPlainText(bytes: Buffer): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}

/** A JSON text; or a number, which is what SQLite makes of a JSON text that is one, in a column declared JSON. */
export function isJson(value: SqliteValue): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "string") return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** How many digits a number's shortest decimal has before and after the point. */
export function digitsOf(value: bigint | number | string): { integer: number; fraction: number } {
  const text = String(value);
  const start = text[0] === "-" ? 1 : 0;
  const exponent = text.indexOf("e");
  const end = exponent < 0 ? text.length : exponent;
  const point = text.indexOf(".");
  const whole = point < 0 ? end : point;
  const shift = exponent < 0 ? 0 : Number(text.slice(exponent + 1));
  const bare = whole - start === 1 && text[start] === "0" && shift <= 0;
  return {
    integer: bare ? 0 : Math.max(0, whole - start + shift),
    fraction: Math.max(0, (point < 0 ? 0 : end - point - 1) - shift),
  };
}
