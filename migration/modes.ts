/** What a run does in the target once the plan is made: load, prove, and only then put into place or commit. Each mode in its own way. */
import { messageOf, UserError } from "../support/errors";
import { connect } from "../support/postgres";
import { Builders } from "./load/builders";
import { finishStaging, loadStaging } from "./load/create";
import { finishTables, loadExisting, openTables } from "./load/existing";
import { canKeepLedger, commitRun, type LedgerEntry, recordRun, refuseKnowingly } from "./load/ledger";
import type { Loading } from "./load/load-tables";
import { placeOf } from "./load/run";
import { checkNames, checkReplaceable, dropStaging, lostPrivileges, openStaging, swapIntoPlace } from "./load/staging";
import type { LoadContext } from "./load/table";
import { makeTriggers } from "./load/triggers";
import { makeViews } from "./load/views";
import { decisiveOptions } from "./options";
import { finishCheck, noteSourceOrphans } from "./prepare";
import { startSourceSide, verify } from "./prove";
import { makeReport } from "./report/make-report";
import { writePlanFile } from "./retry/plan-file";
import type { Work } from "./work";

/**
 * Into new tables: loaded, finished and proved in a staging schema, then put into place in one transaction.
 *
 * @throws AlreadyLoaded when an earlier run has moved this source; UserError or the server's error where it fails: the target is as it was
 */
export async function migrateCreate(work: Work): Promise<void> {
  const { run, options, client, plan, equal, outcome } = work;
  const replaced = await checkNames(client, plan, options.overwrite).catch((error) =>
    refuseKnowingly(client, plan, options, error),
  );
  await checkReplaceable(client, options.schema, replaced);
  plan.warnings.push(...(await lostPrivileges(client, options.schema, [...replaced.tables, ...replaced.views])));
  const staging = await openStaging(client, options.schema, run.id);
  try {
    const context = loadContext(work, staging);
    const load = loading(work, context);
    // Small tables are done before a second connection is there.
    const several = load.crew.threads.length > 0 || plan.tables.length > 100;
    const opening = Builders.open(context, several ? options.target : null);
    // A failure is taken up where they are needed.
    opening.catch(() => {});
    try {
      const { reports, finishing } = await loadStaging(load, plan, equal, options.orphans, opening);
      outcome.tables = reports;
      // What the threads have in memory, the proof needs.
      await load.crew.end();
      refuseBadRows(work);
      plan.warnings.push(...run.mendedWarnings());
      startSourceSide(work);
      if (options.orphans === "setAside") await noteSourceOrphans(work.prepared, plan, options, run);
      await finishStaging(load, plan, finishing);
    } finally {
      await opening.then((builders) => builders.close()).catch(() => {});
    }
    await makeViews(context, plan);
    await verify(work, staging);
    await finishCheck(work.prepared, plan, run);
    await run.step(`putting the tables into ${options.schema}`, async () => {
      await client.query("BEGIN");
      await swapIntoPlace(client, staging, plan, replaced, options.overwrite, run.progress);
      await makeTriggers(client, run, plan);
      await commit(work);
    });
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    await cleanUp(work, staging);
    throw error;
  }
}

/** Drops the staging schema, on a new connection where the first was lost; what stays is dropped by the next run. */
async function cleanUp(work: Work, staging: string): Promise<void> {
  const { run, options, client } = work;
  try {
    await dropStaging(client, staging).catch(async () => {
      const other = await connect(options.target);
      await dropStaging(other, staging).finally(() => other.end());
    });
  } catch (error) {
    const left = `The staging schema ${staging} could not be dropped, and the next run does it: ${messageOf(error)}.`;
    run.log(left);
    work.plan.warnings.push(left);
  }
}

/**
 * Into the application's own tables, all in one transaction.
 *
 * @throws AlreadyLoaded when an earlier run has moved this source; UserError or the server's error where it fails: the target is as it was
 */
export async function migrateExisting(work: Work): Promise<void> {
  const { run, options, client, plan, outcome } = work;
  await client.query("BEGIN");
  try {
    const context = loadContext(work, options.schema);
    const constraints = await openTables(context, plan, options.overwrite).catch((error) =>
      refuseKnowingly(client, plan, options, error),
    );
    outcome.tables = await loadExisting(loading(work, context), plan);
    refuseBadRows(work);
    plan.warnings.push(...run.mendedWarnings());
    startSourceSide(work);
    await finishTables(context, plan, constraints);
    await verify(work, options.schema);
    await finishCheck(work.prepared, plan, run);
    await run.step("committing", () => commit(work));
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Writes the ledger in the open transaction, and commits both. */
async function commit(work: Work): Promise<void> {
  const { run, options, client, plan } = work;
  if (run.setAside.count() > 0) writePlanFile(run.folder, { format: 1, run: run.id, plan });
  if (await canKeepLedger(client)) await recordRun(client, ledgerEntry(work));
  else
    plan.warnings.push("The role may not keep the ledger pgstead.runs in the target: this run is not recorded there.");
  await commitRun(client, run.id, () => connect(options.target));
}

function ledgerEntry(work: Work): LedgerEntry {
  const { run, plan, outcome } = work;
  return {
    id: run.id,
    startedAt: run.startedAt,
    plan,
    tables: outcome.tables,
    report: makeReport(work, null),
    options: decisiveOptions(work.options),
  };
}

function loadContext(work: Work, schema: string): LoadContext {
  const { run, options, client, plan, prepared } = work;
  return {
    run,
    client,
    db: prepared.db,
    encoding: plan.source.encoding,
    batchSize: options.batchSize,
    schema,
    inTransaction: options.mode === "existing",
  };
}

function loading({ options, plan, prepared }: Work, context: LoadContext): Loading {
  return { context, tables: plan.tables, paged: prepared.paged, target: options.target, crew: prepared.crew };
}

function refuseBadRows({ run, plan }: Work): void {
  const [first] = run.rejects;
  if (first === undefined || plan.tables.every((table) => run.exceededLimit(table.source) === null)) return;
  const count = run.setAside.count();
  const texts = run.rejects.some(({ code }) => code === "NUL in text" || code === "invalid text")
    ? " Texts that PostgreSQL cannot hold come over too where badText makes their column bytea, or mends them."
    : "";
  throw new UserError(
    `${count} ${count === 1 ? "row does" : "rows do"} not fit, the first in ${placeOf(first)}: ${first.reason}`,
    `They are all in ${run.rejectsPath}. Mend them in SQLite, or let badRows be skip (or maxRejects as many) to set them aside.${texts}`,
  );
}
