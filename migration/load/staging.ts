/**
 * The staging schema of `create` mode: everything is made and proved in it, and one transaction puts it into place. Before that transaction commits
 * the target is as it was, whatever ends the run.
 */
import { createHash } from "node:crypto";
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan } from "../model";
import { qualified } from "../plan/ddl";
import { groupsOf } from "./groups";
import { describeHeld } from "./held";
import type { OnProgress } from "./run";

/** Staging schemas of one target schema share this beginning, so that a later run, which holds the lock, knows a dead one's. */
function prefix(schema: string): string {
  return `pgstead_staging_${createHash("sha256").update(schema).digest("hex").slice(0, 8)}_`;
}

/** Makes the staging schema, after dropping what dead runs have left. @returns its name */
export async function openStaging(client: Client, schema: string, runId: string): Promise<string> {
  const { rows } = await client.query<{ nspname: string }>(
    "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)",
    [prefix(schema)],
  );
  for (const { nspname } of rows) await dropStaging(client, nspname);
  const name = prefix(schema) + runId;
  try {
    await client.query(`CREATE SCHEMA ${escapeIdentifier(name)}`);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501")
      throw new UserError(
        "The role may not make a staging schema in the database.",
        "Grant it: GRANT CREATE ON DATABASE … TO …; or make it the database's owner.",
        { cause: error },
      );
    throw error;
  }
  // What is staged is worth nothing after a crash; the swap's own commit is synchronous, and what came before is on disk with it.
  await client.query("SET synchronous_commit TO off");
  return name;
}

/** In groups of tables: the locks of thousands of them, held to the end of one transaction, have no room on a server with its default settings. */
export async function dropStaging(client: Client, staging: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'",
    [staging],
  );
  for (const group of groupsOf(rows.map(({ name }) => qualified(staging, name))))
    await client.query(`DROP TABLE ${group.join(", ")} CASCADE`);
  await client.query(`DROP SCHEMA IF EXISTS ${escapeIdentifier(staging)} CASCADE`);
}

interface Occupied {
  name: string;
  kind: string;
  /** The table that an index or sequence belongs to. */
  owner: string | null;
}

/** What the swap replaces. */
export interface Replaced {
  tables: string[];
  views: string[];
}

/**
 * Refuses a target schema in which a planned name is taken: by a table or view, unless it may be replaced, or by anything else.
 *
 * @returns the tables and views that the swap replaces
 */
export async function checkNames(client: Client, plan: MigrationPlan, overwrite: boolean): Promise<Replaced> {
  await requireSchema(client, plan.schema);
  const tables = plan.tables.map((table) => table.target);
  const planned = plan.views.map((view) => view.target);
  const names = plan.tables.flatMap((table) => [
    table.target,
    ...(table.identitySequence === null ? [] : [table.identitySequence]),
    ...(table.primaryKey === null ? [] : [table.primaryKey.name]),
    ...table.uniques.map((unique) => unique.name),
    ...table.indexes.map((index) => index.name),
  ]);
  names.push(...planned);
  const { rows } = await client.query<Occupied>(
    `SELECT c.relname AS name, c.relkind AS kind,
            coalesce((SELECT t.relname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE i.indexrelid = c.oid),
                     (SELECT t.relname FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S' AND d.deptype IN ('a', 'i') LIMIT 1)) AS owner
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2) ORDER BY c.relname`,
    [plan.schema, names],
  );
  const replaced = rows
    .filter((row) => tables.includes(row.name) && ["r", "p"].includes(row.kind))
    .map((row) => row.name);
  const views = rows.filter((row) => planned.includes(row.name) && row.kind === "v").map((row) => row.name);
  const others = rows.filter(
    (row) =>
      !replaced.includes(row.name) &&
      !views.includes(row.name) &&
      !(row.owner !== null && replaced.includes(row.owner)),
  );
  if (others.length > 0)
    throw new UserError(
      `In the schema ${plan.schema} of the target these names are taken by other objects: ${others.map((row) => row.name).join(", ")}.`,
      "Drop or rename them, or migrate into another schema.",
    );
  if (replaced.length > 0 && !overwrite)
    throw new UserError(
      `The schema ${plan.schema} of the target already has ${replaced.length === 1 ? "the table" : "the tables"} ${(await describeHeld(client, plan.schema, replaced)).join(", ")}.`,
      "Nothing was changed. Migrate into another schema, or allow overwriting to replace exactly these tables and lose what they hold.",
    );
  if (views.length > 0 && !overwrite)
    throw new UserError(
      `The schema ${plan.schema} of the target already has ${views.length === 1 ? "the view" : "the views"} ${views.join(", ")}.`,
      "Nothing was changed. Migrate into another schema, or allow overwriting to replace exactly these views.",
    );
  return { tables: replaced, views };
}

