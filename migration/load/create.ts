/** `create` mode: tables, rows, keys, foreign keys and sequences, all in the staging schema. */
import { type Client, DatabaseError } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, Policies, TablePlan, TableReport } from "../model";
import { createKeys, createTable, qualified } from "../plan/ddl";
import { counted } from "../report/text";
import type { Builders } from "./builders";
import { makeChecks } from "./checks";
import { settleDefaults } from "./defaults";
import { distributeTables } from "./distribute";
import { type EqualRows, equalLocators, excludeEqual } from "./equal-rows";
import { makeForeignKeys } from "./foreign-keys";
import { hasGenerated, settleGenerated, withoutGenerated } from "./generated";
import { createKey } from "./keys";
import { type Loading, loadOneByOne, loadTables } from "./load-tables";
import { type Exclude, Orphans, unfitRows } from "./orphans";
import type { LoadContext } from "./table";

/** Makes the tables and loads their rows. The keys of each are begun as soon as its rows are there, over the builders' connections. */
export async function loadStaging(
  loading: Loading,
  plan: MigrationPlan,
  equal: EqualRows[],
  policy: Policies["orphans"],
  builders: Builders,
): Promise<TableReport[]> {
  const { context } = loading;
  const { client, run, schema } = context;
  await run.step(`making ${counted(plan.tables.length, "table")}`, async () => {
    for (const table of plan.tables) {
      await settleDefaults(context, plan, table);
      await makeTable(client, schema, withoutGenerated(table));
    }
    await distributeTables(client, schema, plan.tables);
  });
  const orphans =
    policy === "keep"
      ? null
      : await run.step("looking for orphans", () => {
          const doomed = unfitRows(context, plan);
          for (const rows of equal) for (const row of equalLocators(rows)) doomed.add(rows.table.source, row);
          return new Orphans(context, plan, doomed);
        });
  const tables = plan.tables.map(withoutGenerated);
  const load = { ...loading, tables };
  const finish = (table: TablePlan) => finishTable(builders, plan, plan.tables[tables.indexOf(table)] ?? table);
  const excludeOf = (table: TablePlan): Exclude | null => {
    const reasons = [excludeEqual(equal, table), orphans?.exclude(plan, table) ?? null].filter((one) => one !== null);
    if (reasons.length === 0) return null;
    return (locator) => reasons.reduce<ReturnType<Exclude>>((why, exclude) => why ?? exclude(locator), null);
  };
  return await run.step("loading the rows", () =>
    // Which rows of a table are orphans is known when its parents are loaded.
    orphans === null && equal.length === 0 ? loadTables(load, finish) : loadOneByOne(load, excludeOf, finish),
  );
}

/** Computes generated columns, and makes keys, indexes and statistics, as far as tasks can go side by side. */
function finishTable(builders: Builders, plan: MigrationPlan, table: TablePlan): void {
  const isConstraint = (name: string) =>
    table.primaryKey?.name === name || table.uniques.some((unique) => unique.name === name);
  builders.add(async (own) => {
    if (hasGenerated(table)) await settleGenerated(own, plan, table);
    const keys = createKeys(own.schema, table);
    // Before an index on hashes takes the place of a constraint, which makes it at once.
    const indexes = keys.filter(({ name }) => !isConstraint(name));
    // A constraint locks its table; indexes of one table can be made side by side.
    for (const { name, sql } of keys) if (isConstraint(name)) await createKey(own, plan, table, name, sql);
    let left = indexes.length;
    const analyze = async ({ client, schema }: LoadContext) => {
      if (!isSmall(table)) await client.query(`ANALYZE ${qualified(schema, table.target)}`);
    };
    if (left === 0) await analyze(own);
    for (const { name, sql } of indexes)
      builders.add(async (other) => {
        await createKey(other, plan, table, name, sql);
        // It would wait for indexes that are being made.
        if (--left === 0) await analyze(other);
      });
  });
}

/** Makes what belongs to the loaded tables. The plan's warnings and orphan counts are completed with what the server found. */
export async function finishStaging({ context }: Loading, plan: MigrationPlan, builders: Builders): Promise<void> {
  const { client, run, schema } = context;
  await run.step("making keys and indexes", () => builders.idle());
  await run.step("setting sequences and statistics", async () => {
    const restarts = plan.tables.flatMap(({ identitySequence, nextIdentity }) =>
      identitySequence === null || nextIdentity === null
        ? []
        : `ALTER SEQUENCE ${qualified(schema, identitySequence)} RESTART WITH ${BigInt(nextIdentity)}`,
    );
    for (const group of groupsOf(restarts)) await client.query(group.join("; "));
    const small = plan.tables.filter(isSmall).map(({ target }) => qualified(schema, target));
    for (const group of groupsOf(small))
      builders.add(async (own) => {
        await own.client.query(`ANALYZE ${group.join(", ")}`);
      });
    await builders.idle();
  });
  await run.step("making checks and foreign keys", async () => {
    for (const table of plan.tables) await makeChecks(context, plan, table);
    const largest = [...plan.tables].sort((a, b) => Number(b.rowCount) - Number(a.rowCount));
    await makeForeignKeys(context, plan, largest, builders);
  });
}

/** A table whose statistics are made together with others'. */
function isSmall({ rowCount }: TablePlan): boolean {
  return Number(rowCount) < 20_000;
}

/** Small statements go together, since each alone would wait for an answer. */
const atOnce = 50;

function groupsOf<T>(all: T[]): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < all.length; from += atOnce) groups.push(all.slice(from, from + atOnce));
  return groups;
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
