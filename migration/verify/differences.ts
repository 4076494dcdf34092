import { type Client, escapeIdentifier } from "pg";
import type { TablePlan } from "../model";
import { cellSql, digestNumberSql, HashSum, isFree, rowDigest, rowDigestSql, rowText, rowTextSql } from "./row-hash";
import { relation } from "./snapshot";
import type { Source } from "./source";
import { type CellRow, cellRows } from "./table-rows";
import { type Cell, showCell } from "./value";

/** As many differences as a report shows of one table. */
const shownDifferences = 10;
/** Of the 65536 groups of rows, those that differ are looked into until they hold this many rows. */
const searchedRows = 5000;
const rawText = { getTypeParser: () => (text: unknown) => text };

interface Sides {
  client: Client;
  source: Source;
  schema: string;
  table: TablePlan;
}

/**
 * Finds the rows that differ between the two sides, and in each the columns: first by comparing the sums of groups of rows, then the
 * rows of the groups that differ. Rows are matched by their key; without one, a row is matched with the one most like it.
 *
 * @returns lines for people, the first one says how many rows differ; none where no row does
 */
export async function findDifferences(sides: Sides): Promise<string[]> {
  const groups = await differingGroups(sides);
  if (groups.length === 0) return [];
  const searched: number[] = [];
  for (let i = 0, rows = 0; i < groups.length && rows < searchedRows; i++) {
    searched.push(groups[i]?.group ?? 0);
    rows += groups[i]?.rows ?? 0;
  }
  const [onlySource, onlyTarget] = await unmatchedRows(sides, new Set(searched));
  const more = groups.length > searched.length ? "at least " : "";
  const lines = [
    `source rows that the target does not have as they should be: ${more}${onlySource.count}; target rows that the source does not have: ${more}${onlyTarget.count}`,
  ];
  const key = keyColumns(sides.table);
  for (const line of await (key.length === 0
    ? byLikeness(sides.table, onlySource.rows, onlyTarget.rows)
    : byKey(sides, key, onlySource.rows, onlyTarget.rows))) {
    if (lines.length > shownDifferences) break;
    lines.push(line);
  }
  return lines;
}

/** The target's rows as c0, c1 and so on, each with its hash h and its group g: the hash's first 16 bits. */
function hashedRowsSql({ schema, table }: Sides): string {
  const columns = table.columns.map((column) => ({ name: column.target, type: column.type }));
  const cells = columns.map(({ name, type }, i) => `${cellSql(escapeIdentifier(name), type)} AS c${i}`);
  // OFFSET 0 keeps the hash from being computed once for each place that names it.
  return `(SELECT *, get_byte(h, 0) * 256 + get_byte(h, 1) AS g FROM (SELECT ${cells.join(", ")}, ${rowDigestSql(rowTextSql(columns))} AS h
    FROM ${relation(schema, table.target)} OFFSET 0) AS hashed)`;
}

// Both sides work at the same time below. A failure of the source is told first; the query's own is taken up where it is awaited.

async function differingGroups(sides: Sides): Promise<{ group: number; rows: number }[]> {
  const { client, source, table } = sides;
  const asked = client.query<{ g: number; rows: string; sum: string }>(
    `SELECT g, count(*)::text AS rows, sum(${digestNumberSql("h")})::text AS sum FROM ${hashedRowsSql(sides)} AS r GROUP BY g`,
  );
  asked.catch(() => {});
  const sums = new Map<number, HashSum>();
  const free = table.columns.map((column) => isFree(column.type));
  for await (const batch of cellRows(client, source, table)) {
    for (const cells of batch) {
      const digest = rowDigest(rowText(cells, free));
      const group = digest.readUInt16BE(0);
      const sum = sums.get(group) ?? new HashSum();
      if (sum.rows === 0) sums.set(group, sum);
      sum.add(digest);
    }
  }
  const found = new Map((await asked).rows.map((row) => [row.g, row]));
  const all = [...new Set([...sums.keys(), ...found.keys()])].sort((a, b) => a - b);
  return all
    .filter((group) => (sums.get(group)?.total() ?? "0") !== (found.get(group)?.sum ?? "0"))
    .map((group) => ({ group, rows: (sums.get(group)?.rows ?? 0) + Number(found.get(group)?.rows ?? 0) }));
}

/** Rows that one side has more often than the other, each once, and how many they are with their repetitions. */
interface Unmatched {
  rows: CellRow[];
  count: number;
}

