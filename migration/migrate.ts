/** A whole migration: freeze, catalog, plan, load, verify, put into place, report. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, DatabaseError } from "pg";
import { version } from "../package.json";
import { messageOf, UserError } from "../support/errors";
import { refusePooler } from "../support/pooler";
import { connect, describeTarget, explainLoss } from "../support/postgres";
import { badTextWarnings } from "./load/bad-texts";
import { Builders } from "./load/builders";
import { finishStaging, loadStaging } from "./load/create";
import { finishTables, loadExisting, openTables } from "./load/existing";
import { AlreadyLoaded, canKeepLedger, commitRun, type LedgerEntry, recordRun, refuseKnowingly } from "./load/ledger";
import type { Loading } from "./load/load-tables";
import { lockSchema } from "./load/lock";
import { type OnProgress, placeOf, Run } from "./load/run";
import { checkNames, checkReplaceable, dropStaging, lostPrivileges, openStaging, swapIntoPlace } from "./load/staging";
import type { LoadContext } from "./load/table";
import { makeTriggers } from "./load/triggers";
import { makeViews } from "./load/views";
import type { MigrationOptions, MigrationPlan, MigrationReport } from "./model";
import { decisiveOptions, type MigrationInput, migrationOptions } from "./options";
import { completePlan, finishCheck, makePlan, type Prepared, prepare, release } from "./prepare";
import { startSourceSide, verify } from "./prove";
import { describeServer, makeReport } from "./report/make-report";
import { writeReport } from "./report/write-report";
import { writePlanFile } from "./retry/plan-file";
import type { Work } from "./work";

/** The migration was tried and did not succeed; the target is as it was. The report says why. */
export class MigrationFailed extends UserError {
  constructor(
    readonly report: MigrationReport,
    options?: { cause?: unknown },
  ) {
    super(
      `The migration failed, and the target is as it was: ${report.failure ?? "unknown"}`,
      `Read the report: ${report.files.html}`,
      options,
    );
  }
}

/**
 * What a migration would do: every object of the source, carried over, changed or left behind. Reads the source and the target, and changes nothing.
 *
 * @throws UserError for wrong options, a source that cannot be read, a server that cannot be reached, or a target that cannot take the tables
 */
