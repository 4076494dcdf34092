/** What is done to the target's tables around the loading: locks, the run's own triggers, sequences. All of it in the open transaction. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { TargetTable } from "../load/target-tables";
import type { MigrationPlan, TablePlan } from "../model";
import { qualified } from "../plan/ddl";

interface Filled {
  /** As planned, with the target's present types. */
  table: TablePlan;
  target: TargetTable;
}

/**
 * Who writes must wait: a sequence is moved, and must not run on meanwhile. Readers are not kept.
 *
 * @throws UserError where the application does not let go of them
 */
export async function lockTables(client: Client, schema: string, parts: readonly Filled[]): Promise<void> {
  if (parts.length === 0) return;
  const all = parts.map(({ table }) => qualified(schema, table.target)).join(", ");
  try {
    await client.query(`SET LOCAL lock_timeout = '30s'; LOCK TABLE ${all} IN SHARE ROW EXCLUSIVE MODE`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== "55P03") throw error;
    throw new UserError(
      "The target's tables are in use by the application, which did not let go of them.",
      "Nothing was changed. Stop the application, then run again.",
      { cause: error },
    );
  }
}

/** The run's own triggers did their work in SQLite, when the application wrote these rows there. @returns what enables them again */
export async function disableTriggers(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  parts: readonly Filled[],
): Promise<string[]> {
  const enable: string[] = [];
  for (const { table } of parts) {
    const name = qualified(schema, table.target);
    const { rows } = await client.query<{ name: string }>(
      "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname = ANY ($2) AND NOT tgisinternal AND tgenabled = 'O'",
      [name, plan.triggers.filter((one) => one.table === table.target).map((one) => one.target)],
    );
    for (const trigger of rows) {
      await client.query(`ALTER TABLE ${name} DISABLE TRIGGER ${escapeIdentifier(trigger.name)}`);
      enable.push(`ALTER TABLE ${name} ENABLE TRIGGER ${escapeIdentifier(trigger.name)}`);
    }
  }
  return enable;
}

/** Moves the sequences past the keys; never back. ALTER SEQUENCE, because setval() would outlive a rollback. */
export async function advanceSequences(client: Client, schema: string, { table, target }: Filled): Promise<void> {
  for (const { name, sequence } of target.columns) {
    if (sequence === null || !table.columns.some((column) => column.target === name)) continue;
    const quoted = qualified(sequence.schema, sequence.name);
    const { rows } = await client.query<{ next: string }>(
      `SELECT (m.max::numeric + 1)::text AS next
       FROM (SELECT max(${escapeIdentifier(name)}) AS max FROM ${qualified(schema, table.target)}) AS m, ${quoted} AS s, pg_sequence AS p
       WHERE p.seqrelid = $1::regclass AND m.max < p.seqmax AND p.seqincrement > 0
         AND (m.max > s.last_value OR (m.max = s.last_value AND NOT s.is_called))`,
      [quoted],
    );
    if (rows[0] !== undefined) await client.query(`ALTER SEQUENCE ${quoted} RESTART WITH ${BigInt(rows[0].next)}`);
  }
}
