/** Views: the same rows on both sides, in any order, each side by its own query and its own form of a cell. */
import type { Client } from "pg";
import { targetType } from "../load/target-tables";
import type { MigrationPlan, TargetType, ViewPlan } from "../model";
import { counted } from "../report/text";
import { digestNumberSql, HashSum, isFree, rowDigest, rowDigestSql, rowText, rowTextSql } from "./row-hash";
import { type Finding, relation } from "./snapshot";
import type { Source, SourceRow } from "./source";
import { cellsOf } from "./table-rows";
import { type Cell, impossible, type SqliteValue } from "./value";
import { firstDifferences, likelyEqual, readTarget, rowLimit } from "./view-rows";

export const viewCheckName = (view: Pick<ViewPlan, "target">) => `view ${view.target}`;

export interface ViewColumn {
  name: string;
  type: TargetType;
  timeForm: ViewPlan["columns"][number]["timeForm"];
  storage: ViewPlan["columns"][number]["storage"];
}

/**
 * Memory holds the rows only where they differ and are few.
 *
 * @param source a connection of its own: rows set aside are hidden in it
 */
export async function compareView(
  client: Client,
  source: Source,
  schema: string,
  plan: MigrationPlan,
  view: ViewPlan,
): Promise<Finding> {
  const columns = await readColumns(client, schema, view);
  const names = columns.map(({ name }) => name).join(", ");
  const planned = view.columns.map(({ target }) => target).join(", ");
  if (names !== planned)
    return { passed: false, source: planned, target: names || "no such view", detail: "the columns differ" };
  const from = sourceView(source, plan, view);
  const free = columns.map(({ type }) => isFree(type));
  const here = new HashSum();
  for await (const batch of viewCells(client, source, from, columns))
    for (const cells of batch) here.add(rowDigest(rowText(cells, free)));
  const sql = `SELECT count(*) AS rows, coalesce(sum(${digestNumberSql(rowDigestSql(rowTextSql(columns)))}), 0)::text AS digest FROM ${relation(schema, view.target)}`;
  const { rows } = await client.query<{ rows: string; digest: string }>(sql);
  const there = rows[0] ?? { rows: "0", digest: "0" };
  const shown = (count: number | string, digest: string) =>
    `${counted(count, "row")}, digest ${BigInt(digest).toString(16).slice(-16)}`;
  const finding = { source: shown(here.rows, here.total()), target: shown(there.rows, there.digest), sql };
  if (String(here.rows) === there.rows && here.total() === there.digest) return { ...finding, passed: true };
  if (Math.max(here.rows, Number(there.rows)) > rowLimit)
    return {
      ...finding,
      passed: false,
      detail: `the rows differ, and are more than ${counted(rowLimit, "row")}, of which none is shown`,
    };
  const ours: Cell[][] = [];
  for await (const batch of viewCells(client, source, from, columns)) ours.push(...batch);
  const theirs = await readTarget(client, schema, view.target, columns);
  if (view.approximate && likelyEqual(columns, ours, theirs))
    return {
      ...finding,
      passed: true,
      detail:
        "Equal, where sums and averages of reals are taken as equal within a billionth of their size: their last digits depend on the order of addition.",
    };
  return { ...finding, passed: false, detail: firstDifferences(columns, ours, theirs) };
}

async function readColumns(client: Client, schema: string, view: ViewPlan): Promise<ViewColumn[]> {
  const { rows } = await client.query<{ name: string; base: string; modifier: number; sql: string }>(
    `SELECT a.attname AS name, t.typname AS base, a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS sql
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'v' AND a.attnum > 0 ORDER BY a.attnum`,
    [schema, view.target],
  );
  return rows.map(({ name, base, modifier, sql }, i) => ({
    name,
    type: targetType(base, modifier, sql),
    timeForm: view.columns[i]?.timeForm ?? "text",
    storage: view.columns[i]?.storage ?? null,
  }));
}

async function* viewCells(
  client: Client,
  source: Source,
  from: string,
  columns: ViewColumn[],
): AsyncGenerator<Cell[][]> {
  for (const batch of source.query(`SELECT * FROM ${from}`)) {
    const cells = cellsOf(client, columns, [batch]);
    for await (const rows of cells) {
      for (const [i, row] of rows.entries()) markStorage(row, batch[i] as SourceRow, columns);
      yield rows;
    }
  }
}

/** A computed value of another storage class is another value, even where its text is the same. */
function markStorage(cells: Cell[], row: SourceRow, columns: ViewColumn[]): void {
  for (const [i, { storage, type }] of columns.entries()) {
    const value = row[i] ?? null;
    if (storage === null || value === null) continue;
    const class_ = storageClass(value);
    if (class_ !== storage && !(storage === "number" && (class_ === "integer" || class_ === "real")))
      cells[i] = impossible(value, type.kind);
  }
}

function storageClass(value: SqliteValue): string {
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return "real";
  return typeof value === "string" ? "text" : "blob";
}

/** The view as a FROM item that reads no row that was set aside. */
function sourceView(source: Source, plan: MigrationPlan, view: ViewPlan): string {
  const views = (names: string[]): ViewPlan[] =>
    plan.views.filter((other) => names.includes(other.target)).flatMap((other) => [other, ...views(other.reads)]);
  const all = [view, ...views(view.reads)];
  const tables = plan.tables.filter(
    (table) => all.some((one) => one.reads.includes(table.target)) && source.rejectedRows(table) > 0,
  );
  return tables.length === 0 ? source.mainName(view.source) : source.viewWithout(view.source, all, tables);
}
