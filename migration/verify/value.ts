/** A value as better-sqlite3 gives it with safe integers: a bigint is always an INTEGER, a number always a REAL. */
export type SqliteValue = bigint | number | string | Buffer | null;

/**
 * A cell in the one form in which both sides are compared: the text that PostgreSQL shows for the value (floats as the hex of
 * their bytes, bytea as its SHA-256), or null. {@link impossible} makes the form of a value that its column cannot hold.
 */
export type Cell = string | null;

/** PostgreSQL's text never holds NUL, so this equals nothing that a target can hold. */
const mark = "\0";

/** The cell of a source value that the column's type cannot hold: it differs from every target value. */
export function impossible(value: SqliteValue, type: string): Cell {
  return `${mark}${describeSource(value)} is no ${type}`;
}

/** A cell for people: quoted, shortened, control characters visible. */
export function showCell(cell: Cell, kind: string): string {
  if (cell === null) return "NULL";
  if (cell.startsWith(mark)) return cell.slice(mark.length);
  if (kind === "bytea") return `bytes with SHA-256 ${cell.slice(0, 16)}…`;
  if (kind === "double precision" || kind === "real") return showFloat(cell);
  return quoted(cell);
}

function showFloat(cell: string): string {
  const bytes = Buffer.from(cell.slice(2), "hex");
  const value = bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE();
  return `${Object.is(value, -0) ? "-0" : value} (${cell})`;
}

function describeSource(value: SqliteValue): string {
  if (value === null) return "NULL";
  if (Buffer.isBuffer(value))
    return `the blob x'${value.subarray(0, 20).toString("hex")}${value.length > 20 ? "…" : ""}'`;
  if (typeof value === "string") return `the text ${quoted(value)}`;
  return `the ${typeof value === "bigint" ? "integer" : "real"} ${value}`;
}

/** Text in double quotes with JSON's escapes, the middle left out where it is long. */
export function quoted(text: string, longest = 120): string {
  const shown = text.length <= longest ? text : `${text.slice(0, longest - 40)} … ${text.slice(-30)}`;
  const rest = text.length <= longest ? "" : ` (${text.length} characters)`;
  return JSON.stringify(shown) + rest;
}
