/** Foreign keys, made when all tables and their keys are there. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import type { ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { addForeignKey, qualified } from "../plan/ddl";
import { foldedOver } from "../plan/indexes";
import { orphansKept, orphansShown } from "../plan/orphans";
import type { Builders } from "./builders";
import type { LoadContext } from "./table";

/** From here on the rows are checked when the foreign key is there: it takes longer than to ask once more. */
const manyRows = 20_000;

/** Adds the work of making a table's foreign keys. All of its rows and keys are there, and so are those of the tables that it refers to. */
export function addForeignKeys(builders: Builders, plan: MigrationPlan, table: TablePlan): void {
  const rows = Number(table.rowCount);
  const many = rows >= manyRows;
  const make = async (context: LoadContext) => {
    const later: ForeignKeyPlan[] = [];
    for (const key of [...table.foreignKeys])
      if ((await makeForeignKey(context, plan, table, key, many)) && many) later.push(key);
    const check = async (own: LoadContext) => {
      for (const key of later) await validate(own, plan, table, key);
    };
    // Which does not lock the tables referred to.
    if (later.length > 0) builders.add({ tables: [table.target], rows, work: check });
  };
  const parents = table.foreignKeys.map(({ referencedTable }) => referencedTable);
  builders.add({ tables: [table.target, ...parents], rows, work: make });
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

/**
 * Notes, and warns, how many rows have nothing to refer to, as the server sees it: in SQLite it may have been so too, or their parents were set aside, or a collation of
 * SQLite's made two texts equal that are not.
 */
async function warnOfOrphans(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
  key: ForeignKeyPlan,
): Promise<void> {
  key.orphans = await countOrphans(client, schema, table, key);
  const shown = await someOrphans(client, schema, table, key);
  const parent = plan.tables.find(({ target }) => target === key.referencedTable);
  const found = {
    rows: key.orphans,
    shown,
    table: table.target,
    parent: key.referencedTable,
    collated: parent !== undefined && foldedOver(parent, key.referencedColumns).length > 0,
  };
  plan.warnings.push(orphansKept(found, key.name));
}

/** There is no unique constraint for the referenced columns: values too long for one have an index on hashes. */
const noKeyToReferTo = "42830";

/** @param later whether the rows are not looked at yet. @returns whether it is there */
async function makeForeignKey(
  { client, run, schema }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  key: ForeignKeyPlan,
  later: boolean,
): Promise<boolean> {
  try {
    await client.query(addForeignKey(schema, table, key, !later));
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
  await client.query(addForeignKey(schema, table, key, false));
  return true;
}

async function countOrphans(client: Client, schema: string, table: TablePlan, key: ForeignKeyPlan): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) ${orphansOf(schema, table, key)}`);
  return Number(rows[0]?.count ?? 0);
}

/** The first of them, named by their keys; none where no columns of the target that have an order tell rows apart. */
async function someOrphans(client: Client, schema: string, table: TablePlan, key: ForeignKeyPlan): Promise<string[]> {
  const named = table.columns.filter(
    ({ source, type }) => table.shownKey.includes(source) && !["json", "other"].includes(type.kind),
  );
  if (named.length < table.shownKey.length) return [];
  const columns = named.map(({ target }) => `c.${escapeIdentifier(target)}`).join(", ");
  const texts = named.map(({ target }) => `left(c.${escapeIdentifier(target)}::text, 40)`).join(", ");
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${texts} ${orphansOf(schema, table, key)} ORDER BY ${columns} LIMIT ${orphansShown}`,
    rowMode: "array",
  });
  return rows.map((row) => named.map(({ target }, i) => `${target} ${row[i] ?? "NULL"}`).join(" and "));
}

/** The rows that have a key and no parent. */
function orphansOf(schema: string, table: TablePlan, key: ForeignKeyPlan): string {
  const given = key.columns.map((column) => `c.${escapeIdentifier(column)} IS NOT NULL`);
  const equal = key.columns.map(
    (column, i) => `p.${escapeIdentifier(key.referencedColumns[i] ?? "")} = c.${escapeIdentifier(column)}`,
  );
  return `FROM ${qualified(schema, table.target)} c WHERE ${given.join(" AND ")}
    AND NOT EXISTS (SELECT 1 FROM ${qualified(schema, key.referencedTable)} p WHERE ${equal.join(" AND ")})`;
}
