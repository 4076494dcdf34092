/** `create` mode: tables, rows, keys, foreign keys and sequences, all in the staging schema. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { ForeignKeyPlan, MigrationPlan, Policies, TablePlan, TableReport } from "../model";
import { addForeignKey, createIndex, createKeys, createTable, qualified } from "../plan/ddl";
import { hashesLeftBehind, indexLeftBehind, replaceByHashes } from "../plan/indexes";
import { counted } from "../report/text";
import { Builders } from "./builders";
import { makeChecks } from "./checks";
import { settleDefaults } from "./defaults";
import { hasGenerated, settleGenerated, withoutGenerated } from "./generated";
import { type Loading, loadOneByOne, loadTables } from "./load-tables";
import { Orphans, unfitRows } from "./orphans";
import type { LoadContext } from "./table";

/** Makes the tables and loads their rows. */
export async function loadStaging(
  loading: Loading,
  plan: MigrationPlan,
  policy: Policies["orphans"],
): Promise<TableReport[]> {
  const { context } = loading;
  const { client, run, schema } = context;
  await run.step(`making ${counted(plan.tables.length, "table")}`, async () => {
    for (const table of plan.tables) {
      await settleDefaults(context, plan, table);
      await makeTable(client, schema, withoutGenerated(table));
    }
  });
  const orphans =
    policy === "keep"
      ? null
      : await run.step("looking for orphans", () => new Orphans(context, plan, unfitRows(context, plan)));
  const load = { ...loading, tables: plan.tables.map(withoutGenerated) };
  const reports = await run.step("loading the rows", () =>
    // Which rows of a table are orphans is known when its parents are loaded.
    orphans === null ? loadTables(load) : loadOneByOne(load, (table) => orphans.exclude(plan, table)),
  );
  const computed = plan.tables.filter(hasGenerated);
  if (computed.length > 0)
    await run.step("computing generated columns", async () => {
      for (const table of computed) await settleGenerated(context, plan, table);
    });
  return reports;
}

/** Makes what belongs to the loaded tables. The plan's warnings and orphan counts are completed with what the server found. */
export async function finishStaging({ context, target, crew }: Loading, plan: MigrationPlan): Promise<void> {
  const { client, run, schema } = context;
  // Small tables are done before a second connection is there.
  const builders = await Builders.open(context, crew.threads.length > 0 || plan.tables.length > 100 ? target : null);
  const largest = [...plan.tables].sort((a, b) => Number(b.rowCount) - Number(a.rowCount));
  try {
    await run.step("making keys and indexes", async () => {
      const isConstraint = (table: TablePlan, name: string) =>
        table.primaryKey?.name === name || table.uniques.some((unique) => unique.name === name);
      // Before an index on hashes takes the place of a constraint, which makes it at once.
      const indexes = largest.flatMap((table) =>
        createKeys(schema, table)
          .filter(({ name }) => !isConstraint(table, name))
          .map((key) => ({ table, ...key })),
      );
      // A constraint locks its table; indexes of one table can be made side by side.
      await builders.each(largest, async (own, table) => {
        for (const { name, sql } of createKeys(schema, table))
          if (isConstraint(table, name)) await createKey(own, plan, table, name, sql);
      });
      await builders.each(indexes, (own, { table, name, sql }) => createKey(own, plan, table, name, sql));
    });
    await run.step("setting sequences and statistics", async () => {
      const restarts = plan.tables.flatMap(({ identitySequence, nextIdentity }) =>
        identitySequence === null || nextIdentity === null
          ? []
          : `ALTER SEQUENCE ${qualified(schema, identitySequence)} RESTART WITH ${BigInt(nextIdentity)}`,
      );
      for (let from = 0; from < restarts.length; from += atOnce)
        await client.query(restarts.slice(from, from + atOnce).join("; "));
      const large = largest.filter(({ rowCount }) => Number(rowCount) >= manyRows);
      const groups = large.map((table) => [table]);
      for (let from = large.length; from < largest.length; from += atOnce)
        groups.push(largest.slice(from, from + atOnce));
      await builders.each(groups, async (own, tables) => {
        await own.client.query(`ANALYZE ${tables.map(({ target }) => qualified(schema, target)).join(", ")}`);
      });
    });
    await run.step("making checks and foreign keys", async () => {
      for (const table of plan.tables) await makeChecks(context, plan, table);
      // Valid at once where the rows are few; else they are checked side by side afterwards, which locks only the referring table.
      const later: { table: TablePlan; keys: ForeignKeyPlan[] }[] = [];
      for (const table of largest) {
        const keys: ForeignKeyPlan[] = [];
        for (const key of [...table.foreignKeys]) {
          if (Number(table.rowCount) < manyRows || key.orphans > 0)
            await makeForeignKey(context, plan, table, key, null);
          else if (await makeForeignKey(context, plan, table, key, "later")) keys.push(key);
        }
        if (keys.length > 0) later.push({ table, keys });
      }
      await builders.each(later, async (own, { table, keys }) => {
        for (const key of keys) await validate(own, plan, table, key);
      });
    });
  } finally {
    await builders.close();
  }
}