/** Compares the rows of some groups. Memory holds the different rows of these, however often each is there. */
async function unmatchedRows(sides: Sides, groups: Set<number>): Promise<[Unmatched, Unmatched]> {
  const { client, source, table } = sides;
  const cells = table.columns.map((_, i) => `c${i}`);
  const asked = client.query<Cell[]>({
    text: `SELECT ${["encode(h, 'hex')", "n", ...cells].join(", ")} FROM (SELECT DISTINCT ON (h) *, count(*) OVER (PARTITION BY h) AS n
      FROM ${hashedRowsSql(sides)} AS r WHERE g = ANY($1::int[])) AS d`,
    values: [[...groups]],
    rowMode: "array",
    types: rawText,
  });
  asked.catch(() => {});
  const free = table.columns.map((column) => isFree(column.type));
  const times = new Map<string, { cells: CellRow; here: number; there: number }>();
  for await (const batch of cellRows(client, source, table)) {
    for (const row of batch) {
      const digest = rowDigest(rowText(row, free));
      if (!groups.has(digest.readUInt16BE(0))) continue;
      const hash = digest.toString("hex");
      const entry = times.get(hash) ?? { cells: row, here: 0, there: 0 };
      entry.here++;
      times.set(hash, entry);
    }
  }
  for (const [hash, n, ...row] of (await asked).rows) {
    const entry = times.get(hash ?? "") ?? { cells: row, here: 0, there: 0 };
    times.set(hash ?? "", { ...entry, there: Number(n) });
  }
  const more = (excess: (entry: { here: number; there: number }) => number): Unmatched => {
    const found = [...times.values()].filter((entry) => excess(entry) > 0);
    return { rows: found.map((entry) => entry.cells), count: found.reduce((sum, entry) => sum + excess(entry), 0) };
  };
  return [more(({ here, there }) => here - there), more(({ here, there }) => there - here)];
}

/** The positions of the columns that name a row on both sides; none when the key is no column of the plan. */
function keyColumns(table: TablePlan): number[] {
  for (const key of [table.shownKey, table.key]) {
    const positions = key.map((name) => table.columns.findIndex((column) => column.source === name));
    if (positions.length > 0 && !positions.includes(-1)) return positions;
  }
  return [];
}

async function byKey(sides: Sides, key: number[], onlySource: CellRow[], onlyTarget: CellRow[]): Promise<string[]> {
  const { table } = sides;
  const id = (row: CellRow) => JSON.stringify(key.map((i) => row[i]));
  const open = new Map(onlyTarget.map((row) => [id(row), row]));
  const lines: string[] = [];
  for (const row of onlySource.slice(0, shownDifferences)) {
    const other = open.get(id(row)) ?? (await targetRow(sides, key, row));
    open.delete(id(row));
    lines.push(other === null ? `${name(table, key, row)}: missing in the target` : changes(table, key, row, other));
  }
  const left = new Map([...open].slice(0, shownDifferences));
  for await (const batch of left.size === 0 ? [] : cellRows(sides.client, sides.source, table)) {
    for (const row of batch) {
      const other = left.get(id(row));
      if (other === undefined) continue;
      left.delete(id(row));
      const same = row.every((cell, i) => cell === other[i]);
      lines.push(same ? `${name(table, key, row)}: once more in the target` : changes(table, key, row, other));
    }
  }
  for (const row of left.values()) lines.push(`${name(table, key, row)}: only in the target`);
  return lines;
}

async function targetRow(sides: Sides, key: number[], row: CellRow): Promise<CellRow | null> {
  const { client, schema, table } = sides;
  const columns = table.columns.map((column) => cellSql(escapeIdentifier(column.target), column.type));
  const values = key.map((i) => row[i] ?? null);
  if (values.some((value) => value?.includes("\0"))) return null;
  const same = key.map(
    (i, n) =>
      `CASE WHEN ${columns[i]} IS NULL THEN NULL ELSE concat(${columns[i]}) END IS NOT DISTINCT FROM $${n + 1}::text`,
  );
  const found = await client.query<Cell[]>({
    text: `SELECT ${columns.join(", ")} FROM ${relation(schema, table.target)} WHERE ${same.join(" AND ")} LIMIT 1`,
    values,
    rowMode: "array",
    types: rawText,
  });
  return found.rows[0] ?? null;
}

function byLikeness(table: TablePlan, onlySource: CellRow[], onlyTarget: CellRow[]): string[] {
  const open = onlyTarget.slice(0, 1000);
  const differing = (a: CellRow, b: CellRow) => a.filter((cell, i) => cell !== b[i]).length;
  const lines = onlySource.slice(0, shownDifferences).map((row) => {
    const best = open.reduce((a, b, i) => (differing(row, b) < differing(row, open[a] ?? []) ? i : a), 0);
    const other = open[best];
    if (other === undefined || differing(row, other) > Math.floor(row.length / 2))
      return `row (${shown(table, row)}): missing in the target`;
    open.splice(best, 1);
    return changes(table, [...row.keys()], row, other);
  });
  return [...lines, ...open.map((row) => `row (${shown(table, row)}): only in the target`)];
}

function changes(table: TablePlan, key: number[], row: CellRow, other: CellRow): string {
  const parts = row.flatMap((cell, i) => {
    const column = table.columns[i];
    if (cell === other[i] || column === undefined) return [];
    const [source, target] = [cell, other[i] ?? null].map((side) => showCell(side, column.type.kind));
    return [`column ${column.target} should be ${source}, is ${target}`];
  });
  return `${name(table, key, row)}: ${parts.join("; ")}`;
}

function name(table: TablePlan, key: number[], row: CellRow): string {
  return shown(
    { ...table, columns: key.flatMap((i) => table.columns[i] ?? []) },
    key.map((i) => row[i] ?? null),
  );
}

function shown(table: TablePlan, row: CellRow): string {
  return table.columns.map((column, i) => `${column.target} ${showCell(row[i] ?? null, column.type.kind)}`).join(", ");
}
