/**
 * Generated columns. The rows are loaded with the values that SQLite holds; then PostgreSQL computes each column, and only one that comes out the same in
 * every row is made GENERATED. PostgreSQL cannot make a column so afterwards: the table is made again and filled from the first.
 */
import { escapeIdentifier } from "pg";
import type { ColumnPlan, MigrationPlan, TablePlan } from "../model";
import { createTable, qualified } from "../plan/ddl";
import { generatedLeftBehind } from "../plan/generated";
import { typeSql } from "../plan/type-sql";
import { counted } from "../report/text";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

export function hasGenerated(table: TablePlan): boolean {
  return table.columns.some((column) => column.generated !== undefined);
}

/** The table as it is loaded first: a table with generated columns as one without, and without what the second one is to have. */
export function withoutGenerated(table: TablePlan): TablePlan {
  if (!hasGenerated(table)) return table;
  const columns = table.columns.map(({ generated, ...column }) => ({ ...column, default: null }));
  return { ...table, columns, identitySequence: null };
}

/** Makes the table as planned, with those of its generated columns that compute what SQLite holds. */
export async function settleGenerated(context: LoadContext, plan: MigrationPlan, table: TablePlan): Promise<void> {
  for (const column of table.columns) {
    const difference = await differs(context, table, column);
    if (difference !== null) fallBack(context, plan, table, column, difference);
  }
  try {
    await makeAgain(context, plan, table);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    for (const column of table.columns) fallBack(context, plan, table, column, `PostgreSQL says: ${error.message}`);
    await makeAgain(context, plan, table);
  }
}

/** Why a column cannot be computed here; null where it can, or is not generated. */
async function differs({ client, schema }: LoadContext, table: TablePlan, column: ColumnPlan): Promise<string | null> {
  if (column.generated === undefined) return null;
  // As texts, so that -0 is not 0, and types without an equality compare; numeric's zeros at the end mean nothing.
  const same = (sql: string) => (column.type.kind === "numeric" ? sql : `(${sql})::text`);
  const computed = `(${column.generated})::${typeSql(column.type)}`;
  try {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM ${qualified(schema, table.target)} WHERE ${same(computed)} IS DISTINCT FROM ${same(escapeIdentifier(column.target))}`,
    );
    const count = rows[0]?.count ?? "0";
    return count === "0" ? null : `PostgreSQL computes another value in ${counted(count, "row")}`;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `PostgreSQL says: ${error.message}`;
  }
}

function fallBack({ run }: LoadContext, plan: MigrationPlan, table: TablePlan, column: ColumnPlan, why: string): void {
  if (column.generated === undefined) return;
  const sql = `GENERATED ALWAYS AS (${column.generated}) STORED`;
  delete column.generated;
  plan.leftBehind.push(generatedLeftBehind(table.source, column.source, sql, why));
  run.log(`left behind: the expression of ${table.source}.${column.source}: ${why}`);
}

async function makeAgain({ client, schema }: LoadContext, plan: MigrationPlan, table: TablePlan): Promise<void> {
  const name = qualified(schema, table.target);
  // Others may be made again at the same time.
  const loaded = `pgstead loaded ${plan.tables.indexOf(table)}`;
  const first = qualified(schema, loaded);
  const columns = table.columns
    .filter((column) => column.generated === undefined)
    .map((column) => escapeIdentifier(column.target))
    .join(", ");
  await client.query("BEGIN");
  try {
    await client.query(`ALTER TABLE ${name} RENAME TO ${escapeIdentifier(loaded)}`);
    await client.query(createTable(schema, table));
    await client.query(
      columns === ""
        ? `INSERT INTO ${name} SELECT FROM ${first}`
        : `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${first}`,
    );
    await client.query(`DROP TABLE ${first}`);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
