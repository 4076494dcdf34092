import { type Client, escapeIdentifier } from "pg";
import type { ColumnPlan, ForeignKeyPlan, TablePlan } from "../model";
import { counted } from "../report/text";
import { affinityOf } from "../translate/values";
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

/** A table joined with the one it refers to. */
export interface Join {
  /** Pairs of a row and its parent. */
  rows: string;
  /** Of the pairs' hashes. */
  sum: string;
  /** Rows that have a key and no parent. */
  orphans: string;
}

/** The columns by which a join's rows are told from each other: the child's, then the parent's. */
function sidesOf({ child, parent, key }: Reference): [ColumnPlan[], ColumnPlan[]] {
  return [pairColumns(child, child.shownKey, key.columns), pairColumns(parent, parent.shownKey, key.referencedColumns)];
}

export function joinColumns(reference: Reference): ColumnPlan[] {
  return sidesOf(reference).flat();
}

type Side = "source" | "target";

/** @param equal the columns of both that must be equal */
const joined = (equal: string[], from: string, kind: "JOIN" | "LEFT JOIN", to: string) =>
  `FROM ${from} AS c ${kind} ${to} AS p ON ${equal.join(" AND ")}`;

/** One join for all that is asked. @param value what is added up over the pairs */
function joinSql(reference: Reference, side: Side, equal: string[], from: string, to: string, value: string): string {
  const keys = pairs(reference, side);
  // Equal to something where there is a parent, and so not NULL.
  const parent = `p.${escapeIdentifier(keys[0]?.[1] ?? "")}`;
  const given = keys.map(([own]) => `c.${escapeIdentifier(own)} IS NOT NULL`);
  const items = {
    rows: `count(${parent})`,
    sum: `coalesce(sum(${value}) FILTER (WHERE ${parent} IS NOT NULL), 0)`,
    orphans: `count(*) FILTER (WHERE ${given.join(" AND ")} AND ${parent} IS NULL)`,
  };
  const text = side === "target" ? "::text" : "";
  const selected = Object.entries(items).map(([name, item]) => `${item}${text} AS ${name}`);
  return `SELECT ${selected.join(", ")} ${joined(equal, from, "LEFT JOIN", to)}`;
}

const integers = ["smallint", "integer", "bigint"];
/** The greatest prime below 2^31: products of two remainders stay within 64 bits. */
const prime = 2147483647;

/**
 * A number for each pair whose rows are told from each other by integers: both databases come to the same by the same arithmetic. Null where they are not
 * integers; then the pairs themselves are read and hashed.
 */
function mixedKeys(reference: Reference, side: Side): string | null {
  const [childColumns, parentColumns] = sidesOf(reference);
  if (![...childColumns, ...parentColumns].every(({ type }) => integers.includes(type.kind))) return null;
  const whole = (column: string) => (side === "source" ? column : `${column}::bigint`);
  const values = [
    ...childColumns.map((column) => whole(`c.${escapeIdentifier(column[side])}`)),
    ...parentColumns.map((column) => whole(`p.${escapeIdentifier(column[side])}`)),
  ];
  // Each step multiplies by another number, so that which value stands where counts.
  return values.reduce((sum, value, i) => `((${sum}) * ${1_000_003 + 2 * i} + ${value} % ${prime}) % ${prime}`, "7");
}

/** The join on the source's side. @param client is asked about types that only the server can read; null where there are none */
export async function sourceJoin(client: Client | null, source: Source, reference: Reference): Promise<Join> {
  const [child, parent] = [source.relation(reference.child), source.relation(reference.parent)];
  const mixed = mixedKeys(reference, "source");
  const equal = sourceEqualities(source, reference);
  const [[pairsFound, added, orphans] = []] =
    source.query(joinSql(reference, "source", equal, child, parent, mixed ?? "NULL")).next().value ?? [];
  if (mixed !== null) return { rows: String(pairsFound), sum: String(added), orphans: String(orphans) };
  const [childColumns, parentColumns] = sidesOf(reference);
  const columns = [...childColumns, ...parentColumns];
  const values = [
    ...childColumns.map((column) => `c.${escapeIdentifier(column.source)}`),
    ...parentColumns.map((column) => `p.${escapeIdentifier(column.source)}`),
  ];
  const free = columns.map((column) => isFree(column.type));
  const sum = new HashSum();
  const rows = source.query(`SELECT ${values.join(", ")} ${joined(equal, child, "JOIN", parent)}`);
  for await (const batch of cellsOf(client, columns, rows))
    for (const cells of batch) sum.add(rowDigest(rowText(cells, free)));
  return { rows: String(sum.rows), sum: sum.total(), orphans: String(orphans) };
}

