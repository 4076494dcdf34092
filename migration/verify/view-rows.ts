/** Rows of a view that fit into memory: what differs between the two sides, for people. */
import { type Client, escapeIdentifier } from "pg";
import { cellSql } from "./row-hash";
import { relation } from "./snapshot";
import { type Cell, showCell } from "./value";
import type { ViewColumn } from "./views";

/** As many rows are compared one by one. */
export const rowLimit = 100_000;
const shownRows = 3;
/** Of the greater of the two values. */
const tolerance = 1e-9;

export async function readTarget(
  client: Client,
  schema: string,
  view: string,
  columns: ViewColumn[],
): Promise<Cell[][]> {
  const cells = columns.map(({ name, type }) => {
    const cell = cellSql(escapeIdentifier(name), type);
    return type.kind === "boolean" ? `left(${cell}::text, 1)` : `${cell}::text`;
  });
  const { rows } = await client.query<Cell[]>({
    text: `SELECT ${cells.join(", ")} FROM ${relation(schema, view)}`,
    rowMode: "array",
  });
  return rows;
}

/** A double, or a sum of decimals, which SQLite adds as doubles. */
const isReal = ({ type, storage }: ViewColumn) =>
  type.kind === "double precision" || (type.kind === "numeric" && storage === "number");

function number(cell: Cell): number | null {
  if (cell === null) return null;
  return cell.startsWith("\\x") ? Buffer.from(cell.slice(2), "hex").readDoubleBE() : Number(cell);
}

/** Whether the rows are equal but for the last digits of reals: sorted by all else, then by the reals, they agree pair by pair. */
export function likelyEqual(columns: ViewColumn[], ours: Cell[][], theirs: Cell[][]): boolean {
  if (ours.length !== theirs.length) return false;
  const [a, b] = [sorted(columns, ours), sorted(columns, theirs)];
  return a.every((row, n) => columns.every((column, i) => closeEnough(column, row[i] ?? null, b[n]?.[i] ?? null)));
}

function sorted(columns: ViewColumn[], rows: Cell[][]): Cell[][] {
  const keyed = rows.map((row) => ({
    row,
    exact: JSON.stringify(row.filter((_, i) => !isReal(columns[i] as ViewColumn))),
    reals: row.filter((_, i) => isReal(columns[i] as ViewColumn)).map(number),
  }));
  keyed.sort((a, b) => {
    if (a.exact !== b.exact) return a.exact < b.exact ? -1 : 1;
    for (const [i, real] of a.reals.entries()) {
      const other = b.reals[i] ?? null;
      const difference = (real ?? Number.NEGATIVE_INFINITY) - (other ?? Number.NEGATIVE_INFINITY);
      if (real !== other && !closeNumbers(real, other) && difference !== 0) return difference;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

function closeEnough(column: ViewColumn, a: Cell, b: Cell): boolean {
  return a === b || (isReal(column) && closeNumbers(number(a), number(b)));
}

function closeNumbers(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/** The first rows that only one side has. */
export function firstDifferences(columns: ViewColumn[], ours: Cell[][], theirs: Cell[][]): string {
  const only = (rows: Cell[][], others: Cell[][]) => {
    const counts = new Map<string, number>();
    for (const row of others) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1);
    return rows.filter((row) => {
      const left = counts.get(JSON.stringify(row)) ?? 0;
      counts.set(JSON.stringify(row), left - 1);
      return left <= 0;
    });
  };
  const show = (row: Cell[]) =>
    `(${row.map((cell, i) => `${columns[i]?.name} ${showCell(cell, columns[i]?.type.kind ?? "")}`).join(", ")})`;
  const lines = [
    ...only(ours, theirs)
      .slice(0, shownRows)
      .map((row) => `only SQLite gives ${show(row)}`),
    ...only(theirs, ours)
      .slice(0, shownRows)
      .map((row) => `only PostgreSQL gives ${show(row)}`),
  ];
  return lines.join("; ");
}