export async function plan(input: MigrationInput, onProgress: OnProgress = () => {}): Promise<MigrationPlan> {
  const options = migrationOptions(input);
  const folder = mkdtempSync(join(tmpdir(), "pgstead-plan-"));
  const run = new Run(folder, onProgress);
  try {
    const prepared = await prepare(options, run);
    try {
      const client = await connect(options.target);
      try {
        const { planned } = await makePlan(options, prepared, Promise.resolve(client), run);
        if (options.mode === "create") await completePlan(prepared, planned, options, run);
        await finishCheck(prepared, planned, run);
        // A run names each such row itself.
        planned.warnings.push(...badTextWarnings(prepared.db, planned, options.badRows));
        if (options.mode === "create") planned.warnings.push(...(await refusal(client, planned, options.overwrite)));
        return planned;
      } finally {
        await client.end();
      }
    } finally {
      await release(prepared);
    }
  } finally {
    run.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why a run would be refused now, if it would. */
async function refusal(client: Client, planned: MigrationPlan, overwrite: boolean): Promise<string[]> {
  try {
    await checkNames(client, planned, overwrite);
    return [];
  } catch (error) {
    if (error instanceof UserError) return [`A run would be refused: ${error.message}`];
    throw error;
  }
}

/**
 * Migrates, proves it, and only then shows the tables to the application. The target is as it was until everything has succeeded.
 *
 * @throws AlreadyLoaded, with what the ledger has, when an earlier run has moved this source with these options, and overwriting is not allowed
 * @throws MigrationFailed, with the report, when rows did not fit and must not be set aside, a check failed or could not be made, or the server refused
 * @throws UserError for what is found before the plan is made: wrong options, an unreadable source, another run at work
 */
export async function migrate(input: MigrationInput, onProgress: OnProgress = () => {}): Promise<MigrationReport> {
  const options = migrationOptions(input);
  const run = new Run(options.workFolder, onProgress);
  run.limits = options;
  try {
    run.log(
      `pgstead ${version}, run ${run.id}, ${options.mode} mode, into ${describeTarget(options.target)} schema ${options.schema}`,
    );
    return await migrateIn(run, options);
  } catch (error) {
    run.log(`failed: ${messageOf(error)}`);
    // Such a run has nothing to report, and its copy of the source is the earlier one's.
    if (error instanceof AlreadyLoaded) run.leaveNothing();
    throw error;
  } finally {
    run.close();
  }
}

async function migrateIn(run: Run, options: MigrationOptions): Promise<MigrationReport> {
  const prepared = await prepare(options, run);
  const opening = openTarget(options);
  // A failure is taken up where the connection is needed.
  opening.catch(() => {});
  try {
    const { planned, equal } = await makePlan(options, prepared, opening, run);
    const client = await opening;
    for (const warning of planned.warnings) run.log(`warning: ${warning}`);
    const work: Work = {
      run,
      options,
      client,
      plan: planned,
      equal,
      prepared,
      server: await describeServer(options, client),
      sourceSide: null,
      outcome: { tables: [], checks: [], queries: [], notProved: [] },
    };
    const close = (failure: string | null) => {
      const report = makeReport(work, failure);
      writeReport(report);
      return report;
    };
    try {
      refuseNothing(planned);
      await (options.mode === "create" ? migrateCreate(work) : migrateExisting(work));
    } catch (error) {
      if (error instanceof AlreadyLoaded) throw error;
      const told = (await damageBehind(error, prepared)) ?? (await explainLoss(error, client));
      throw new MigrationFailed(close(messageOf(told)), { cause: error });
    } finally {
      await work.sourceSide?.end();
    }
    const report = close(null);
    run.progress(`${report.status}: ${work.outcome.tables.length} tables`);
    return report;
  } finally {
    await release(prepared);
    await opening.then((client) => client.end()).catch(() => {});
  }
}

/** A session that is the run's own, and the only one at work on the schema. */
async function openTarget({ target, schema }: MigrationOptions): Promise<Client> {
  const client = await connect(target);
  try {
    await refusePooler(client, target);
    await lockSchema(client, schema);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** The source's damage, which the check names, in place of what reading it ran into. */
async function damageBehind(error: unknown, { check }: Prepared): Promise<unknown> {
  if (error instanceof UserError || error instanceof DatabaseError) return null;
  return await check.whole.then(
    () => null,
    (damage) => damage,
  );
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

async function migrateCreate(work: Work): Promise<void> {
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
    const builders = await Builders.open(
      context,
      load.crew.threads.length > 0 || plan.tables.length > 100 ? options.target : null,
    );
    try {
      outcome.tables = await loadStaging(load, plan, equal, options.orphans, builders);
      // What the threads have in memory, the proof needs.
      await load.crew.end();
      refuseBadRows(work);
      plan.warnings.push(...run.mendedWarnings());
      startSourceSide(work);
      await completePlan(work.prepared, plan, options, run);
      await finishStaging(load, plan, builders);
    } finally {
      await builders.close();
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

/** Writes the ledger in the open transaction, and commits both. */
async function commit(work: Work): Promise<void> {
  const { run, options, client, plan } = work;
  if (run.setAside.count() > 0) writePlanFile(run.folder, { format: 1, run: run.id, plan });
  if (await canKeepLedger(client)) await recordRun(client, ledgerEntry(work));
  else
    plan.warnings.push("The role may not keep the ledger pgstead.runs in the target: this run is not recorded there.");
  await commitRun(client, run.id, () => connect(options.target));
}

/** Drops the staging schema, on a new connection where the first was lost; what stays is dropped by the next run. */
async function cleanUp({ run, options, client }: Work, staging: string): Promise<void> {
  try {
    await dropStaging(client, staging).catch(async () => {
      const other = await connect(options.target);
      await dropStaging(other, staging).finally(() => other.end());
    });
  } catch (error) {
    run.log(`the staging schema ${staging} is left for the next run to drop: ${messageOf(error)}`);
  }
}

async function migrateExisting(work: Work): Promise<void> {
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

function refuseNothing({ source, tables }: MigrationPlan): void {
  if (tables.length > 0) return;
  throw new UserError(
    `${source.path} has no table that can come over.`,
    "Check the path of the source, and excludeTables; what stays behind is in the report.",
  );
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
