import { setImmediate as turn } from "node:timers/promises";
import { type Client, escapeIdentifier } from "pg";
import type { ColumnPlan, ForeignKeyPlan, TablePlan } from "../model";
import { counted } from "../report/text";
import { digestNumberSql, HashSum, isFree, rowDigest, rowDigestSql, rowText, rowTextSql } from "./row-hash";
import { type Finding, relation } from "./snapshot";
import type { Source } from "./source";
import type { SourceSide } from "./source-side";
import { cellsOf } from "./table-rows";

/** A foreign key with both its tables, seen from both sides. */
export interface Reference {
  child: TablePlan;
  parent: TablePlan;
  key: ForeignKeyPlan;
}

/** The foreign keys of a table whose columns both sides have. */
export function referencesOf(tables: TablePlan[], child: TablePlan): Reference[] {
  return child.foreignKeys.flatMap((key) => {
    const parent = tables.find((table) => table.target === key.referencedTable);
    const whole = has(child, key.columns) && parent !== undefined && has(parent, key.referencedColumns);
    return whole ? [{ child, parent, key }] : [];
  });
}

function has(table: TablePlan, targets: string[]): boolean {
  return targets.every((target) => table.columns.some((column) => column.target === target));
}

/** How a foreign key is called in checks. */
export function nameOf({ child, key }: Reference): string {
  return `${child.target} (${key.columns.join(", ")}) → ${key.referencedTable}`;
}

/** Rows of the source without a parent, those set aside left out of both tables. */
export function sourceOrphans(source: Source, reference: Reference): string {
  const [child, parent] = [source.relation(reference.child), source.relation(reference.parent)];
  return source.countOnce(orphansSql("source", child, parent, pairs(reference, "source")));
}

/** Rows whose parent is missing: as many on each side. */
export async function compareOrphans(
  client: Client,
  source: Source,
  schema: string,
  reference: Reference,
): Promise<Finding> {
  const target = orphansSql(
    "target",
    relation(schema, reference.child.target),
    relation(schema, reference.parent.target),
    pairs(reference, "target"),
  );
  const asked = client.query<{ count: string }>(target);
  // The source's count may fail first; the query's own failure is taken up where it is awaited.
  asked.catch(() => {});
  await turn();
  const here = sourceOrphans(source, reference);
  const there = String((await asked).rows[0]?.count);
  return {
    passed: here === there,
    source: `${counted(here, "row")} without a parent`,
    target: `${counted(there, "row")} without a parent`,
    sql: target,
    detail: here === there ? null : `${nameOf(reference)}: the rows without a parent are not as many on both sides`,
  };
}

/** The rows of a join: how many, and the sum of their hashes. */
export interface Join {
  rows: string;
  sum: string;
}

/** The columns by which a join's rows are told from each other: the child's, then the parent's. */
function sidesOf({ child, parent, key }: Reference): [ColumnPlan[], ColumnPlan[]] {
  return [pairColumns(child, child.shownKey, key.columns), pairColumns(parent, parent.shownKey, key.referencedColumns)];
}

export function joinColumns(reference: Reference): ColumnPlan[] {
  return sidesOf(reference).flat();
}

const joined = (reference: Reference, side: "source" | "target", from: string, to: string) =>
  `FROM ${from} AS c JOIN ${to} AS p ON ${equalities(pairs(reference, side), side).join(" AND ")}`;

const integers = ["smallint", "integer", "bigint"];
/** The greatest prime below 2^31: products of two remainders stay within 64 bits. */
const prime = 2147483647;

/**
 * The query of a join whose rows are told from each other by integers: both databases add up the same arithmetic over each pair of keys. Null where
 * they are not; then the pairs themselves are read and hashed.
 */
function arithmeticJoin(reference: Reference, side: "source" | "target", from: string, to: string): string | null {
  const [childColumns, parentColumns] = sidesOf(reference);
  if (![...childColumns, ...parentColumns].every(({ type }) => integers.includes(type.kind))) return null;
  const whole = (column: string) => (side === "source" ? column : `${column}::bigint`);
  const values = [
    ...childColumns.map((column) => whole(`c.${escapeIdentifier(column[side])}`)),
    ...parentColumns.map((column) => whole(`p.${escapeIdentifier(column[side])}`)),
  ];
  // Each step multiplies by another number, so that which value stands where counts.
  const mixed = values.reduce(
    (sum, value, i) => `((${sum}) * ${1_000_003 + 2 * i} + ${value} % ${prime}) % ${prime}`,
    "7",
  );
  return `SELECT count(*) AS rows, coalesce(sum(${mixed}), 0) AS sum ${joined(reference, side, from, to)}`;
}