/** What would only show when everything is loaded and proved. An owner of the database need not own its schema public, and since PostgreSQL 15 others may not make tables there. */
async function requireSchema(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean; name: string }>(
    "SELECT has_schema_privilege(oid, 'CREATE') AS may, quote_ident(nspname) AS name FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  const [there] = rows;
  if (there === undefined || there.may) return;
  throw new UserError(
    `The role may not make tables in the schema ${schema} of the target: nothing was changed.`,
    `Grant it: GRANT USAGE, CREATE ON SCHEMA ${there.name} TO …; or migrate into a schema of its own.`,
  );
}

const asTables = (schema: string, tables: string[]) => tables.map((table) => qualified(schema, table)).join(", ");

/** Privileges on the tables and views that are replaced: the new ones do not have them. */
export async function lostPrivileges(client: Client, schema: string, replaced: string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; what: string; acl: string }>(
    `SELECT c.relname AS name, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS what, c.relacl::text AS acl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relacl IS NOT NULL ORDER BY 1`,
    [schema, replaced],
  );
  return rows.map(
    ({ name, what, acl }) =>
      `The ${what} ${name} is replaced, and the privileges granted on it go with it: ${acl}. Grant them again.`,
  );
}

/** Refuses to replace tables that other objects depend on, by trying it in a transaction that is rolled back. */
export async function checkReplaceable(client: Client, schema: string, replaced: Replaced): Promise<void> {
  if (replaced.tables.length === 0 && replaced.views.length === 0) return;
  await client.query("BEGIN; SET LOCAL lock_timeout = '10s'");
  try {
    await dropReplaced(client, schema, replaced);
  } catch (error) {
    throw explainDrop(error, schema);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** Views of an earlier run first, which stand on its tables. */
async function dropReplaced(client: Client, schema: string, { tables, views }: Replaced): Promise<void> {
  if (views.length > 0) await client.query(`DROP VIEW IF EXISTS ${asTables(schema, views)}`);
  if (tables.length > 0) await client.query(`DROP TABLE ${asTables(schema, tables)}`);
}

function explainDrop(error: unknown, schema: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === "2BP01")
    return new UserError(
      `The tables of the schema ${schema} cannot be replaced: other objects depend on them: ${(error.detail ?? error.message).replaceAll("\n", "; ")}.`,
      "Drop those objects first, or migrate into another schema.",
      { cause: error },
    );
  if (error.code === "55P03")
    return new UserError(
      `The tables of the schema ${schema} are in use by the application, which did not let go of them.`,
      "Stop the application, then run again.",
      { cause: error },
    );
  return error;
}

/**
 * Puts the staged tables and views into place in the transaction that the caller has opened and will commit.
 *
 * @param expected what is replaced, as it was found before the load: a view that stays behind since then goes too
 */
export async function swapIntoPlace(
  client: Client,
  staging: string,
  plan: MigrationPlan,
  expected: Replaced,
  overwrite: boolean,
  progress: OnProgress,
): Promise<void> {
  const { schema } = plan;
  await client.query("SET LOCAL synchronous_commit TO on; SET LOCAL lock_timeout = '30s'");
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
    const replaced = await checkNames(client, plan, overwrite);
    const views = [...new Set([...replaced.views, ...expected.views])];
    await dropReplaced(client, schema, { tables: replaced.tables, views });
    const names = [...replaced.tables, ...views];
    if (names.length > 0) progress(`replacing ${names.join(", ")}`);
    for (const table of plan.tables)
      await client.query(`ALTER TABLE ${qualified(staging, table.target)} SET SCHEMA ${escapeIdentifier(schema)}`);
    for (const view of plan.views)
      await client.query(`ALTER VIEW ${qualified(staging, view.target)} SET SCHEMA ${escapeIdentifier(schema)}`);
    await client.query(`DROP SCHEMA ${escapeIdentifier(staging)} RESTRICT`);
  } catch (error) {
    throw explainDrop(error, schema);
  }
}
