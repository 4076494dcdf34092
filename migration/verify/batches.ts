/**
 * A table's rows as SQLite itself puts them together: one blob holds the values of hundreds of rows as bytes, so that no value becomes a
 * JavaScript object, which is most of the cost of reading. What a column holds beside its ordinary kind of values is flagged, and such a batch
 * is read value by value instead.
 */
import type { Database, Statement } from "better-sqlite3";
import { escapeIdentifier } from "pg";
import type { ColumnPlan, TablePlan } from "../model";

/**
 * How the values of a column come: integers as `digits` and a comma; texts and blobs as their length, a colon and their `bytes`; what may be a
 * REAL, of which no text is exact, as JavaScript's `number`s beside the blob.
 */
export type Reading = "digits" | "bytes" | "numbers";

export function readingOf({ type, timeForm }: Pick<ColumnPlan, "type" | "timeForm">): Reading {
  switch (type.kind) {
    case "boolean":
    case "smallint":
    case "integer":
    case "bigint":
      return "digits";
    case "real":
    case "double precision":
    case "numeric":
      return "numbers";
    case "date":
    case "timestamp":
    case "timestamptz":
      return timeForm === null || timeForm === "text" ? "bytes" : "numbers";
    default:
      return "bytes";
  }
}

/** A value of more bytes than this is read by itself. */
export const longest = 16_384;

/** Whether values of a column may be as long as that: those of the other types are short, or none of the type's. */
export function mayBeLong({ type }: Pick<ColumnPlan, "type">): boolean {
  return ["text", "bytea", "json", "jsonb"].includes(type.kind);
}

const shortOnly = (name: string) => `CASE WHEN octet_length(${name}) <= ${longest} THEN ${name} END`;

const wantedBytes = 2 * 1024 * 1024;
const [fewestRows, mostRows] = [16, 2000];
/** SQLite's expressions are at most 1000 levels deep. */
export const mostColumns = 400;
const greatestRowid = 2n ** 63n - 1n;

export interface Batch {
  rows: number;
  /** The rowids between which it lies, both included. */
  first: bigint;
  last: bigint;
  /** Whether every value is of its column's ordinary kind. */
  regular: boolean;
  /** Each row: its rowid and a comma, then its values, those of `numbers` left out. */
  bytes: Buffer;
  /** The values of the `numbers` columns, row by row. */
  numbers: () => (number | null)[][];
}

/** Reads a table in the order of its rowids. */
export class Batches {
  private readonly next: Statement;
  private readonly end: Statement;
  private readonly numbers: Statement | null;
  private readonly longValues: (Statement | undefined)[];

  /**
   * @param rowid a quoted name that means the rowid
   * @param aside a table whose k0 are the rowids to leave out, or null
   */
  constructor(database: Database, table: TablePlan, rowid: string, aside: string | null) {
    const from = `FROM ${escapeIdentifier(table.source)} NOT INDEXED`;
    const others = aside === null ? "" : ` AND ${rowid} NOT IN (SELECT k0 FROM ${aside})`;
    const parts = [rowid, "','"];
    const flags: string[] = [];
    const numbers: string[] = [];
    for (const column of table.columns) {
      const name = escapeIdentifier(column.source);
      const reading = readingOf(column);
      if (name !== rowid) flags.push(...flagsOf(column, reading, name));
      if (reading === "digits") parts.push(name, "','");
      else if (reading === "numbers") numbers.push(name);
      else parts.push(`octet_length(${name})`, "':'", mayBeLong(column) ? shortOnly(name) : name);
    }
    const flag = flags.length === 0 ? "0" : `count(*) FILTER (WHERE ${flags.join(" OR ")})`;
    this.next = database
      .prepare(
        `SELECT count(*), ${flag}, CAST(group_concat(${concatenated(parts)}, '') AS BLOB) ${from} WHERE ${rowid} BETWEEN ? AND ?${others}`,
      )
      .safeIntegers(true)
      .raw();
    this.end = database
      .prepare(`SELECT ${rowid} ${from} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ?`)
      .safeIntegers(true)
      .pluck();
    this.numbers =
      numbers.length === 0
        ? null
        : database
            .prepare(`SELECT ${numbers.join(", ")} ${from} WHERE ${rowid} BETWEEN ? AND ?${others} ORDER BY ${rowid}`)
            .safeIntegers(false)
            .raw();
    this.longValues = table.columns.map((column) =>
      mayBeLong(column)
        ? database.prepare(`SELECT CAST(${escapeIdentifier(column.source)} AS BLOB) ${from} WHERE ${rowid} = ?`).pluck()
        : undefined,
    );
  }

  *[Symbol.iterator](): Generator<Batch> {
    let first = -(2n ** 63n);
    for (let wanted = fewestRows; ; ) {
      const last = (this.end.get(first, wanted - 1) as bigint | undefined) ?? greatestRowid;
      const [count, flagged, bytes] = this.next.get(first, last) as [bigint, bigint, Buffer | null];
      const [from, rows] = [first, Number(count)];
      if (rows > 0)
        yield {
          rows,
          first: from,
          last,
          regular: flagged === 0n,
          bytes: bytes ?? Buffer.alloc(0),
          numbers: () => (this.numbers?.all(from, last) ?? []) as (number | null)[][],
        };
      if (last === greatestRowid) return;
      first = last + 1n;
      const fitting = Math.floor((wantedBytes * rows) / Math.max(1, bytes?.length ?? 1));
      wanted = Math.max(fewestRows, Math.min(mostRows, 4 * wanted, fitting));
    }
  }

  /** A value that is too long for its batch. */
  longValue(column: number, rowid: bigint): Buffer {
    return this.longValues[column]?.get(rowid) as Buffer;
  }
}

/**
 * What makes a batch irregular: values that would read as one of another kind does, which the exact way keeps apart. SQLite orders numbers before
 * texts before blobs, so that one comparison tells them. A name for the collation keeps it from asking for one that only the application has.
 *
 * Not flagged: a text of digits among integers and a blob among texts, which are the values that their bytes spell; a number among moments,
 * which spells none.
 */
function flagsOf({ type }: ColumnPlan, reading: Reading, column: string): string[] {
  const name = `${column} COLLATE BINARY`;
  if (reading === "numbers")
    return [
      `${name} >= ''`,
      // An integer beyond 2^53 may not be what the double says that it becomes.
      `((${name} > 9007199254740991 OR ${name} < -9007199254740991) AND typeof(${column}) = 'integer')`,
    ];
  const [number, blob] = [`${name} < ''`, `${name} >= x''`];
  if (["text", "varchar", "char", "bytea"].includes(type.kind)) return [number];
  return ["json", "jsonb"].includes(type.kind) ? [number, blob] : [blob];
}

/** A function of SQLite takes 1000 arguments at most. */
function concatenated(parts: string[]): string {
  const calls: string[] = [];
  for (let at = 0; at < parts.length; at += 900) calls.push(`concat(${parts.slice(at, at + 900).join(", ")})`);
  return calls.length === 1 ? (calls[0] ?? "") : `concat(${calls.join(", ")})`;
}
