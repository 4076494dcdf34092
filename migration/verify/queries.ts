import type { Client, QueryArrayConfig } from "pg";
import type { CompareQuery, MigrationReport, TargetType } from "../model";
import { cellReader } from "./cell";
import type { Finding } from "./snapshot";
import type { Source } from "./source";
import type { Cell, SqliteValue } from "./value";

type QueryResult = MigrationReport["queries"][number];

/** As many rows of a result as the report keeps; all are compared. */
const keptRows = 200;

/** The types whose values SQLite shows in another way, by their OIDs in pg_type.dat. */
const types: Record<number, TargetType> = {
  16: { kind: "boolean" },
  17: { kind: "bytea" },
  20: { kind: "bigint" },
  21: { kind: "bigint" },
  23: { kind: "bigint" },
  700: { kind: "real" },
  701: { kind: "double precision" },
  1082: { kind: "date" },
  1083: { kind: "time" },
  1114: { kind: "timestamp" },
  1184: { kind: "timestamptz" },
  1700: { kind: "numeric", precision: null, scale: null },
  2950: { kind: "uuid" },
  3802: { kind: "jsonb" },
};

/** Runs a query on both sides and compares the rows, in their order, by the types that PostgreSQL gives them. */
export async function compareResults(
  client: Client,
  source: Source,
  query: CompareQuery,
): Promise<{ finding: Finding; result: QueryResult }> {
  // SQLite's side comes first: it takes one statement, and only one that reads.
  const here = source.results(query.sql);
  const target = await client.query<Cell[]>({
    text: query.sql,
    // The extended protocol takes a single statement, too.
    queryMode: "extended",
    rowMode: "array",
    types: { getTypeParser: () => (text: unknown) => text },
  } as QueryArrayConfig);
  const result = {
    name: query.name,
    columns: target.fields.map((field) => field.name),
    rows: target.rows.slice(0, keptRows),
  };
  const fields = target.fields.map((field) => types[field.dataTypeID] ?? { kind: "text" as const });
  const shown = (rows: number, columns: number) => `${rows} rows, ${columns} columns`;
  const sizes = [shown(here.rows.length, here.columns.length), shown(target.rows.length, fields.length)] as const;
  const differing = firstDifference(fields, here.rows, target.rows);
  const same = sizes[0] === sizes[1] && differing === null;
  return {
    finding: {
      passed: same,
      source: sizes[0],
      target: sizes[1],
      sql: query.sql,
      detail: same
        ? null
        : differing === null
          ? "the results differ in size"
          : `row ${differing.row + 1}, column ${result.columns[differing.column]}: the source gives ${differing.source}, the target ${differing.target}`,
    },
    result,
  };
}

function firstDifference(fields: TargetType[], source: SqliteValue[][], target: Cell[][]) {
  // Both sides are brought into one form by the column's type, the target's text as if it were a source's.
  const readers = fields.map((type) => cellReader({ type, timeForm: "text" }));
  for (const [row, values] of source.slice(0, target.length).entries()) {
    for (const [column, type] of fields.entries()) {
      const read = readers[column];
      const value = values[column] ?? null;
      const other = target[row]?.[column] ?? null;
      if (read === undefined || read(value) === targetCell(type, other, read)) continue;
      return { row, column, source: show(value), target: show(other) };
    }
  }
  return null;
}

function targetCell(type: TargetType, text: Cell, read: (value: SqliteValue) => Cell): Cell {
  return read(text !== null && type.kind === "bytea" ? Buffer.from(text.slice(2), "hex") : text);
}

function show(value: SqliteValue): string {
  if (value === null) return "NULL";
  if (Buffer.isBuffer(value)) return `x'${value.subarray(0, 40).toString("hex")}'`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
