import { type Client, escapeIdentifier } from "pg";
import type { ColumnPlan, TablePlan } from "../model";
import { type Aggregate, Aggregates, aggregatesSql, type Counting, countingOf, readAggregates } from "./aggregates";
import { bytesOf } from "./cell";
import { DistinctValues } from "./distinct";
import { Irregular } from "./json-array";
import { type Hash64, hashBytes } from "./lookup3";
import { fieldOf, RecordBuffer, recordSql, writeCell } from "./record";
import { RecordRows } from "./record-rows";
import { relation } from "./snapshot";
import type { Source, SourceRow } from "./source";
import { cellsOf } from "./table-rows";
import type { Cell } from "./value";

/** What one pass over a table gives, the same on both sides. */
export interface Content {
  rows: string;
  /** The sum of the rows' hashes, each a 64-bit number with sign. */
  digest: string;
  /** By column, in the plan's order. */
  aggregates: Aggregate[];
}

/** Any number but 0, with which the hash would leave out a step. */
const seed = 0x7067_7374n;

/**
 * The query that gives the target's side. Hashes are added up, so that the order of rows does not matter and each copy of a row counts.
 *
 * @param thorough whether different values of large tables are counted, which costs more than all the rest
 */
export function contentSql(schema: string, table: TablePlan, thorough: boolean): string {
  const hash = `hash_record_extended(ROW(${recordSql(table.columns)}), ${seed})`;
  const aggregates = aggregatesSql(table, seed, countingOf(table, thorough));
  return `SELECT ${["count(*)", `coalesce(sum(${hash}), 0)`, ...aggregates].join(", ")} FROM ${fromSql(schema, table)}`;
}

/** What is compared by its text is made text once, though several aggregates look at it: OFFSET keeps the planner from doing it in each. */
function fromSql(schema: string, table: TablePlan): string {
  const from = relation(schema, table.target);
  const isText = ({ type }: ColumnPlan) => ["json", "jsonb", "other"].includes(type.kind);
  if (!table.columns.some(isText)) return from;
  const columns = table.columns.map((column) => {
    const name = escapeIdentifier(column.target);
    return isText(column) ? `${name}::text AS ${name}` : name;
  });
  return `(SELECT ${columns.join(", ")} FROM ${from} OFFSET 0) AS texts`;
}

/** The target's side, computed by the server. */
export async function targetContent(
  client: Client,
  schema: string,
  table: TablePlan,
  thorough = false,
): Promise<Content> {
  const text = contentSql(schema, table, thorough);
  const { rows } = await client.query<[string, string, ...Cell[][]]>({ text, rowMode: "array" });
  const [count, digest, ...aggregates] = rows[0] ?? ["0", "0"];
  return { rows: count, digest, aggregates: readAggregates(table, aggregates) };
}

/**
 * The source's side, computed from SQLite's values alone: in batches that SQLite puts together, where the table has a rowid and only SQLite is
 * asked, and value by value where that does not go. Memory holds one batch.
 *
 * @param client is asked about types that only the server can read; null where there are none
 */
export async function sourceContent(
  client: Client | null,
  source: Source,
  table: TablePlan,
  onRows: (rows: number) => void,
  thorough = false,
): Promise<Content> {
  const counting = countingOf(table, thorough);
  const pass = new Pass(table, counting);
  const batches = client === null && counting !== "plain" ? source.batches(table) : null;
  if (batches === null) {
    for (const batch of source.rows(table)) {
      await pass.addRows(client, batch);
      onRows(pass.rows);
    }
    return pass.content();
  }
  const rows = new RecordRows(table, batches, pass.record);
  for (const batch of batches) {
    try {
      const sum = new HashSum64();
      const seen = new Aggregates(table, counting);
      rows.read(batch, seen, () => {
        sum.addRecord(pass.record);
        pass.different?.addRecord(pass.record);
      });
      pass.add(sum, seen);
    } catch (error) {
      if (!(error instanceof Irregular)) throw error;
      pass.different?.settle(false);
      for (const exact of source.rows(table, [batch.first, batch.last])) await pass.addRows(client, exact);
    }
    onRows(pass.rows);
  }
  return pass.content();
}

/** Adds up rows' hashes on this side. */
class HashSum64 {
  rows = 0;
  // Two halves added as doubles: exact for 2^21 rows, then carried into the whole.
  private high = 0;
  private low = 0;
  private carried = 0n;
  private readonly hash: Hash64 = { high: 0, low: 0 };

  addRecord(record: RecordBuffer): void {
    hashBytes(record.bytes, record.words, record.length, 0, Number(seed), this.hash);
    this.high += this.hash.high | 0;
    this.low += this.hash.low;
    if (++this.rows % 1_000_000 === 0) this.carry();
  }

  add(other: HashSum64): void {
    other.carry();
    this.carried += other.carried;
    this.rows += other.rows;
  }

  /** As PostgreSQL's sum shows it. */
  total(): string {
    this.carry();
    return String(this.carried);
  }

  private carry(): void {
    this.carried += (BigInt(this.high) << 32n) + BigInt(this.low);
    this.high = 0;
    this.low = 0;
  }
}

class Pass {
  readonly record = new RecordBuffer();
  private readonly sum = new HashSum64();
  private readonly seen: Aggregates;
  readonly different: DistinctValues | null;

  constructor(
    private readonly table: TablePlan,
    counting: Counting,
  ) {
    this.seen = new Aggregates(table, counting);
    this.different = counting === "hashed" ? new DistinctValues(table, seed) : null;
  }

  get rows(): number {
    return this.sum.rows;
  }

  add(sum: HashSum64, seen: Aggregates): void {
    this.sum.add(sum);
    this.seen.add(seen);
    this.different?.settle(true);
  }

  /** Rows value by value. */
  async addRows(client: Client | null, batch: SourceRow[]): Promise<void> {
    const { record, seen, sum, table } = this;
    const fields = table.columns.map(({ type }) => fieldOf(type));
    let n = 0;
    for await (const rows of cellsOf(client, table.columns, [batch])) {
      for (const cells of rows) {
        const row = batch[n++] as SourceRow;
        record.begin(cells.length);
        for (const [i, field] of fields.entries()) {
          const cell = cells[i] ?? null;
          const bytes = field.form === "bytea" && cell !== null ? bytesOf(row[i] ?? null) : null;
          seen.distinct(i, cell);
          if (bytes === null) {
            seen.cell(i, cell);
            writeCell(record, field, cell);
          } else {
            seen.text(i, bytes, 0, bytes.length);
            record.value(field.oid, bytes);
          }
        }
        sum.addRecord(record);
        this.different?.addRecord(record);
      }
      this.different?.settle(true);
    }
  }

  content(): Content {
    return {
      rows: String(this.sum.rows),
      digest: this.sum.total(),
      aggregates: this.seen.result(this.different?.counts() ?? null),
    };
  }
}
