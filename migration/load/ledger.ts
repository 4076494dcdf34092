/** The target's own record of what was loaded, when, and from which source. */
import { type Client, DatabaseError } from "pg";
import type { MigrationPlan, TableReport } from "../model";

export interface LedgerEntry {
  id: string;
  startedAt: Date;
  plan: MigrationPlan;
  tables: TableReport[];
}

/** Whether the ledger is there or can be made by this role. */
export async function canKeepLedger(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ can: boolean }>(
    `SELECT CASE WHEN to_regclass('pgstead.runs') IS NOT NULL THEN has_table_privilege(to_regclass('pgstead.runs'), 'INSERT')
                 WHEN to_regnamespace('pgstead') IS NOT NULL THEN has_schema_privilege('pgstead', 'CREATE')
                 ELSE has_database_privilege(current_database(), 'CREATE') END AS can`,
  );
  return rows[0]?.can === true;
}

/**
 * Commits. Where the connection is lost before the server has answered, the ledger says whether it had committed.
 *
 * @param reconnect makes a new connection
 */
export async function commitRun(client: Client, runId: string, reconnect: () => Promise<Client>): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (error) {
    if (error instanceof DatabaseError && error.severity === "ERROR") throw error;
    const other = await reconnect();
    try {
      const { rowCount } = await other.query("SELECT 1 FROM pgstead.runs WHERE id = $1", [runId]);
      if (rowCount !== 1) throw error;
    } finally {
      await other.end();
    }
  }
}

/** Writes the run in the transaction that shows its tables: the one is never there without the other. */
export async function recordRun(client: Client, entry: LedgerEntry): Promise<void> {
  if ((await client.query("SELECT to_regclass('pgstead.runs') AS there")).rows[0].there === null)
    await client.query(
      `CREATE SCHEMA IF NOT EXISTS pgstead;
       CREATE TABLE pgstead.runs (
         id text PRIMARY KEY,
         started timestamptz NOT NULL,
         finished timestamptz NOT NULL,
         status text NOT NULL,
         mode text NOT NULL,
         target_schema text NOT NULL,
         source_path text NOT NULL,
         source_sha256 text NOT NULL,
         tables jsonb NOT NULL
       )`,
    );
  const tables = entry.tables.map(({ source, target, sourceRows, loadedRows, rejectedRows }) => ({
    source,
    target,
    sourceRows,
    loadedRows,
    rejectedRows,
  }));
  await client.query(
    `INSERT INTO pgstead.runs (id, started, finished, status, mode, target_schema, source_path, source_sha256, tables)
     VALUES ($1, $2, clock_timestamp(), 'verified', $3, $4, $5, $6, $7)`,
    [
      entry.id,
      entry.startedAt,
      entry.plan.mode,
      entry.plan.schema,
      entry.plan.source.path,
      entry.plan.source.sha256,
      JSON.stringify(tables),
    ],
  );
}
