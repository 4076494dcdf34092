/** Views: the same rows on both sides, in any order, each side by its own query and its own form of a cell. */
import { type Client, DatabaseError } from "pg";
import { targetType } from "../load/target-tables";
import type { TargetType, ViewPlan } from "../model";
import { counted } from "../report/text";
import { digestNumberSql, rowDigestSql, rowTextSql } from "./row-hash";
import { type Finding, relation } from "./snapshot";
import { tookTooLong, type ViewReader } from "./view-reader";
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
 * @throws TookTooLong where a side takes longer than the reader waits
 */
export async function compareView(
  client: Client,
  reader: ViewReader,
  schema: string,
  view: ViewPlan,
): Promise<Finding> {
  const columns = await readColumns(client, schema, view);
  const names = columns.map(({ name }) => name).join(", ");
  const planned = view.columns.map(({ target }) => target).join(", ");
  if (names !== planned)
    return { passed: false, source: planned, target: names || "no such view", detail: "the columns differ" };
  const here = await reader.sum(view, columns);
  const sql = `SELECT count(*) AS rows, coalesce(sum(${digestNumberSql(rowDigestSql(rowTextSql(columns)))}), 0)::text AS digest FROM ${relation(schema, view.target)}`;
  const { rows } = await within(client, reader.seconds, () => client.query<{ rows: string; digest: string }>(sql));
  const there = rows[0] ?? { rows: "0", digest: "0" };
  const shown = (count: number | string, digest: string) =>
    `${counted(count, "row")}, digest ${BigInt(digest).toString(16).slice(-16)}`;
  const finding = { source: shown(here.rows, here.digest), target: shown(there.rows, there.digest), sql };
  if (String(here.rows) === there.rows && here.digest === there.digest) return { ...finding, passed: true };
  if (Math.max(here.rows, Number(there.rows)) > rowLimit)
    return {
      ...finding,
      passed: false,
      detail: `the rows differ, and are more than ${counted(rowLimit, "row")}, of which none is shown`,
    };
  const ours = await reader.rows(view, columns);
  const theirs = await within(client, reader.seconds, () => readTarget(client, schema, view.target, columns));
  if (view.approximate && likelyEqual(columns, ours, theirs))
    return {
      ...finding,
      passed: true,
      detail:
        "Equal, where sums and averages of reals are taken as equal within a billionth of their size: their last digits depend on the order of addition.",
    };
  return { ...finding, passed: false, detail: firstDifferences(columns, ours, theirs) };
}

/** The server's own limit of time, for one query. A failure takes it back with the check's savepoint. */
async function within<T>(client: Client, seconds: number, query: () => Promise<T>): Promise<T> {
  await client.query(`SET LOCAL statement_timeout TO ${Math.ceil(seconds * 1000)}`);
  try {
    const result = await query();
    await client.query("SET LOCAL statement_timeout TO 0");
    return result;
  } catch (error) {
    throw error instanceof DatabaseError && error.code === "57014" ? tookTooLong("PostgreSQL", seconds) : error;
  }
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
