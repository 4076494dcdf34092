import { type Client, escapeIdentifier } from "pg";
import type { TablePlan } from "../model";
import { digestNumberSql, HashSum, isFree, rowDigest, rowDigestSql, rowText, rowTextSql } from "./row-hash";
import { relation } from "./snapshot";
import type { Source } from "./source";
import { cellRows } from "./table-rows";
import type { Cell } from "./value";

/** What one pass over a table gives, the same on both sides. */
export interface Content {
  rows: string;
  /** The sum of the rows' hashes. */
  digest: string;
  /** NULLs by column, in the plan's order. */
  nulls: string[];
  /** The least and the greatest value of each ranged column, in their order. */
  ranges: [Cell, Cell][];
}

/** The positions of the key's columns whose values have one order on both sides: numbers by value, texts by their bytes. */
export function rangedColumns(table: TablePlan): number[] {
  const ordered = ["smallint", "integer", "bigint", "text", "varchar", "uuid"];
  return table.shownKey
    .map((name) => table.columns.findIndex((column) => column.source === name))
    .filter((i) => ordered.includes(table.columns[i]?.type.kind ?? ""));
}

const isInteger = (table: TablePlan, i: number) =>
  ["smallint", "integer", "bigint"].includes(table.columns[i]?.type.kind ?? "");

/**
 * The source's side, computed from SQLite's values alone. Memory holds one batch.
 *
 * @param client is asked about types that only the server can read; null where there are none
 */
export async function sourceContent(
  client: Client | null,
  source: Source,
  table: TablePlan,
  onRows: (rows: number) => void,
): Promise<Content> {
  const free = table.columns.map((column) => isFree(column.type));
  const sum = new HashSum();
  const nulls = table.columns.map(() => 0);
  const ranges = rangedColumns(table).map((i) => new Range(i, isInteger(table, i)));
  for await (const batch of cellRows(client, source, table)) {
    for (const cells of batch) {
      sum.add(rowDigest(rowText(cells, free)));
      for (let i = 0; i < cells.length; i++) if (cells[i] === null) nulls[i] = (nulls[i] ?? 0) + 1;
      for (const range of ranges) range.add(cells[range.column] ?? null);
    }
    onRows(sum.rows);
  }
  return {
    rows: String(sum.rows),
    digest: sum.total(),
    nulls: nulls.map(String),
    ranges: ranges.map((r) => [r.min, r.max]),
  };
}

/** The query that gives the target's side. */
export function contentSql(schema: string, table: TablePlan): string {
  const columns = table.columns.map((column) => ({ name: column.target, type: column.type }));
  const quoted = columns.map(({ name }) => escapeIdentifier(name));
  const hash = digestNumberSql(rowDigestSql(rowTextSql(columns)));
  const ranges = rangedColumns(table).flatMap((i) => {
    const value = isInteger(table, i) ? quoted[i] : `${quoted[i]}::text COLLATE "C"`;
    return [`min(${value})::text`, `max(${value})::text`];
  });
  const nulls = quoted.map((column) => `count(*) - count(${column})`);
  return `SELECT ${["count(*)", `coalesce(sum(${hash}), 0)`, ...nulls, ...ranges].join(", ")} FROM ${relation(schema, table.target)}`;
}

/** The target's side, computed by the server. */
export async function targetContent(client: Client, schema: string, table: TablePlan): Promise<Content> {
  const result = await client.query<Cell[]>({ text: contentSql(schema, table), rowMode: "array" });
  const [rows, digest, ...rest] = (result.rows[0] ?? []).map((value) => (value === null ? null : String(value)));
  const nulls = rest.slice(0, table.columns.length).map(String);
  const ends = rest.slice(table.columns.length);
  const ranges = rangedColumns(table).map((_, i): [Cell, Cell] => [ends[2 * i] ?? null, ends[2 * i + 1] ?? null]);
  return { rows: String(rows), digest: String(digest), nulls, ranges };
}

class Range {
  min: Cell = null;
  max: Cell = null;
  private least: bigint | number = 0;
  private greatest: bigint | number = 0;

  constructor(
    readonly column: number,
    private readonly integer: boolean,
  ) {}

  add(cell: Cell): void {
    if (cell === null) return;
    if (!this.integer || !/^-?\d+$/.test(cell)) {
      if (this.min === null || bytesOrder(cell, this.min) < 0) this.min = cell;
      if (this.max === null || bytesOrder(cell, this.max) > 0) this.max = cell;
      return;
    }
    // A double holds up to 15 digits exactly, and compares with a bigint exactly.
    const value = cell.length <= 15 ? Number(cell) : BigInt(cell);
    if (this.min === null || value < this.least) [this.min, this.least] = [cell, value];
    if (this.max === null || value > this.greatest) [this.max, this.greatest] = [cell, value];
  }
}

/** UTF-8's order of bytes, which PostgreSQL's "C" collation has; JavaScript's own order differs beyond U+FFFF. */
function bytesOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
