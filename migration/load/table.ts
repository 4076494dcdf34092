/** The loading of one table: read, encode, COPY, set aside. */
import { setImmediate as letOthersRun } from "node:timers/promises";
import type { Client } from "pg";
import type { RejectedRow, TablePlan } from "../model";
import type { Sqlite } from "../source/open";
import { type Row, TableReader } from "../source/read";
import { columnOf, copyInto, copyLines, refusalOf } from "./copy";
import type { Exclude } from "./orphans";
import { RowEncoder } from "./row-encoder";
import type { Run } from "./run";

/** What the loading of a table needs. */
export interface TableContext {
  run: Pick<Run, "log" | "progress" | "reject" | "mend">;
  client: Client;
  /** The frozen copy. */
  db: Sqlite;
  encoding: string;
  batchSize: number;
  /** The schema that holds the tables now. */
  schema: string;
  inTransaction: boolean;
}

export interface LoadContext extends TableContext {
  run: Run;
}

/** What became of rows. */
export interface Loaded {
  read: number;
  rejected: number;
}

/** Loads rows that better-sqlite3 has read, as text. Rows that do not fit are set aside with the reason. */
export class RowLoader {
  readonly reader: TableReader;
  readonly #encoder: RowEncoder;

  constructor(
    readonly context: TableContext,
    readonly table: TablePlan,
    readonly exclude: Exclude | null,
  ) {
    this.reader = new TableReader(context.db, table);
    this.#encoder = new RowEncoder(table, this.reader, context.encoding);
  }

  /** @param onBatch is told how many rows have been read */
  async load(batches: Iterable<Row[]>, onBatch: (read: number) => void = () => {}): Promise<Loaded> {
    const { context, table, exclude, reader } = this;
    const { run } = context;
    const encoder = this.#encoder;
    const target = copyInto(context.client, context.schema, table, context.inTransaction);
    const setAside = (row: Row, rejected: RejectedRow) => run.reject(rejected, encoder.exactly(row));
    let read = 0;
    let rejected = 0;
    let batch = 0;
    // While the server takes one batch, the next is read and encoded.
    let sending: Promise<void> = Promise.resolve();
    for (const rows of batches) {
      const batchStarted = performance.now();
      const lines: string[] = [];
      const accepted: Row[] = [];
      const unfit: [Row, RejectedRow][] = [];
      for (const row of rows) {
        const excluded = exclude === null ? null : exclude(reader.locator(row));
        const line = excluded === null ? encoder.encode(row) : encoder.reject(row, excluded, null);
        if (typeof line === "string") {
          for (const mended of encoder.mended)
            run.mend({ table: table.source, locator: reader.locator(row), key: reader.shownKey(row), ...mended });
          lines.push(line);
          accepted.push(row);
        } else unfit.push([row, line]);
      }
      await sending;
      for (const [row, why] of unfit) {
        rejected++;
        setAside(row, why);
      }
      const last = ++batch;
      sending = copyLines(target, lines, (position, error) => {
        const row = accepted[position];
        if (row === undefined) throw error;
        const column = columnOf(error);
        const index = table.columns.findIndex((plan) => plan.target === column);
        rejected++;
        setAside(row, encoder.reject(row, refusalOf(error), index < 0 ? null : index));
      }).then(() =>
        run.log(
          `${table.source}: batch ${last}, ${rows.length} rows, ${Math.round(performance.now() - batchStarted)} ms`,
        ),
      );
      // Its failure is taken up where it is awaited, which may be after the next batch has been read.
      sending.catch(() => {});
      read += rows.length;
      onBatch(read);
      await letOthersRun();
    }
    await sending;
    return { read, rejected };
  }
}
