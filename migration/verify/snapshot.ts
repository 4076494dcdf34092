import { type Client, escapeIdentifier } from "pg";
import { messageOf } from "../../support/errors";
import type { Check } from "../model";

/**
 * Runs `work` on one unchanging view of the target, in a session in which no setting changes how a value is shown, and
 * leaves nothing behind: inside the caller's transaction between savepoints, otherwise in a read-only transaction of its own.
 */
export async function withSnapshot<T>(client: Client, schema: string, work: () => Promise<T>): Promise<T> {
  const inside = client.getTransactionStatus() === "T";
  await client.query(inside ? "SAVEPOINT pgstead_verify" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    const { rows } = await client.query<{ path: string }>("SELECT current_setting('search_path') AS path");
    // The former path stays behind the schema: a column's type may be found there.
    const path = [escapeIdentifier(schema), rows[0]?.path ?? ""].filter((part) => part !== "").join(", ");
    // Not by SET: a path may hold an empty name, which its syntax has no way to write.
    await client.query("SELECT set_config('search_path', $1, true)", [path]);
    await client.query(
      `SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle TO 'ISO, YMD'; SET LOCAL intervalstyle TO 'iso_8601'; SET LOCAL extra_float_digits TO 1; SET LOCAL bytea_output TO 'hex'; SET LOCAL statement_timeout TO 0; SET LOCAL client_encoding TO 'UTF8'; SET LOCAL jit TO off; SET LOCAL max_parallel_workers_per_gather TO 2; SET LOCAL transaction_read_only TO on`,
    );
    await client.query("SAVEPOINT pgstead_check");
    return await work();
  } finally {
    await client.query(inside ? "ROLLBACK TO SAVEPOINT pgstead_verify; RELEASE SAVEPOINT pgstead_verify" : "ROLLBACK");
  }
}

/** What a comparison found. */
export interface Finding {
  passed: boolean;
  source: string;
  target: string;
  sql?: string | null;
  detail?: string | null;
}

/**
 * Makes one comparison into a check. One that throws is `not done`, with the reason: a table that could not be looked at has not
 * passed. The snapshot's savepoint, which serves for all checks since none writes,
 * lets those after it go on.
 */
export async function check(
  client: Client,
  name: string,
  table: string | null,
  compare: () => Promise<Finding>,
): Promise<Check> {
  const started = performance.now();
  const made = (status: Check["status"], finding: Omit<Finding, "passed">): Check => ({
    name,
    table,
    status,
    source: finding.source,
    target: finding.target,
    sql: finding.sql ?? null,
    detail: finding.detail ?? null,
    durationMs: Math.round(performance.now() - started),
  });
  try {
    const finding = await compare();
    return made(finding.passed ? "passed" : "failed", finding);
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT pgstead_check").catch(() => {});
    return made("not done", { source: "", target: "", detail: messageOf(error) });
  }
}

/** A finding from two texts that must be equal. */
export function equal(
  source: string,
  target: string,
  sql: string | null = null,
  detail: string | null = null,
): Finding {
  return { passed: source === target, source, target, sql, detail: source === target ? null : detail };
}

/** A table of the schema under test, quoted. */
export function relation(schema: string, table: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}
