/**
 * `existing` mode: the rows go into the application's own tables, all in one transaction. Their foreign keys are dropped at its beginning and
 * added again at its end: that needs only to own the tables, takes any order and any cycle, and checks all rows at once.
 */
import { DatabaseError, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, TablePlan, TableReport } from "../model";
import { qualified } from "../plan/ddl";
import { takeOutFollowers } from "./followers";
import { describeHeld } from "./held";
import { type Loading, loadOneByOne } from "./load-tables";
import { Orphans } from "./orphans";
import type { LoadContext } from "./table";
import { readTargetTables } from "./target-tables";

/** A foreign key that was dropped, and the SQL that adds it again. */
export interface DroppedConstraint {
  table: string;
  name: string;
  definition: string;
}

/** Locks the tables, empties them where that is allowed, and takes their foreign keys off. @throws UserError when they hold rows that must stay */
export async function openTables(
  context: LoadContext,
  plan: MigrationPlan,
  overwrite: boolean,
): Promise<DroppedConstraint[]> {
  const { client, run, schema } = context;
  const all = plan.tables.map((table) => qualified(schema, table.target)).join(", ");
  try {
    await client.query(`SET LOCAL lock_timeout = '30s'; LOCK TABLE ${all} IN ACCESS EXCLUSIVE MODE`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== "55P03") throw error;
    throw new UserError(
      "The target's tables are in use by the application, which did not let go of them.",
      "Stop the application, then run again.",
      { cause: error },
    );
  }
  const filled: string[] = [];
  for (const table of plan.tables) {
    const name = qualified(schema, table.target);
    if ((await client.query(`SELECT 1 FROM ${name} LIMIT 1`)).rowCount === 0) continue;
    filled.push(table.target);
  }
  if (filled.length > 0 && !overwrite)
    throw new UserError(
      `The target's tables already hold rows: ${(await describeHeld(client, schema, filled)).join(", ")}.`,
      "Nothing was changed. Empty them, or allow overwriting to replace their rows.",
    );
  const constraints = await dropForeignKeys(context, plan);
  if (filled.length > 0) {
    run.progress(`emptying ${filled.join(", ")}`);
    await empty(context, plan, all);
  }
  return constraints;
}

async function dropForeignKeys({ client, schema }: LoadContext, plan: MigrationPlan): Promise<DroppedConstraint[]> {
  const { rows } = await client.query<DroppedConstraint>(
    `SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2) AND k.contype = 'f' AND k.conparentid = 0 ORDER BY 1, 2`,
    [schema, plan.tables.map((table) => table.target)],
  );
  for (const { table, name } of rows)
    await client.query(`ALTER TABLE ${qualified(schema, table)} DROP CONSTRAINT ${escapeIdentifier(name)}`);
  return rows;
}

/** TRUNCATE refuses a table that others refer to even when they are empty; then the rows are deleted. */
async function empty({ client, schema }: LoadContext, plan: MigrationPlan, all: string): Promise<void> {
  const { rows: others } = await client.query<{ schema: string; name: string }>(
    `SELECT DISTINCT n.nspname AS schema, c.relname AS name FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
     WHERE k.contype = 'f' AND pn.nspname = $1 AND p.relname = ANY ($2)`,
    [schema, plan.tables.map((table) => table.target)],
  );
  for (const other of others)
    if ((await client.query(`SELECT 1 FROM ${qualified(other.schema, other.name)} LIMIT 1`)).rowCount !== 0)
      throw new UserError(
        `The target's tables cannot be emptied: the rows of ${other.schema}.${other.name}, which has no source, refer to them.`,
        "Empty that table first.",
      );
  if (others.length === 0) await client.query(`TRUNCATE ${all}`);
  else for (const table of plan.tables) await client.query(`DELETE FROM ${qualified(schema, table.target)}`);
}

/** Loads all tables. A row whose parent is not there, or was set aside, is set aside too: the target's foreign keys have no room for it. */
export async function loadExisting(loading: Loading, plan: MigrationPlan): Promise<TableReport[]> {
  const { context } = loading;
  return await context.run.step("loading the rows", async () => {
    const orphans = new Orphans(context, plan);
    const reports = await loadOneByOne(loading, (table) => orphans.exclude(plan, table));
    await takeOutFollowers(context, plan, reports);
    return reports;
  });
}

/** Adds the foreign keys again, and sets the sequences past the keys. */
export async function finishTables(
  context: LoadContext,
  plan: MigrationPlan,
  constraints: DroppedConstraint[],
): Promise<void> {
  const { client, run, schema } = context;
  // Checks that wait for the commit would stand in the way of ALTER TABLE.
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  await run.step("adding the foreign keys again", async () => {
    for (const constraint of constraints) await addAgain(context, constraint);
  });
  await run.step("setting sequences and statistics", async () => {
    const targets = await readTargetTables(client, schema);
    for (const table of plan.tables) {
      for (const column of targets.find((target) => target.name === table.target)?.columns ?? [])
        if (column.sequence !== null && table.columns.some((planned) => planned.target === column.name))
          await advance(context, table, column.name, qualified(column.sequence.schema, column.sequence.name));
      await client.query(`ANALYZE ${qualified(schema, table.target)}`);
    }
  });
}

async function addAgain(
  { client, schema }: LoadContext,
  { table, name, definition }: DroppedConstraint,
): Promise<void> {
  try {
    await client.query(
      `ALTER TABLE ${qualified(schema, table)} ADD CONSTRAINT ${escapeIdentifier(name)} ${definition}`,
    );
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== "23503") throw error;
    throw new UserError(
      `The foreign key ${name} of ${table} does not hold for the rows loaded: ${error.detail ?? error.message}`,
      "Mend these rows in SQLite, then run again.",
      { cause: error },
    );
  }
}

/** Sets a sequence past every key; never back. ALTER SEQUENCE, because setval() would outlive a rollback. */
async function advance(
  { client, schema }: LoadContext,
  table: TablePlan,
  column: string,
  sequence: string,
): Promise<void> {
  const planned = table.columns.find((plan) => plan.target === column)?.identity ? table.nextIdentity : null;
  const { rows } = await client.query<{ next: string | null }>(
    `SELECT greatest((SELECT max(${escapeIdentifier(column)})::numeric + 1 FROM ${qualified(schema, table.target)}), $1::numeric,
                     (SELECT last_value::numeric + CASE WHEN is_called THEN 1 ELSE 0 END FROM ${sequence}))::text AS next`,
    [planned],
  );
  const next = rows[0]?.next;
  if (next !== null && next !== undefined)
    await client.query(`ALTER SEQUENCE ${sequence} RESTART WITH ${BigInt(next)}`);
}