/** Both sides of the join of a table with the one it refers to. */
export interface BothJoins {
  here: Join;
  there: Join;
  /** What the target was asked. */
  sql: string;
}

export async function joinBothSides(
  client: Client,
  source: Source,
  schema: string,
  reference: Reference,
  side: SourceSide,
): Promise<BothJoins> {
  const [from, to] = [relation(schema, reference.child.target), relation(schema, reference.parent.target)];
  const equal = pairs(reference, "target").map(
    ([own, other]) => `c.${escapeIdentifier(own)} = p.${escapeIdentifier(other)}`,
  );
  const sql = joinSql(reference, "target", equal, from, to, mixedKeys(reference, "target") ?? hashedPair(reference));
  const asked = client.query<Join>(sql);
  // The source's side may fail first; the query's own failure is taken up where it is awaited.
  asked.catch(() => {});
  const here = await (side.join(reference) ?? sourceJoin(client, source, reference));
  const [there] = (await asked).rows;
  if (there === undefined) throw new Error("the server's answer has no row");
  return { here, there, sql };
}

/** Rows whose parent is missing: as many on each side. */
export function compareOrphans(reference: Reference, { here, there, sql }: BothJoins): Finding {
  const passed = here.orphans === there.orphans;
  return {
    passed,
    source: `${counted(here.orphans, "row")} without a parent`,
    target: `${counted(there.orphans, "row")} without a parent`,
    sql,
    detail: passed ? null : `${nameOf(reference)}: the rows without a parent are not as many on both sides`,
  };
}

/** The join of a table with the one it refers to: as many rows on each side, and the same pairs of keys. */
export function compareJoin(reference: Reference, { here, there, sql }: BothJoins): Finding {
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

/** A number for any pair, in the target's SQL. */
function hashedPair(reference: Reference): string {
  const [childColumns, parentColumns] = sidesOf(reference);
  const text = [
    ...childColumns.map((column) => rowTextSql([{ name: column.target, type: column.type }], "c.")),
    ...parentColumns.map((column) => rowTextSql([{ name: column.target, type: column.type }], "p.")),
  ].join(" || ");
  return digestNumberSql(rowDigestSql(text));
}

/** The key's columns that both sides have, else the foreign key's own. */
function pairColumns(table: TablePlan, key: string[], own: string[]): ColumnPlan[] {
  const named = key.flatMap((name) => table.columns.find((column) => column.source === name) ?? []);
  if (named.length > 0 && named.length === key.length) return named;
  return own.flatMap((name) => table.columns.find((column) => column.target === name) ?? []);
}

/** The columns that must be equal, by their names on one side. */
function pairs({ child, parent, key }: Reference, side: Side): [string, string][] {
  const name = (table: TablePlan, target: string) =>
    table.columns.find((column) => column.target === target)?.[side] ?? target;
  return key.columns.map((column, i) => [name(child, column), name(parent, key.referencedColumns[i] ?? "")]);
}

/**
 * Both sides compare texts by their bytes: SQLite would take a collation such as NOCASE from the column, which PostgreSQL's columns do not
 * have. A foreign key gives the parent's affinity to the child's value (sqlite.org/foreignkeys.html, 3), where a comparison gives a number's to a text: then no
 * index of the parent would serve.
 */
function sourceEqualities(source: Source, reference: Reference): string[] {
  const affinities = (table: TablePlan) =>
    new Map(source.declaredTypes(table).map(([name, type]) => [name, affinityOf(type)]));
  const [own, others] = [affinities(reference.child), affinities(reference.parent)];
  return pairs(reference, "source").map(([column, other]) => {
    const asText = others.get(other) === "text" && own.get(column) !== "text";
    const value = `c.${escapeIdentifier(column)}`;
    return `${asText ? `CAST(${value} AS TEXT)` : value} = p.${escapeIdentifier(other)} COLLATE BINARY`;
  });
}
