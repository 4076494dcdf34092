/**
 * A table's rows as SQLite itself puts them together: for each column one blob holds its values of hundreds of rows, so that no value becomes a
 * JavaScript object, which is most of the cost of reading. What a column holds beside its ordinary kind of values is flagged, and such a batch
 * is read value by value instead.
 */
import SQLite, { type Database, type Statement } from "better-sqlite3";
import { escapeIdentifier } from "pg";
import type { ColumnPlan, TablePlan } from "../model";
import { type RowNumbers, rowNumbers } from "./row-numbers";

/**
 * How the values of a column come: integers and texts as a JSON array; blobs as a JSON array of their lengths and their bytes one after the other; what
 * may be a REAL, of which no text is exact, as JavaScript's numbers.
 */
export type Reading = "integers" | "texts" | "bytes" | "numbers";

function readingOf({ type, timeForm }: Pick<ColumnPlan, "type" | "timeForm">, computed: boolean): Reading {
  // A computed text may be one that is JSON already, which an array then holds without quotes.
  const texts = computed ? "bytes" : "texts";
  switch (type.kind) {
    case "boolean":
    case "smallint":
    case "integer":
    case "bigint":
      return "integers";
    case "real":
    case "double precision":
    case "numeric":
      return "numbers";
    case "date":
    case "timestamp":
    case "timestamptz":
      return timeForm === null || timeForm === "text" ? texts : "numbers";
    case "bytea":
      return "bytes";
    default:
      return texts;
  }
}

/** A value of more bytes than this is read by itself. */
export const longest = 16_384;

/** Whether values of a column may be as long as that: those of the other types are short, or none of the type's. */
export function mayBeLong({ type }: Pick<ColumnPlan, "type">): boolean {
  return ["text", "bytea", "json", "jsonb"].includes(type.kind);
}

/** Bytes of a text, on average, from which on its length and its bytes are quicker to read than JSON. */
const longInJson = 160;

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
  /** Whether every value is of its column's ordinary kind; if not, there is nothing more of it here. */
  regular: boolean;
  /** By column. */
  readings: Reading[];
  /** By column, a JSON array: its values, or their lengths; a text that is too long is -1. Null where the values are elsewhere. */
  arrays: (Buffer | null)[];
  /** By column, the bytes one after the other; those that are too long are left out. */
  bytes: (Buffer | null)[];
  /** The values of the columns that are read as numbers, row by row; NaN for NULL. They are there until the next batch. */
  numbers: Float64Array;
}

/** Reads a table in the order of its rowids. */
export class Batches {
  private readonly readings: Reading[];
  private readonly prepare: () => Statement;
  private next: Statement;
  private readonly end: Statement;
  private readonly numbers: RowNumbers;
  private readonly rowids: Statement;
  private readonly longValues: (Statement | undefined)[];
  /** The rowids of the batch in which a long value was asked for last. */
  private longRows: { batch: Batch; rowids: bigint[] } | null = null;

  /**
   * @param rowid a quoted name that means the rowid
   * @param aside a table whose k0 are the rowids to leave out, or null
   */
  constructor(database: Database, table: TablePlan, rowid: string, aside: string | null) {
    const from = `FROM ${escapeIdentifier(table.source)} NOT INDEXED`;
    const others = aside === null ? "" : ` AND ${rowid} NOT IN (SELECT k0 FROM ${aside})`;
    const where = `WHERE ${rowid} BETWEEN ? AND ?${others}`;
    const computed = computedColumns(database, table);
    const isComputed = ({ source }: ColumnPlan) => computed.has(source.toLowerCase());
    this.readings = table.columns.map((column) => readingOf(column, isComputed(column)));
    this.numbers = rowNumbers(database);
    this.prepare = () => {
      const items: string[] = [];
      const flags: string[] = [];
      const numbers: string[] = [];
      for (const [i, column] of table.columns.entries()) {
        const name = escapeIdentifier(column.source);
        const reading = this.readings[i] as Reading;
        if (name !== rowid) flags.push(...flagsOf(column, reading, name, isComputed(column)));
        if (reading === "numbers") numbers.push(name);
        else items.push(...itemsOf(column, reading, name));
      }
      const flag = flags.length === 0 ? "0" : `count(*) FILTER (WHERE ${flags.join(" OR ")})`;
      const noted = numbers.length === 0 ? [] : [`count(${this.numbers.call(numbers)})`];
      const sql = `SELECT ${["count(*)", flag, ...items, ...noted].join(", ")} ${from} ${where}`;
      return database.prepare(sql).safeIntegers(false).raw();
    };
    this.next = this.prepare();
    this.end = database
      .prepare(`SELECT ${rowid} ${from} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ?`)
      .safeIntegers(true)
      .pluck();
    this.rowids = database.prepare(`SELECT ${rowid} ${from} ${where} ORDER BY ${rowid}`).safeIntegers(true).pluck();
    this.longValues = table.columns.map((column) =>
      mayBeLong(column)
        ? database.prepare(longValueSql(escapeIdentifier(column.source), `${from} WHERE ${rowid} = ?`)).pluck()
        : undefined,
    );
  }

