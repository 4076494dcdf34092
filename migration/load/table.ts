/** The loading of one table: read, encode, COPY, set aside. */
import { setImmediate as letOthersRun } from "node:timers/promises";
import type { Client } from "pg";
import type { ExactValue, RejectedRow, TablePlan, TableReport } from "../model";
import type { Sqlite } from "../source/open";
import { type Row, TableReader } from "../source/read";
import { columnOf, copyInto, copyLines } from "./copy";
import { RowEncoder } from "./row-encoder";
import type { Run } from "./run";

export interface LoadContext {
  run: Run;
  client: Client;
  /** The frozen copy. */
  db: Sqlite;
  encoding: string;
  batchSize: number;
  /** The schema that holds the tables now. */
  schema: string;
  inTransaction: boolean;
}

const progressRows = 5000;

/**
 * Loads one table.
 *
 * @param exclude says of a row, by its exact key, why it must be set aside before it is tried
 */
export async function loadTable(
  context: LoadContext,
  table: TablePlan,
  exclude: ((locator: ExactValue[]) => { code: string; reason: string } | null) | null = null,
): Promise<TableReport> {
  const { run } = context;
  const started = performance.now();
  const reader = new TableReader(context.db, table);
  const encoder = new RowEncoder(table, reader, context.encoding);
  const target = copyInto(context.client, context.schema, table, context.inTransaction);
  const setAside = (row: Row, rejected: RejectedRow) => run.reject(rejected, encoder.exactly(row));
  let read = 0;
  let rejected = 0;
  let batch = 0;
  // While the server takes one batch, the next is read and encoded.
  let sending: Promise<void> = Promise.resolve();
  for (const rows of reader.batches(context.batchSize)) {
    const batchStarted = performance.now();
    const lines: string[] = [];
    const accepted: Row[] = [];
    const unfit: [Row, RejectedRow][] = [];
    for (const row of rows) {
      const excluded = exclude === null ? null : exclude(reader.locator(row));
      const line = excluded === null ? encoder.encode(row) : encoder.reject(row, excluded, null);
      if (typeof line === "string") {
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
      setAside(row, encoder.reject(row, { code: error.code ?? "", reason: error.message }, index < 0 ? null : index));
    }).then(() =>
      run.log(
        `${table.source}: batch ${last}, ${rows.length} rows, ${Math.round(performance.now() - batchStarted)} ms`,
      ),
    );
    // Its failure is taken up where it is awaited, which may be after the next batch has been read.
    sending.catch(() => {});
    const before = read;
    read += rows.length;
    if (Math.floor(before / progressRows) !== Math.floor(read / progressRows) && String(read) !== table.rowCount)
      run.progress(`${table.source}: ${read} of ${table.rowCount} rows`);
    await letOthersRun();
  }
  await sending;
  run.progress(`${table.source}: ${read - rejected} rows loaded${rejected === 0 ? "" : `, ${rejected} set aside`}`);
  return {
    source: table.source,
    target: table.target,
    sourceRows: String(read),
    loadedRows: String(read - rejected),
    rejectedRows: String(rejected),
    durationMs: Math.round(performance.now() - started),
  };
}
