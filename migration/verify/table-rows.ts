import { setImmediate as turn } from "node:timers/promises";
import type { Client } from "pg";
import type { ColumnPlan, TablePlan } from "../model";
import { cellReader, typeName } from "./cell";
import type { Source, SourceRow } from "./source";
import { type Cell, impossible } from "./value";

/** A source row as the target must hold it. */
export type CellRow = Cell[];

/** Reads columns of the source as cells, in batches: the event loop gets its turn after each. */
export async function* cellRows(client: Client | null, source: Source, table: TablePlan): AsyncGenerator<CellRow[]> {
  yield* cellsOf(client, table.columns, source.rows(table));
}

/** The cells of rows whose values stand for `columns`; further values are left out. */
export async function* cellsOf(
  client: Client | null,
  columns: Pick<ColumnPlan, "type" | "timeForm" | "badText" | "nullFor" | "cut">[],
  batches: Iterable<SourceRow[]>,
): AsyncGenerator<CellRow[]> {
  const readers = columns.map(cellReader);
  const others = [...columns.keys()].filter((i) => columns[i]?.type.kind === "other");
  for (const batch of batches) {
    const rows = batch.map((row) => {
      const cells = new Array<Cell>(readers.length);
      for (let i = 0; i < readers.length; i++) cells[i] = readers[i]?.(row[i] ?? null) ?? null;
      return cells;
    });
    for (const i of others) await readByServer(client ?? missing(), typeName((columns[i] as ColumnPlan).type), rows, i);
    yield rows;
    await turn();
  }
}

/** A type that only the server knows reads its own text: enums, domains, networks, arrays and the like. */
async function readByServer(client: Client, type: string, rows: CellRow[], column: number): Promise<void> {
  const texts = rows.map((row) => row[column] ?? null);
  const { rows: read } = await client.query<[string | null, boolean]>({
    text: `SELECT CASE WHEN valid THEN v::${type}::text END, valid FROM (SELECT v, n, v IS NULL OR pg_input_is_valid(v, $2) AS valid
      FROM unnest($1::text[]) WITH ORDINALITY AS u (v, n)) AS input ORDER BY n`,
    values: [texts.map((text) => text?.replaceAll("\0", "\u{FFFD}") ?? null), type],
    rowMode: "array",
  });
  for (const [i, row] of rows.entries()) {
    const [text, valid] = read[i] ?? [null, false];
    row[column] = valid ? text : impossible(row[column] ?? null, type);
  }
}

function missing(): never {
  throw new Error("a type that only the server can read needs a connection");
}
