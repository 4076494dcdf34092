/** `create` mode: tables, rows, keys, foreign keys and sequences, all in the staging schema. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { ForeignKeyPlan, MigrationPlan, TablePlan, TableReport } from "../model";
import { addForeignKey, createKeys, createTable, qualified } from "../plan/ddl";
import { type LoadContext, loadTable } from "./table";

/** Makes the tables and loads their rows. */
export async function loadStaging(context: LoadContext, plan: MigrationPlan): Promise<TableReport[]> {
  const { client, run, schema } = context;
  await run.step(`making ${plan.tables.length} tables`, async () => {
    for (const table of plan.tables) await client.query(createTable(schema, table));
  });
  const reports: TableReport[] = [];
  for (const table of plan.tables) reports.push(await loadTable(context, table));
  return reports;
}

/** Makes what belongs to the loaded tables. The plan's warnings and orphan counts are completed with what the server found. */
export async function finishStaging(context: LoadContext, plan: MigrationPlan): Promise<void> {
  const { client, run, schema } = context;
  await run.step("making keys and indexes", async () => {
    for (const table of plan.tables)
      for (const { name, sql } of createKeys(schema, table)) await createKey(client, table, name, sql);
  });
  await run.step("making foreign keys", async () => {
    for (const table of plan.tables)
      for (const key of table.foreignKeys) await makeForeignKey(client, schema, plan, table, key);
  });
  await run.step("setting sequences and statistics", async () => {
    for (const table of plan.tables)
      if (table.identitySequence !== null && table.nextIdentity !== null)
        await client.query(
          `ALTER SEQUENCE ${qualified(schema, table.identitySequence)} RESTART WITH ${BigInt(table.nextIdentity)}`,
        );
    for (const table of plan.tables) await client.query(`ANALYZE ${qualified(schema, table.target)}`);
  });
}

async function createKey(client: Client, table: TablePlan, name: string, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    // 54000: a value of more than about 2700 bytes in a B-tree index.
    const next =
      error.code === "54000"
        ? "PostgreSQL's indexes take values up to about 2700 bytes: drop this index in SQLite first, and make one on md5() of the column, or a full-text index, afterwards."
        : error.code === "23505"
          ? "Rows that SQLite takes as different are equal here; mend them in SQLite first."
          : "Drop it in SQLite first, and make it by hand afterwards.";
    throw new UserError(
      `The index ${name} of ${table.source} cannot be made: ${error.message}${error.detail ? ` (${error.detail})` : ""}.`,
      next,
      { cause: error },
    );
  }
}

async function makeForeignKey(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
  key: ForeignKeyPlan,
): Promise<void> {
  if (key.orphans === 0) {
    try {
      await client.query(addForeignKey(schema, table, key, true));
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== "23503") throw error;
      // SQLite saw none: their parents were set aside, or a collation of SQLite's made two texts equal that are not.
      key.orphans = await countOrphans(client, schema, table, key);
      plan.warnings.push(
        `${key.orphans} rows of ${table.target} have no row in ${key.referencedTable} to refer to: the foreign key ${key.name} is NOT VALID. Mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.`,
      );
    }
  }
  await client.query(addForeignKey(schema, table, key, false));
}

async function countOrphans(client: Client, schema: string, table: TablePlan, key: ForeignKeyPlan): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM ${qualified(schema, table.target)} c
     WHERE ${key.columns.map((column) => `c.${escapeIdentifier(column)} IS NOT NULL`).join(" AND ")}
     AND NOT EXISTS (SELECT 1 FROM ${qualified(schema, key.referencedTable)} p WHERE ${key.columns
       .map(
         (column, position) =>
           `p.${escapeIdentifier(key.referencedColumns[position] ?? "")} = c.${escapeIdentifier(column)}`,
       )
       .join(" AND ")})`,
  );
  return Number(rows[0]?.count ?? 0);
}
