/**
 * Compares a SQLite database with what became of it, cell by cell, in a way of its own: nothing here is shared with the product's loader or verifier.
 * Each side's value is brought to one text by the meaning of the PostgreSQL column's type, and the rows are compared as multisets.
 */
import Database from "better-sqlite3";
import type { Client } from "pg";

type Raw = { storage: string; value: unknown; bytes: Buffer | null };

export interface Comparison {
  /** What differs: empty when both sides are the same. */
  differences: string[];
  cells: number;
  rows: number;
  /** Tables that SQLite cannot read here, since they are in the order of a collation that only the application has. */
  unread: string[];
  /** By source table: rows that hold text which PostgreSQL cannot, and were therefore not looked for. */
  unfit: Map<string, number>;
}

/** @param tables source table -> target table */
export async function compare(
  path: string,
  client: Client,
  schema: string,
  tables: Map<string, string>,
): Promise<Comparison> {
  const db = new Database(path, { readonly: true });
  db.unsafeMode(true);
  db.defaultSafeIntegers(true);
  const result: Comparison = { differences: [], cells: 0, rows: 0, unread: [], unfit: new Map() };
  try {
    const encoding = String(db.pragma("encoding", { simple: true }));
    const names = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'")
      .pluck()
      .all() as string[];
    for (const name of names) {
      const target = tables.get(name);
      if (target === undefined) result.differences.push(`${name} did not come over`);
      else if (!isReadable(db, name)) result.unread.push(name);
      else await compareTable(db, encoding, name, client, schema, target, result);
    }
  } finally {
    db.close();
  }
  return result;
}

function isReadable(db: Database.Database, table: string): boolean {
  try {
    db.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}" NOT INDEXED`);
    return true;
  } catch (error) {
    if (/no such collation|no query solution/.test(String(error))) return false;
    throw error;
  }
}

async function compareTable(
  db: Database.Database,
  encoding: string,
  name: string,
  client: Client,
  schema: string,
  target: string,
  result: Comparison,
): Promise<void> {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const columns = db
    .prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid")
    .pluck()
    .all(name) as string[];
  const { rows: types } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [schema, target],
  );
  if (types.length !== columns.length) {
    result.differences.push(`${name} has ${columns.length} columns, and ${target} ${types.length}`);
    return;
  }
  const parts = columns.map((column) => `typeof(${quote(column)}), ${quote(column)}, CAST(${quote(column)} AS BLOB)`);
  // Apple's Core Data counts from 2001.
  const origin = ["Z_PK", "Z_ENT", "Z_OPT"].every((own) => columns.includes(own)) ? 978_307_200_000_000n : 0n;
  const expected: string[] = [];
  for (const row of db
    .prepare(`SELECT ${parts.join(", ")} FROM ${quote(name)} NOT INDEXED`)
    .raw()
    .all() as unknown[][]) {
    const cells = types.map(({ type }, place) => {
      const raw = { storage: row[3 * place], value: row[3 * place + 1], bytes: row[3 * place + 2] } as Raw;
      return fromSqlite(raw, type, encoding, origin);
    });
    if (cells.includes(unfit)) result.unfit.set(name, (result.unfit.get(name) ?? 0) + 1);
    else expected.push(JSON.stringify(cells));
  }
  const { rows: found } = await client.query({
    text: `SELECT ${types.map((column) => `${quote(column.name)}::text`).join(", ")} FROM ${quote(schema)}.${quote(target)}`,
    rowMode: "array",
  });
  const actual = (found as (string | null)[][]).map((row) =>
    JSON.stringify(row.map((text, place) => (text === null ? null : fromPostgres(text, types[place]?.type ?? "")))),
  );
  result.rows += actual.length;
  result.cells += actual.length * types.length;
  expected.sort();
  actual.sort();
  for (const [place, row] of expected.entries())
    if (actual[place] !== row) {
      const type = types.map((column) => column.type).join(", ");
      result.differences.push(`${name} (${type}): SQLite has ${row}, PostgreSQL ${actual[place]}`);
      return;
    }
  if (actual.length !== expected.length)
    result.differences.push(`${name}: ${expected.length} rows in SQLite, ${actual.length} in PostgreSQL`);
}

const unfit = "unfit";
const labels: Record<string, string> = { "UTF-8": "utf-8", "UTF-16le": "utf-16le", "UTF-16be": "utf-16be" };