/** From here on a foreign key takes longer to check than to ask for it once more. */
const manyRows = 20_000;

/** Small statements that go together, since each alone would wait for an answer. */
const atOnce = 50;

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

async function makeTable(client: Client, schema: string, table: TablePlan): Promise<void> {
  try {
    await client.query(createTable(schema, table));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new UserError(
      `The table ${table.source} cannot be made: ${error.message}.`,
      "Exclude it, or change it in SQLite first.",
      { cause: error },
    );
  }
}

/** PostgreSQL's limits (54000: a value of more than about 2700 bytes in a B-tree index; 54011: more than 32 columns), and types without an order (42704). */
const notIndexable = /^(54...|42704)$/;

/** Makes a key or an index. An index that only makes look-ups fast is left behind where PostgreSQL has no room for it; what keeps rows unique is not. */
async function createKey(
  context: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  name: string,
  sql: string,
): Promise<void> {
  const { client, run, schema } = context;
  try {
    await client.query(sql);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const limit = notIndexable.test(error.code ?? "");
    const index = table.indexes.find((one) => one.name === name);
    const isTranslated = index?.source !== undefined;
    const leave = (reason: string) => {
      plan.leftBehind.push(
        indexLeftBehind(
          name,
          index?.unique ?? true,
          index?.source ?? createKeys(plan.schema, table).find((key) => key.name === name)?.sql ?? null,
          reason,
        ),
      );
      table.indexes = table.indexes.filter((one) => one.name !== name);
      run.log(`left behind: the index ${name} of ${table.source}: ${reason}`);
    };
    if (limit && index !== undefined && !index.unique)
      return leave(
        `PostgreSQL cannot make it: ${error.message}. ${error.code === "54000" ? "Make one on md5() of the column, or a full-text index, in its place" : "Make one on fewer columns in its place"}`,
      );
    if (isTranslated) return leave(`PostgreSQL cannot make it: ${error.message}`);
    if (error.code === "54000" && (await useHashes(context, plan, table, name))) return;
    const next = limit
      ? "PostgreSQL's indexes take values up to about 2700 bytes and 32 columns: drop the constraint in SQLite first, or exclude the table."
      : error.code === "23505"
        ? `Rows that SQLite takes as different are equal here${await equalRows(client, schema, table, name)}: mend them in SQLite first.`
        : "Drop it in SQLite first, and make it by hand afterwards.";
    throw new UserError(
      `The index ${name} of ${table.source} cannot be made: ${error.message}${error.detail ? ` (${error.detail})` : ""}.`,
      next,
      { cause: error },
    );
  }
}

/** Keeps rows unique whose values are too long for an index, by an index on their hashes. @returns whether it could */
async function useHashes(
  { client, run, schema }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  name: string,
): Promise<boolean> {
  const replaced = replaceByHashes(table, name);
  if (replaced === null) return false;
  await client.query(createIndex(qualified(schema, table.target), replaced));
  plan.leftBehind.push(hashesLeftBehind(table, name));
  run.log(`${name} of ${table.source} is an index on hashes: its values are too long for one on themselves`);
  return true;
}

const equalRowsShown = 10;

/** The rows that stand in the way of a unique index, by their keys. */
async function equalRows(client: Client, schema: string, table: TablePlan, name: string): Promise<string> {
  const unique = [...(table.primaryKey === null ? [] : [table.primaryKey]), ...table.uniques];
  const columns =
    unique.find((key) => key.name === name)?.columns ??
    table.indexes.find((index) => index.name === name)?.columns.map((column) => column.name) ??
    [];
  const shown = [
    ...new Set([
      ...table.columns.filter((column) => table.shownKey.includes(column.source)).map((column) => column.target),
      ...columns,
    ]),
  ];
  const list = (names: string[]) => names.map(escapeIdentifier).join(", ");
  const { rows } = await client.query<string[]>({
    text: `SELECT ${shown.map((column) => `left(${escapeIdentifier(column)}::text, 60)`).join(", ")}
      FROM (SELECT *, count(*) OVER (PARTITION BY ${list(columns)}) AS "pgstead equal" FROM ${qualified(schema, table.target)}
            WHERE num_nulls(${list(columns)}) = 0) AS r
      WHERE "pgstead equal" > 1 ORDER BY ${list(columns)}, ${list(shown)} LIMIT ${equalRowsShown + 1}`,
    rowMode: "array",
  });
  const row = (values: string[]) => shown.map((column, index) => `${column} ${values[index]}`).join(", ");
  const more = rows.length > equalRowsShown ? "; …" : "";
  return ` (${rows.slice(0, equalRowsShown).map(row).join("; ")}${more})`;
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