  *[Symbol.iterator](): Generator<Batch> {
    let first = this.end.get(-(2n ** 63n), 0) as bigint | undefined;
    let wanted = fewestRows;
    let dense = false;
    while (first !== undefined) {
      const last = this.last(first, wanted, dense);
      const batch = this.read(first, last);
      const { rows } = batch;
      if (rows > 0) {
        yield batch;
        const size = [...batch.arrays, ...batch.bytes].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 8);
        this.adapt(batch);
        wanted = Math.max(fewestRows, Math.min(mostRows, 4 * wanted, Math.floor((wantedBytes * rows) / size)));
      }
      dense = last - first < 2 * rows;
      if (last === greatestRowid) return;
      first = last + 1n;
    }
  }

  /** Of long texts, and those with much to escape, JSON costs more than the bytes. */
  private adapt({ rows, arrays }: Batch): void {
    const long = [...this.readings.keys()].filter(
      (i) => this.readings[i] === "texts" && (arrays[i]?.length ?? 0) > longInJson * rows,
    );
    for (const i of long) this.readings[i] = "bytes";
    if (long.length > 0) this.next = this.prepare();
  }

  /** Where rowids follow each other, they are not read beforehand to find the end of the wanted rows. */
  private last(first: bigint, wanted: number, dense: boolean): bigint {
    const last = first + BigInt(wanted) - 1n;
    if (dense && last < greatestRowid) return last;
    return (this.end.get(first, wanted - 1) as bigint | undefined) ?? greatestRowid;
  }

  private read(first: bigint, last: bigint): Batch {
    const readings = [...this.readings];
    const numbers = new Float64Array();
    const batch: Batch = { rows: 0, first, last, regular: true, readings, arrays: [], bytes: [], numbers };
    this.numbers.start();
    let items: (number | Buffer | null)[];
    try {
      items = this.next.get(first, last) as (number | Buffer | null)[];
    } catch (error) {
      // JSON has no blobs. What else it may be, reading value by value shows.
      if (!(error instanceof SQLite.SqliteError)) throw error;
      return { ...batch, rows: 1, regular: false };
    }
    const [rows, flagged] = items as [number, number];
    batch.rows = rows;
    batch.numbers = this.numbers.values();
    const width = readings.filter((reading) => reading === "numbers").length;
    batch.regular = flagged === 0 && this.numbers.regular && batch.numbers.length === rows * width;
    let next = 2;
    const buffer = () => items[next++] as Buffer | null;
    for (const reading of readings) {
      batch.arrays.push(reading === "numbers" ? null : buffer());
      batch.bytes.push(reading === "bytes" ? (buffer() ?? Buffer.alloc(0)) : null);
    }
    return batch;
  }

  /** A value that is too long for its batch, in a row that is counted from 0; null if it is none. */
  longValue(column: number, batch: Batch, row: number): Buffer | null {
    if (this.longRows?.batch !== batch)
      this.longRows = { batch, rowids: this.rowids.all(batch.first, batch.last) as bigint[] };
    return (this.longValues[column]?.get(this.longRows.rowids[row]) ?? null) as Buffer | null;
  }
}

/** The columns that are computed when they are read, in lower case. */
function computedColumns(database: Database, table: TablePlan): Set<string> {
  const names = database
    .prepare<[string], string>("SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 2")
    .pluck()
    .all(table.source);
  return new Set(names.map((name) => name.toLowerCase()));
}

function itemsOf(column: ColumnPlan, reading: Reading, name: string): string[] {
  const array = (values: string) => `CAST(json_group_array(${values}) AS BLOB)`;
  const [fits, long] = [`octet_length(${name}) <= ${longest}`, `octet_length(${name}) > ${longest}`];
  if (reading === "bytes") {
    const bytes = mayBeLong(column) ? `CASE WHEN ${fits} THEN ${name} END` : name;
    return [array(`octet_length(${name})`), `CAST(group_concat(${bytes}, '') AS BLOB)`];
  }
  return [array(reading === "texts" && mayBeLong(column) ? `CASE WHEN ${long} THEN -1 ELSE ${name} END` : name)];
}

const longValueSql = (name: string, from: string) =>
  `SELECT CASE WHEN typeof(${name}) IN ('text', 'blob') AND octet_length(${name}) > ${longest} THEN CAST(${name} AS BLOB) END ${from}`;

/**
 * What makes a batch irregular: values that would read as one of another kind does, which the exact way keeps apart. SQLite orders numbers before
 * texts before blobs, so that one comparison tells them. A name for the collation keeps it from asking for one that only the application has.
 *
 * Not flagged: what JSON tells by itself, which are numbers among texts and texts among integers. It does not tell blobs: those that
 * happen to be JSONB become values (https://sqlite.org/json1.html).
 */
function flagsOf({ type }: ColumnPlan, reading: Reading, column: string, computed: boolean): string[] {
  const name = `${column} COLLATE BINARY`;
  const [number, text, blob] = [`${name} < ''`, `${name} >= ''`, `${name} >= x''`];
  switch (reading) {
    case "numbers":
      // An integer beyond 2^53 may not be what the double says that it becomes.
      return [`((${name} > 9007199254740991 OR ${name} < -9007199254740991) AND typeof(${column}) = 'integer')`];
    case "bytes":
      return type.kind === "bytea" ? [number] : [number, blob];
    case "integers":
      return [computed ? text : blob];
    default:
      return [blob];
  }
}
