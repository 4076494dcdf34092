/** SQLite's values as JavaScript holds them here, and without loss as JSON. */
import type { ExactValue } from "../model";

/** What better-sqlite3 gives with safe integers: an integer is always a bigint, so a number is always a real. */
export type SqliteValue = null | bigint | number | string | Buffer;

/** The shortest decimal that reads back as the same double, with `.0` where nothing else shows that it is a real. */
export function realText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

export function exactValue(value: SqliteValue): ExactValue {
  if (value === null) return { t: "null" };
  if (typeof value === "bigint") return { t: "integer", v: value.toString() };
  if (typeof value === "number") return { t: "real", v: realText(value) };
  if (typeof value === "string") return { t: "text", v: value };
  return { t: "blob", base64: value.toString("base64") };
}

/** For people: short, on one line. */
export function showValue(value: SqliteValue, length = 80): string {
  if (value === null) return "NULL";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return realText(value);
  const text =
    typeof value === "string" ? JSON.stringify(value).slice(1, -1) : `x'${value.subarray(0, length).toString("hex")}'`;
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** The same with a text in quotes, so that '1' is not taken for 1. */
export function showTyped(value: SqliteValue, length: number): string {
  return typeof value === "string" ? `'${showValue(value, length)}'` : showValue(value, length);
}