/** A text by its bytes; null where they are no text in that encoding. */
function decode(bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(labels[encoding], { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * What the value means in a column of that type; `unfit` where PostgreSQL cannot hold it.
 *
 * @param origin microseconds after 1970 at which the numbers of times begin
 */
function fromSqlite({ storage, value, bytes }: Raw, type: string, encoding: string, origin: bigint): string | null {
  if (storage === "null") return null;
  const blob = bytes ?? Buffer.alloc(0);
  const text = storage === "text" ? decode(blob, encoding) : null;
  switch (type) {
    case "bigint":
      return storage === "integer" ? `int ${value}` : `not an integer: ${value}`;
    case "boolean":
      return `bool ${["1", "1.0", "t", "true", "y", "yes", "on"].includes(asWord(storage, value, text).toLowerCase())}`;
    case "double precision":
      return double(Number(value));
    case "numeric":
      return decimal(storage === "integer" ? String(value) : shortest(Number(value)));
    case "bytea":
      if (storage === "blob") return `bytes ${blob.toString("hex")}`;
      if (storage === "text" && text === null) return `bytes ${blob.toString("hex")}`;
      return `bytes ${Buffer.from(asWord(storage, value, text)).toString("hex")}`;
    case "text":
    case "character varying": {
      const word = storage === "blob" ? decode(blob, "UTF-8") : asWord(storage, value, text);
      return word === null || word.includes("\0") || (storage === "text" && text === null) ? unfit : `text ${word}`;
    }
    case "json":
      return `json ${typeof value === "number" ? String(value) : asWord(storage, value, text)}`;
    case "uuid":
      return `uuid ${text ?? blob.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
    case "date":
      return `date ${text}`;
    case "time without time zone":
      return `time ${clockMicroseconds(text ?? "")}`;
    case "timestamp without time zone":
    case "timestamp with time zone":
      return `moment ${storage === "text" ? momentMicroseconds(text ?? "") : BigInt(numberMicroseconds(storage, value)) + origin}`;
    default:
      return `no rule for ${type}`;
  }
}

function asWord(storage: string, value: unknown, text: string | null): string {
  if (storage === "text") return text ?? "";
  return storage === "real" ? shortest(Number(value)) : String(value);
}

/** As an application sees a real: with a point. */
function shortest(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return /^-?\d+$/.test(String(value)) ? `${value}.0` : String(value);
}

function double(value: number): string {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return `double ${bits.toString("hex")}`;
}

/** A decimal as sign, digits and exponent, without zeros at either end. */
function decimal(text: string): string {
  const match = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (match === null) return `decimal ${text}`;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const bare = digits.replace(/0+$/, "");
  if (bare === "") return "decimal 0";
  return `decimal ${sign}${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
}

function clockMicroseconds(text: string): bigint {
  const [hour = "0", minute = "0", second = "0"] = text.split(":");
  const [whole = "0", fraction = ""] = second.split(".");
  return (
    ((BigInt(hour) * 60n + BigInt(minute)) * 60n + BigInt(whole)) * 1_000_000n +
    BigInt(fraction.slice(0, 6).padEnd(6, "0"))
  );
}

/** Microseconds since 1970 of a date with or without time and offset, in SQLite's or PostgreSQL's form. */
function momentMicroseconds(text: string): string {
  const match = /^(\d+)-(\d\d)-(\d\d)(?:[ T]([\d:.]+) ?(Z|[+-][\d:]+)?)?$/i.exec(text);
  if (match === null) return `unreadable ${text}`;
  const [, year, month, date, clock = "00:00", zone = "Z"] = match;
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  const digits = zone.replace(/[^\d]/g, "").padEnd(4, "0");
  const minutes =
    zone.toUpperCase() === "Z"
      ? 0
      : Number(`${zone[0]}1`) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4)));
  return String(BigInt(midnight.getTime()) * 1000n + clockMicroseconds(clock) - BigInt(minutes) * 60_000_000n);
}

/** By its size, which tells the forms between 1990 and 2100 apart. */
function numberMicroseconds(storage: string, value: unknown): string {
  const number = Number(value);
  if (number < 3e6) return String(BigInt(Math.round((number - 2_440_587.5) * 86_400_000)) * 1000n);
  const unit = number < 5e9 ? 6 : number < 5e12 ? 3 : 0;
  const [whole = "0", fraction = ""] = (storage === "integer" ? String(value) : String(number)).split(".");
  return String(BigInt(whole + fraction.slice(0, unit).padEnd(unit, "0")));
}

function fromPostgres(text: string, type: string): string {
  switch (type) {
    case "bigint":
      return `int ${text}`;
    case "boolean":
      return `bool ${text}`;
    case "double precision":
      return double(Number(text));
    case "numeric":
      return decimal(text);
    case "bytea":
      return `bytes ${text.slice(2)}`;
    case "text":
    case "character varying":
      return `text ${text}`;
    case "time without time zone":
      return `time ${clockMicroseconds(text)}`;
    case "timestamp without time zone":
    case "timestamp with time zone":
      return `moment ${momentMicroseconds(text)}`;
    default:
      return `${type} ${text}`;
  }
}
