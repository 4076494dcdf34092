/** Foreign keys, made when all tables and their keys are there. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import type { ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { addForeignKey, qualified } from "../plan/ddl";
import type { Builders } from "./builders";
import type { LoadContext } from "./table";

/** From here on a foreign key takes longer to check than to ask for it once more. */
const manyRows = 20_000;

/** Makes the foreign keys: valid at once where the rows are few; else they are checked side by side afterwards, which locks only the referring table. */
export async function makeForeignKeys(
  context: LoadContext,
  plan: MigrationPlan,
  tables: TablePlan[],
  builders: Builders,
): Promise<void> {
  const later: { table: TablePlan; keys: ForeignKeyPlan[] }[] = [];
  for (const table of tables) {
    const keys: ForeignKeyPlan[] = [];
    for (const key of [...table.foreignKeys]) {
      if (Number(table.rowCount) < manyRows || key.orphans > 0) await makeForeignKey(context, plan, table, key, null);
      else if (await makeForeignKey(context, plan, table, key, "later")) keys.push(key);
    }
    if (keys.length > 0) later.push({ table, keys });
  }
  for (const { table, keys } of later)
    builders.add(async (own) => {
      for (const key of keys) await validate(own, plan, table, key);
    });
  await builders.idle();
}

/** Checks the rows for a foreign key that is there. Where some have nothing to refer to, it stays NOT VALID. */
async function validate({ client, schema }: LoadContext, plan: MigrationPlan, table: TablePlan, key: ForeignKeyPlan) {
  try {
    await client.query(
      `ALTER TABLE ${qualified(schema, table.target)} VALIDATE CONSTRAINT ${escapeIdentifier(key.name)}`,
    );
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== "23503") throw error;
    await warnOfOrphans(client, schema, plan, table, key);
  }
}

/** SQLite saw none: their parents were set aside, or a collation of SQLite's made two texts equal that are not. */
async function warnOfOrphans(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
  key: ForeignKeyPlan,
): Promise<void> {
  key.orphans = await countOrphans(client, schema, table, key);
  plan.warnings.push(
    `${key.orphans} ${key.orphans === 1 ? "row of" : "rows of"} ${table.target} ${key.orphans === 1 ? "has" : "have"} no row in ${key.referencedTable} to refer to: the foreign key ${key.name} is NOT VALID. Mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.`,
  );
}

/** There is no unique constraint for the referenced columns: values too long for one have an index on hashes. */
const noKeyToReferTo = "42830";

/** @param check `later`: the rows are not looked at yet. @returns whether it is there */
async function makeForeignKey(
  { client, run, schema }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  key: ForeignKeyPlan,
  check: "later" | null,
): Promise<boolean> {
  if (key.orphans > 0 && (await countOrphans(client, schema, table, key)) === 0) {
    key.orphans = 0;
    plan.warnings.push(
      `The rows of ${table.target} without a row in ${key.referencedTable} were all set aside: the foreign key ${key.name} is valid.`,
    );
  }
  if (key.orphans === 0) {
    try {
      await client.query(addForeignKey(schema, table, key, check === null));
      return true;
    } catch (error) {
      if (error instanceof DatabaseError && error.code === noKeyToReferTo) {
        const reason = `The columns it refers to in ${key.referencedTable} are unique by an index on hashes only, since values are too long: PostgreSQL lets no foreign key refer to those.`;
        plan.leftBehind.push({
          kind: "foreign key",
          name: table.source,
          reason,
          sql: addForeignKey(plan.schema, table, key, true),
        });
        table.foreignKeys = table.foreignKeys.filter((other) => other !== key);
        run.log(`left behind: the foreign key ${key.name} of ${table.source}: ${reason}`);
        return false;
      }
      if (!(error instanceof DatabaseError) || error.code !== "23503") throw error;
      await warnOfOrphans(client, schema, plan, table, key);
    }
  }
  await client.query(addForeignKey(schema, table, key, false));
  return true;
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
