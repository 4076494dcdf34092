/** The target's own record of rows that were loaded later: none is loaded twice, and a verification knows what to expect. */
import type { Client } from "pg";
import { UserError } from "../../support/errors";
import type { ExactValue, TablePlan } from "../model";
import type { RejectLine } from "../rejects-file";
import { storable } from "./read-rows";

/** A row that was loaded later, as it was loaded. */
export interface RetriedRow {
  table: string;
  locator: ExactValue[];
  row: Record<string, ExactValue>;
}

/** @throws UserError when the database does not know the run, a later run has replaced its tables, or the role may keep no record. Changes nothing */
export async function checkRun(client: Client, run: string, schema: string, tables: TablePlan[]): Promise<void> {
  const { rows: there } = await client.query("SELECT to_regclass('pgstead.runs') IS NOT NULL AS ledger");
  const known =
    there[0]?.ledger === true && (await client.query("SELECT 1 FROM pgstead.runs WHERE id = $1", [run])).rowCount === 1;
  if (!known)
    throw new UserError(
      `The target's ledger pgstead.runs does not have the run ${run}: its rows were not loaded into this database.`,
      "Nothing was changed. Give the database that the run loaded, or the reject file of the run that loaded this one.",
    );
  const { rows: later } = await client.query<{ id: string }>(
    `SELECT id FROM pgstead.runs AS r WHERE target_schema = $2 AND finished > (SELECT finished FROM pgstead.runs WHERE id = $1)
       AND EXISTS (SELECT FROM jsonb_array_elements(r.tables) AS loaded WHERE loaded->>'target' = ANY ($3)) LIMIT 1`,
    [run, schema, tables.map(({ target }) => target)],
  );
  if (later[0] !== undefined)
    throw new UserError(
      `The tables of the schema ${schema} were loaded again by the run ${later[0].id}, after the run ${run}.`,
      "Nothing was changed. Use the reject file of that run.",
    );
  const { rows } = await client.query<{ can: boolean }>(
    `SELECT CASE WHEN to_regclass('pgstead.retried') IS NULL THEN has_schema_privilege('pgstead', 'CREATE')
                 ELSE has_table_privilege(to_regclass('pgstead.retried'), 'INSERT')
                  AND has_table_privilege(to_regclass('pgstead.retried'), 'SELECT') END AS can`,
  );
  if (rows[0]?.can !== true)
    throw new UserError(
      "The role may not keep the record pgstead.retried in the target, without which a row could be loaded twice.",
      "Nothing was changed. Let the role that migrated do it, or grant CREATE on the schema pgstead.",
    );
}

export async function makeRetried(client: Client): Promise<void> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS pgstead.retried (
       run_id text, source_table text, locator jsonb, row jsonb NOT NULL, loaded_at timestamptz NOT NULL,
       PRIMARY KEY (run_id, source_table, locator))`,
  );
}

export async function isRetried(client: Client, run: string, line: RejectLine, encoding: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "SELECT 1 FROM pgstead.retried WHERE run_id = $1 AND source_table = $2 AND locator = $3",
    [run, line.table, locatorJson(line, encoding)],
  );
  return rowCount === 1;
}

export async function recordRetried(client: Client, run: string, line: RejectLine, encoding: string): Promise<void> {
  const row = Object.fromEntries(Object.entries(line.row).map(([name, value]) => [name, storable(value, encoding)]));
  await client.query(
    "INSERT INTO pgstead.retried (run_id, source_table, locator, row, loaded_at) VALUES ($1, $2, $3, $4, clock_timestamp())",
    [run, line.table, locatorJson(line, encoding), JSON.stringify(row)],
  );
}

function locatorJson({ locator }: RejectLine, encoding: string): string {
  return JSON.stringify(locator.map((value) => storable(value, encoding)));
}

/** The rows of a run that were loaded later. */
export async function readRetried(client: Client, run: string): Promise<RetriedRow[]> {
  const { rows: there } = await client.query("SELECT to_regclass('pgstead.retried') IS NOT NULL AS there");
  if (there[0]?.there !== true) return [];
  const { rows } = await client.query<RetriedRow>(
    `SELECT source_table AS "table", locator, row FROM pgstead.retried WHERE run_id = $1 ORDER BY loaded_at, source_table`,
    [run],
  );
  return rows;
}
