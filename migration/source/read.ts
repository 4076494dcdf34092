/** The rows of a table, in a stable order and in batches. */
import type { ExactValue, TablePlan } from "../model";
import { quoteName, type Sqlite } from "./open";
import { exactValue, type SqliteValue, showValue } from "./value";

export type Row = SqliteValue[];

/** A batch is closed early when its values hold this much, so that large blobs do not fill the memory. */
const batchBytes = 16 * 1024 * 1024;

/** Reads one table of the frozen copy as its plan says. */
export class TableReader {
  readonly #names: string[];
  readonly #width: number;
  readonly #from: string;
  readonly #order: string;
  /** Where the key is one column: its place among the names. */
  readonly #keyAt: number | null;
  /** How many rows come before one, where no single integer tells it from the others. */
  readonly #places = new WeakMap<Row, number>();

  constructor(
    readonly db: Sqlite,
    readonly table: Pick<TablePlan, "source" | "key" | "shownKey" | "columns">,
  ) {
    this.#width = table.columns.length;
    const names = table.columns.map((column) => column.source);
    for (const name of [...table.key, ...table.shownKey]) if (!names.includes(name)) names.push(name);
    this.#names = names;
    this.#keyAt = table.key.length === 1 ? names.indexOf(table.key[0] ?? "") : null;
    // An index might need a collation that only the application has, and would only be slower.
    this.#from = `FROM ${quoteName(table.source)} NOT INDEXED`;
    this.#order = `ORDER BY ${table.key.map(quoteName).join(", ")}`;
  }

  /** Every row, in the order of the key. Memory holds one batch. The values of the plan's columns come first. */
  *batches(batchRows: number): Generator<Row[]> {
    yield* this.#batched(this.#select("", this.#order).iterate(), batchRows);
  }

  /** The rows whose rowids lie within a range, both ends included. */
  *range(from: bigint, to: bigint, batchRows: number): Generator<Row[]> {
    const where = `WHERE ${this.#rowid} BETWEEN ? AND ?`;
    yield* this.#batched(this.#select(where, this.#order).iterate(from, to), batchRows);
  }

  /** Single rows, by their rowids. */
  *rows(rowids: Iterable<bigint>, batchRows: number): Generator<Row[]> {
    const select = this.#select(`WHERE ${this.#rowid} = ?`, "");
    function* each() {
      for (const rowid of rowids) yield select.get(rowid) ?? missing();
    }
    yield* this.#batched(each(), batchRows);
  }

  get #rowid(): string {
    return this.table.key.map(quoteName).join();
  }

  #select(where: string, order: string) {
    return this.db
      .prepare<bigint[], Row>(`SELECT ${this.#names.map(quoteName).join(", ")} ${this.#from} ${where} ${order}`)
      .raw();
  }

  *#batched(rows: Iterable<Row>, batchRows: number): Generator<Row[]> {
    let batch: Row[] = [];
    let bytes = 0;
    let place = 0;
    for (const row of rows) {
      if (this.#integerKey(row) === null) this.#places.set(row, place);
      place++;
      batch.push(row);
      for (const value of row) if (typeof value === "string" || value instanceof Uint8Array) bytes += value.length;
      if (batch.length < batchRows && bytes < batchBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) yield batch;
  }

  /** The values of the plan's columns. */
  values(row: Row): Row {
    return row.slice(0, this.#width);
  }

  /** The row's key for people. */
  shownKey(row: Row): Record<string, string> {
    return Object.fromEntries(this.table.shownKey.map((name) => [name, showValue(this.#value(row, name))]));
  }

  /** The row's key, exactly. */
  locator(row: Row): ExactValue[] {
    return this.table.key.map((name) => exactValue(this.#value(row, name)));
  }

  #integerKey(row: Row): bigint | null {
    const key = this.#keyAt === null ? null : row[this.#keyAt];
    return typeof key === "bigint" ? key : null;
  }

  #value(row: Row, name: string): SqliteValue {
    return row[this.#names.indexOf(name)] ?? null;
  }

  /**
   * The bytes of a text, in the database's encoding. A text that is not valid in it reaches JavaScript with U+FFFD for what could not be decoded; a
   * text may also hold that character by right, which only the bytes tell apart.
   */
  bytes(row: Row, column: number): Buffer {
    const what = `SELECT CAST(${quoteName(this.table.columns[column]?.source ?? "")} AS BLOB) ${this.#from}`;
    const key = this.#integerKey(row);
    if (key !== null) {
      const where = `WHERE ${this.table.key.map(quoteName).join()} = ?`;
      return this.db.prepare<[bigint], Buffer>(`${what} ${where}`).pluck().get(key) ?? missing();
    }
    // Another key may hold such text itself, and would not be found by it; but the copy never changes, so the place is sound.
    const place = this.#places.get(row) ?? missing();
    return this.db.prepare<[number], Buffer>(`${what} ${this.#order} LIMIT 1 OFFSET ?`).pluck().get(place) ?? missing();
  }
}

function missing(): never {
  throw new Error("a row of the frozen copy is not found again");
}
