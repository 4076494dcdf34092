/** The loading of a part of a table from its pages, in COPY's binary format. */
import { DatabaseError, escapeIdentifier } from "pg";
import type { ColumnPlan, TablePlan } from "../model";
import { qualified } from "../plan/ddl";
import { quoteName } from "../source/open";
import type { Layout } from "../source/pages/layout";
import type { LeafRows } from "../source/pages/rows";
import type { SqliteValue } from "../source/value";
import type { Chunks } from "./binary/chunks";
import { CopyStream } from "./binary/copy-stream";
import { RowWriter } from "./binary/row-writer";
import { isAboutRows } from "./copy";
import type { Exclude } from "./orphans";
import type { Loaded, RowLoader } from "./table";

/** A table as its pages are read. */
export interface PagedTable {
  layout: Layout;
  /** In the order of the record. */
  sent: ColumnPlan[];
}

/** What a thread has for all tables. */
export interface PageTools {
  rows: LeafRows;
  out: Chunks;
}

/** Is told how many rows of the part have been read. */
export type OnRows = (read: number) => void;

/** What became of a part, and its ends, which show that it follows the part before. */
export interface LoadedPart extends Loaded {
  first: bigint | null;
  last: bigint | null;
}

export class PagesLoader {
  readonly #sql: string;
  readonly #writer: RowWriter;
  readonly #defaults = new Map<string, SqliteValue>();

  constructor(
    readonly tools: PageTools,
    readonly paged: PagedTable,
    readonly table: TablePlan,
    readonly other: RowLoader,
    readonly exclude: Exclude | null,
  ) {
    const { schema, inTransaction } = other.context;
    const names = paged.sent.map((column) => escapeIdentifier(column.target)).join(", ");
    const copy = `COPY ${qualified(schema, table.target)} (${names}) FROM STDIN (FORMAT binary)`;
    this.#sql = inTransaction ? `SAVEPOINT pgstead_part; ${copy}; RELEASE SAVEPOINT pgstead_part` : copy;
    this.#writer = new RowWriter(paged.layout, paged.sent, (column, rows) => this.#defaultOf(column, rows));
  }

  /**
   * Loads the rows of some leaves. What cannot be written from the pages at once, and everything where the server refuses a row, goes the other way,
   * which sets aside exactly the rows that do not fit.
   */
  async load(leaves: ArrayLike<number>, onRows: OnRows): Promise<LoadedPart> {
    const { client, inTransaction, batchSize } = this.other.context;
    const copy = new CopyStream(this.#sql);
    client.query(copy);
    const left: bigint[] = [];
    let part: LoadedPart;
    try {
      await copy.begun;
      part = await this.#send(copy, leaves, left, onRows);
      copy.end();
      await copy.done;
    } catch (error) {
      const isRefused = copy.isRefused;
      if (!isRefused) copy.fail("the rows cannot be read");
      const refusal = await copy.done.then(
        () => null,
        (reason) => reason,
      );
      if (inTransaction && refusal instanceof DatabaseError)
        await client.query("ROLLBACK TO SAVEPOINT pgstead_part; RELEASE SAVEPOINT pgstead_part");
      const cause = isRefused ? refusal : error;
      if (!(cause instanceof DatabaseError) || !isAboutRows(cause)) throw cause;
      return await this.#otherWay(leaves, onRows);
    }
    const { rejected } = await this.other.load(this.other.reader.rows(left, batchSize));
    return { ...part, rejected };
  }

  async #send(copy: CopyStream, leaves: ArrayLike<number>, left: bigint[], onRows: OnRows): Promise<LoadedPart> {
    const { rows, out } = this.tools;
    let read = 0;
    let first: bigint | null = null;
    out.begin(copy.send);
    rows.restart();
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      rows.open(leaves[leaf] as number);
      first ??= firstOf(rows);
      for (let cell = 0; cell < rows.cells; ) {
        cell = this.#writeRows(cell, left);
        if (this.#writer.deferred.length > 0) await this.#sendDeferred();
      }
      read += rows.cells;
      onRows(read);
      if (copy.isRefused) await copy.done;
      if (out.isFull) await out.room();
    }
    await out.end();
    return { read, rejected: 0, first, last: read === 0 ? null : rows.rowid };
  }

  /**
   * Writes the leaf's rows from one on, up to its end or to a row of which parts are to be sent from elsewhere. A function of its own, and not
   * a part of the loop that waits for the socket: so it is compiled once.
   *
   * @param left is added the rows that must go the other way
   * @returns the row after the last one written
   */
  #writeRows(from: number, left: bigint[]): number {
    const { rows, out } = this.tools;
    const exclude = this.exclude;
    const writer = this.#writer;
    let cell = from;
    while (cell < rows.cells) {
      rows.row(cell++);
      if (exclude !== null && exclude([{ t: "integer", v: rows.rowid.toString() }]) !== null) left.push(rows.rowid);
      else if (!writer.write(rows, out)) left.push(rows.rowid);
      else if (writer.deferred.length > 0) break;
    }
    return cell;
  }

  /** Sends a very large row: the pieces that were put together, and between them values from where they are. */
  async #sendDeferred(): Promise<void> {
    const { rows, out } = this.tools;
    const deferred = [...this.#writer.deferred];
    const begin = deferred[0]?.position ?? out.position;
    // The buffer is used again as soon as what stands before is sent.
    const after = Buffer.from(out.bytes.subarray(begin, out.position));
    out.position = begin;
    for (const [index, { position, start, length }] of deferred.entries()) {
      await out.pass(rows.bytes.subarray(start, start + length));
      out.append(after.subarray(position - begin, (deferred[index + 1]?.position ?? begin + after.length) - begin));
    }
    rows.relieve();
  }

  async #otherWay(leaves: ArrayLike<number>, onRows: OnRows): Promise<LoadedPart> {
    const { rows } = this.tools;
    const { reader, context } = this.other;
    const ends: bigint[] = [];
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      rows.restart();
      rows.open(leaves[leaf] as number);
      if (rows.cells === 0) continue;
      rows.row(0);
      ends.push(rows.rowid);
      rows.row(rows.cells - 1);
      ends.push(rows.rowid);
    }
    const [first, last] = [ends[0] ?? null, ends.at(-1) ?? null];
    if (first === null || last === null) return { read: 0, rejected: 0, first, last };
    return { ...(await this.other.load(reader.range(first, last, context.batchSize), onRows)), first, last };
  }

  /** Rows that were written before a column was added have its default, which is one value for all of them: SQLite says it. */
  #defaultOf(column: string, rows: LeafRows): SqliteValue {
    const known = this.#defaults.get(column);
    if (known !== undefined) return known;
    const { db } = this.other.context;
    const key = this.table.key.map(quoteName).join();
    const value = db
      .prepare<[bigint], SqliteValue>(
        `SELECT ${quoteName(column)} FROM ${quoteName(this.table.source)} NOT INDEXED WHERE ${key} = ?`,
      )
      .pluck()
      .get(rows.rowid);
    if (value === undefined) throw new Error("a row of the frozen copy is not found again");
    this.#defaults.set(column, value);
    return value;
  }
}

/** The rowid of the leaf's first row, before it is read with the others. */
function firstOf(rows: LeafRows): bigint | null {
  if (rows.cells === 0) return null;
  rows.row(0);
  rows.restart();
  return rows.rowid;
}
