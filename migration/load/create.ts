/** `create` mode: tables, rows, keys, foreign keys and sequences, all in the staging schema. */
import type { Client } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, Policies, TablePlan, TableReport } from "../model";
import { createTable, qualified } from "../plan/ddl";
import { counted } from "../report/text";
import type { Builders } from "./builders";
import { settleDefaults } from "./defaults";
import { distributeTables } from "./distribute";
import { type EqualRows, equalLocators, excludeEqual } from "./equal-rows";
import { Finishing } from "./finishing";
import { withoutGenerated } from "./generated";
import { groupsOf } from "./groups";
import { type Loading, loadOneByOne, loadTables, openLoaders } from "./load-tables";
import { type Exclude, Orphans, unfitRows } from "./orphans";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

/**
 * Makes the tables and loads their rows. What follows for each is begun as soon as its rows are there.
 *
 * @param opening the connections that make keys, which are opened while the tables are made
 */
export async function loadStaging(
  loading: Loading,
  plan: MigrationPlan,
  equal: EqualRows[],
  policy: Policies["orphans"],
  opening: Promise<Builders>,
): Promise<{ reports: TableReport[]; finishing: Finishing }> {
  const { context } = loading;
  const { run } = context;
  const tables = plan.tables.map(withoutGenerated);
  const load = { ...loading, tables };
  // Which rows of a table are orphans is known when its parents are loaded.
  const loaders = policy === "keep" && equal.length === 0 ? openLoaders(load) : null;
  await run.step(`making ${counted(plan.tables.length, "table")}`, () => makeTables(context, plan, tables));
  const orphans =
    policy === "keep"
      ? null
      : await run.step("looking for orphans", () => {
          const doomed = unfitRows(context, plan);
          for (const rows of equal) for (const row of equalLocators(rows)) doomed.add(rows.table.source, row);
          return new Orphans(context, plan, doomed);
        });
  const excludeOf = (table: TablePlan): Exclude | null => {
    const reasons = [excludeEqual(equal, table), orphans?.exclude(plan, table) ?? null].filter((one) => one !== null);
    if (reasons.length === 0) return null;
    return (locator) => reasons.reduce<ReturnType<Exclude>>((why, exclude) => why ?? exclude(locator), null);
  };
  const finishing = new Finishing(plan, await opening);
  const onTable = (table: TablePlan) => finishing.add(plan.tables[tables.indexOf(table)] ?? table);
  const reports = await run.step("loading the rows", async () =>
    loaders === null ? await loadOneByOne(load, excludeOf, onTable) : await loadTables(load, await loaders, onTable),
  );
  return { reports, finishing };
}

/** Makes what belongs to the loaded tables. The plan's warnings and orphan counts are completed with what the server found. */
export async function finishStaging({ context }: Loading, plan: MigrationPlan, finishing: Finishing): Promise<void> {
  const { client, run, schema } = context;
  await run.step("making keys, indexes and foreign keys", () => finishing.finish());
  await run.step("setting sequences", async () => {
    const restarts = plan.tables.flatMap(({ identitySequence, nextIdentity }) =>
      identitySequence === null || nextIdentity === null
        ? []
        : `ALTER SEQUENCE ${qualified(schema, identitySequence)} RESTART WITH ${BigInt(nextIdentity)}`,
    );
    for (const group of groupsOf(restarts)) await client.query(group.join("; "));
  });
}

/** @param tables the plan's, as they are loaded */
async function makeTables(context: LoadContext, plan: MigrationPlan, tables: TablePlan[]): Promise<void> {
  const { client, schema } = context;
  for (const table of plan.tables) await settleDefaults(context, plan, table);
  for (const group of groupsOf(tables)) {
    try {
      await client.query(group.map((table) => createTable(schema, table)).join("; "));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // None of them is there. One by one, the one that cannot be made is known.
      for (const table of group) await makeTable(client, schema, table);
    }
  }
  await distributeTables(client, schema, plan.tables);
}

async function makeTable(client: Client, schema: string, table: TablePlan): Promise<void> {
  try {
    await client.query(createTable(schema, table));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new UserError(
      `The table ${table.source} cannot be made: ${error.message}.`,
      "Exclude it, or change it in SQLite first.",
      { cause: error },
    );
  }
}
