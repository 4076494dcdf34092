/** Distributed and reference tables of a Citus cluster, made through its coordinator. */
import type { Client } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, TablePlan } from "../model";
import { distributeTable } from "../plan/ddl";

/** @throws UserError where tables are to be distributed and the target cannot */
export async function requireCitus(client: Client, plan: MigrationPlan): Promise<void> {
  if (plan.tables.every(({ distribution }) => distribution === undefined)) return;
  const { rows } = await client.query<{ here: string }>(
    `SELECT count(DISTINCT proname)::text AS here FROM pg_proc
     WHERE proname IN ('create_distributed_table', 'create_reference_table') AND pg_function_is_visible(oid)`,
  );
  if (rows[0]?.here === "2") return;
  throw new UserError(
    "Tables are to be distributed, and the target has no Citus: nothing was changed.",
    "Run CREATE EXTENSION citus in the database, on the coordinator of the cluster; or leave distribution out.",
  );
}

/**
 * Distributes the tables that have just been made: while they are empty, so that rows go to their workers as they are loaded, and before their keys,
 * which Citus then makes on every shard. Tables distributed by the same type lie together.
 */
export async function distributeTables(client: Client, schema: string, tables: readonly TablePlan[]): Promise<void> {
  for (const table of tables) {
    const sql = distributeTable(schema, table);
    if (sql !== undefined) await client.query(sql);
  }
}