/** The join on the source's side. @param client is asked about types that only the server can read; null where there are none */
export async function sourceJoin(client: Client | null, source: Source, reference: Reference): Promise<Join> {
  const [child, parent] = [source.relation(reference.child), source.relation(reference.parent)];
  const arithmetic = arithmeticJoin(reference, "source", child, parent);
  if (arithmetic !== null) {
    const [[rows, sum] = []] = source.query(arithmetic).next().value ?? [];
    return { rows: String(rows), sum: String(sum) };
  }
  const [childColumns, parentColumns] = sidesOf(reference);
  const columns = [...childColumns, ...parentColumns];
  const values = [
    ...childColumns.map((column) => `c.${escapeIdentifier(column.source)}`),
    ...parentColumns.map((column) => `p.${escapeIdentifier(column.source)}`),
  ];
  const free = columns.map((column) => isFree(column.type));
  const sum = new HashSum();
  const rows = source.query(`SELECT ${values.join(", ")} ${joined(reference, "source", child, parent)}`);
  for await (const batch of cellsOf(client, columns, rows))
    for (const cells of batch) sum.add(rowDigest(rowText(cells, free)));
  return { rows: String(sum.rows), sum: sum.total() };
}

/** The join of a table with the one it refers to: as many rows on each side, and the same pairs of keys. */
export async function compareJoin(
  client: Client,
  source: Source,
  schema: string,
  reference: Reference,
  side: SourceSide,
): Promise<Finding> {
  const [from, to] = [relation(schema, reference.child.target), relation(schema, reference.parent.target)];
  const sql = arithmeticJoin(reference, "target", from, to) ?? hashedJoin(reference, from, to);
  const asked = client.query<Join>(sql);
  // The source's side may fail first; the query's own failure is taken up where it is awaited.
  asked.catch(() => {});
  const here = await (side.join(reference) ?? sourceJoin(client, source, reference));
  const there = (await asked).rows[0] ?? { rows: "0", sum: "0" };
  const shown = ({ rows, sum }: Join) => `${rows} pairs, digest ${BigInt(sum).toString(16).slice(-32)}`;
  const passed = there.rows === here.rows && there.sum === here.sum;
  return {
    passed,
    source: shown(here),
    target: shown(there),
    sql,
    detail: passed ? null : `${nameOf(reference)}: joined with their parents, the rows are not the same on both sides`,
  };
}

function hashedJoin(reference: Reference, from: string, to: string): string {
  const [childColumns, parentColumns] = sidesOf(reference);
  const text = [
    ...childColumns.map((column) => rowTextSql([{ name: column.target, type: column.type }], "c.")),
    ...parentColumns.map((column) => rowTextSql([{ name: column.target, type: column.type }], "p.")),
  ].join(" || ");
  return `SELECT count(*)::text AS rows, coalesce(sum(${digestNumberSql(rowDigestSql(text))}), 0)::text AS sum ${joined(reference, "target", from, to)}`;
}

/** The key's columns that both sides have, else the foreign key's own. */
function pairColumns(table: TablePlan, key: string[], own: string[]): ColumnPlan[] {
  const named = key.flatMap((name) => table.columns.find((column) => column.source === name) ?? []);
  if (named.length > 0 && named.length === key.length) return named;
  return own.flatMap((name) => table.columns.find((column) => column.target === name) ?? []);
}

/** The columns that must be equal, by their names on one side. */
function pairs({ child, parent, key }: Reference, side: "source" | "target"): [string, string][] {
  const name = (table: TablePlan, target: string) =>
    table.columns.find((column) => column.target === target)?.[side] ?? target;
  return key.columns.map((column, i) => [name(child, column), name(parent, key.referencedColumns[i] ?? "")]);
}

/**
 * Both sides compare texts by their bytes: SQLite would take a collation such as NOCASE from the column, which PostgreSQL's columns do not
 * have.
 */
function equalities(pairs: [string, string][], side: "source" | "target"): string[] {
  const bytes = side === "source" ? " COLLATE BINARY" : "";
  return pairs.map(([own, other]) => `c.${escapeIdentifier(own)} = p.${escapeIdentifier(other)}${bytes}`);
}

function orphansSql(side: "source" | "target", child: string, parent: string, pairs: [string, string][]): string {
  const given = pairs.map(([own]) => `c.${escapeIdentifier(own)} IS NOT NULL`);
  return `SELECT count(*) AS count FROM ${child} AS c WHERE ${given.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${parent} AS p WHERE ${equalities(pairs, side).join(" AND ")})`;
}
