/** The target's own record of what was loaded, when, and from which source. */
import { type Client, DatabaseError } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationOptions, MigrationPlan, MigrationReport, TableReport } from "../model";
import { type DecisiveOptions, decisiveOptions } from "../options";
import { digest, type ReportDigest } from "../report/digest";

export interface LedgerEntry {
  id: string;
  startedAt: Date;
  plan: MigrationPlan;
  tables: TableReport[];
  report: MigrationReport;
  options: DecisiveOptions;
}

/** A run that the ledger knows. */
export interface RecordedRun {
  id: string;
  report: ReportDigest;
  files: MigrationReport["files"];
}

/** The newest run into a schema, where all its tables are there still; null without one. Changes nothing. */
export async function lastRun(client: Client, schema: string): Promise<RecordedRun | null> {
  if ((await client.query("SELECT to_regclass('pgstead.runs') AS there")).rows[0].there === null) return null;
  const { rows } = await client.query<RecordedRun & { complete: boolean }>(
    `SELECT id, report, files, NOT EXISTS (
        SELECT FROM jsonb_array_elements(tables) AS loaded
        WHERE to_regclass(format('%I.%I', target_schema, loaded->>'target')) IS NULL) AS complete
     FROM pgstead.runs WHERE target_schema = $1 ORDER BY finished DESC LIMIT 1`,
    [schema],
  );
  const [last] = rows;
  return last?.complete === true ? { id: last.id, report: last.report, files: last.files } : null;
}

/** The tables are there already: an earlier run, of which nobody may have seen the end, has moved this very source with these very options. */
export class AlreadyLoaded extends UserError {
  constructor(
    readonly recorded: RecordedRun,
    refusal: UserError,
  ) {
    super(
      `${refusal.what} This source was loaded there by the run ${recorded.id}, with the same options.`,
      "Nothing is left to do, unless the application has written since: pgstead verify compares. To load it once more, allow overwriting; what these tables hold is lost then.",
      { cause: refusal },
    );
  }
}

/**
 * Says of a refusal whether the tables in the way are this very source's.
 *
 * @throws AlreadyLoaded, where the options are the same too; else the refusal, with what the ledger knows of it
 */
export async function refuseKnowingly(
  client: Client,
  { schema, source }: MigrationPlan,
  options: MigrationOptions,
  refusal: unknown,
): Promise<never> {
  const last = refusal instanceof UserError ? await lastRun(client, schema).catch(() => null) : null;
  if (!(refusal instanceof UserError) || last === null) throw refusal;
  // A ledger that an earlier version made has no options.
  const { rows } = await client.query<{ same: boolean; options: boolean | null }>(
    "SELECT source_sha256 = $2 AS same, to_jsonb(r)->'options' = $3::jsonb AS options FROM pgstead.runs AS r WHERE id = $1",
    [last.id, source.sha256, JSON.stringify(decisiveOptions(options))],
  );
  if (rows[0]?.same !== true) throw refusal;
  if (rows[0].options === true) throw new AlreadyLoaded(last, refusal);
  throw new UserError(
    `${refusal.what} This source was loaded there by the run ${last.id}${rows[0].options === false ? ", with other options" : ""}.`,
    `Nothing is left to do, unless the application has written since: pgstead verify compares. To load it once more, allow overwriting; what these tables hold is lost then.`,
    { cause: refusal },
  );
}

/** Whether the ledger is there or can be made by this role. */
export async function canKeepLedger(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ can: boolean }>(
    `SELECT CASE WHEN NOT has_schema_privilege(to_regnamespace('pgstead'), 'USAGE') THEN false
                 WHEN to_regclass('pgstead.runs') IS NOT NULL THEN has_table_privilege(to_regclass('pgstead.runs'), 'INSERT')
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
         tables jsonb NOT NULL,
         report jsonb NOT NULL,
         files jsonb NOT NULL,
         options jsonb
       )`,
    );
  const keepsOptions = await canKeepOptions(client);
  const tables = entry.tables.map(({ source, target, sourceRows, loadedRows, rejectedRows }) => ({
    source,
    target,
    sourceRows,
    loadedRows,
    rejectedRows,
  }));
  // A transaction of its own within the other: the record is then newer than every row that was loaded, which tells what is written later.
  await client.query("SAVEPOINT pgstead_record");
  await client.query(
    `INSERT INTO pgstead.runs (id, started, finished, status, mode, target_schema, source_path, source_sha256, tables, report, files${keepsOptions ? ", options" : ""})
     VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8, $9, $10${keepsOptions ? ", $11" : ""})`,
    [
      entry.id,
      entry.startedAt,
      entry.report.status,
      entry.plan.mode,
      entry.plan.schema,
      entry.plan.source.path,
      entry.plan.source.sha256,
      JSON.stringify(tables),
      jsonb(digest(entry.report)),
      jsonb(entry.report.files),
      ...(keepsOptions ? [jsonb(entry.options)] : []),
    ],
  );
  await client.query("RELEASE SAVEPOINT pgstead_record");
}

/** A ledger that an earlier version made has no column for them, and only its owner can add one. */
async function canKeepOptions(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean; owned: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'options' AND NOT attisdropped) AS there,
            pg_has_role(c.relowner, 'USAGE') AS owned FROM pg_class AS c WHERE c.oid = 'pgstead.runs'::regclass`,
  );
  if (rows[0]?.there === true) return true;
  if (rows[0]?.owned === true) await client.query("ALTER TABLE pgstead.runs ADD options jsonb");
  return rows[0]?.owned === true;
}

/** As jsonb takes it: without NUL and halves of surrogate pairs, which a reason or a query's result could hold. */
function jsonb(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "string" ? part.toWellFormed().replaceAll("\0", "\u2400") : part,
  );
}
