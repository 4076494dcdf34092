import type { SqliteValue } from "./value";

/**
 * The decimal without exponent, leading zeros or trailing fraction zeros, as PostgreSQL's `trim_scale` shows it; null when
 * the text is no decimal number.
 */
export function plainDecimal(text: string): string | null {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?\s*$/.exec(text);
  if (match === null) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return null;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const left = point <= 0 ? "" : digits.slice(0, point).padEnd(point, "0");
  const right = point < 0 ? "0".repeat(-point) + digits : digits.slice(Math.max(0, point));
  const shownLeft = left.replace(/^0+(?=\d)/, "") || "0";
  const shownRight = right.replace(/0+$/, "");
  const magnitude = shownRight === "" ? shownLeft : `${shownLeft}.${shownRight}`;
  return sign === "-" && magnitude !== "0" ? `-${magnitude}` : magnitude;
}

/** The integer that a SQLite value is, or null: an INTEGER, a REAL without fraction, or a text of digits. */
export function integerOf(value: SqliteValue): bigint | null {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : null;
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ""));
  return null;
}

/** The double that a SQLite value is, or null; an integer that no double holds exactly is none. */
export function doubleOf(value: SqliteValue): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return BigInt(Number(value)) === value ? Number(value) : null;
  if (typeof value !== "string") return null;
  const special = /^\s*([+-]?)(inf(?:inity)?|nan)\s*$/i.exec(value);
  if (special !== null) {
    if (special[2]?.toLowerCase() === "nan") return Number.NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  return plainDecimal(value) === null ? null : Number(value);
}

const scratch = Buffer.alloc(8);

/** As `float8send` shows it: `\x` and 16 hex digits. Every NaN is PostgreSQL's one NaN. */
export function doubleHex(value: number): string {
  scratch.writeDoubleBE(value);
  return Number.isNaN(value) ? "\\x7ff8000000000000" : `\\x${scratch.toString("hex", 0, 8)}`;
}

/** As `float4send` shows it, rounded to single precision. */
export function singleHex(value: number): string {
  scratch.writeFloatBE(value);
  return Number.isNaN(value) ? "\\x7fc00000" : `\\x${scratch.toString("hex", 0, 4)}`;
}
