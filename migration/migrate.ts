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
import { dropUnprovedViews, makeViews } from "./load/views";
import type { Check, MigrationOptions, MigrationPlan, MigrationReport, TableReport } from "./model";
import { decisiveOptions, type MigrationInput, migrationOptions } from "./options";
import { finishCheck, makePlan, type Prepared, prepare, release } from "./prepare";
import { plannedTables } from "./report/planned-tables";
import { writeReport } from "./report/write-report";
import { writePlanFile } from "./retry/plan-file";
import { notProved } from "./verify/not-proved";
import { SourceSide } from "./verify/source-side";
import { verifyMigration } from "./verify/verify";

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
        const planned = await makePlan(options, prepared, client, run);
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
  let client: Client | null = null;
  try {
    client = await connect(options.target);
    await refusePooler(client, options.target);
    await lockSchema(client, options.schema);
    const planned = await makePlan(options, prepared, client, run);
    for (const warning of planned.warnings) run.log(`warning: ${warning}`);
    const work: Work = {
      run,
      options,
      client,
      plan: planned,
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
    await client?.end().catch(() => {});
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

/** One migration under way. */
interface Work {
  run: Run;
  options: MigrationOptions;
  client: Client;
  plan: MigrationPlan;
  prepared: Prepared;
  server: MigrationReport["target"];
  /** From when all rows are loaded. */
  sourceSide: SourceSide | null;
  /** What is known so far: the report has it also when the run fails. */
  outcome: Pick<MigrationReport, "tables" | "checks" | "queries" | "notProved">;
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
  const { run, options, client, plan, outcome } = work;
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
      outcome.tables = await loadStaging(load, plan, options.orphans, builders);
      // What the threads have in memory, the proof needs.
      await load.crew.end();
      refuseBadRows(work);
      plan.warnings.push(...run.mendedWarnings());
      startSourceSide(work);
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

/** The source's side of the proof needs nothing of the target: it begins as soon as it is known which rows were set aside. */
function startSourceSide(work: Work): void {
  const { prepared, run, plan, options } = work;
  if (options.verification === "off") return;
  work.sourceSide = new SourceSide({
    sourcePath: prepared.frozen.readable.path,
    rejects: run.setAside.rows,
    tables: plan.tables,
    thorough: options.verification === "thorough",
  });
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

async function verify(
  { run, options, client, plan, prepared, outcome, sourceSide }: Work,
  schema: string,
): Promise<void> {
  if (options.verification === "off") {
    outcome.notProved = [
      "Nothing was verified: the rows were loaded, and no cell was compared.",
      "SQLite's pages and rows were checked by quick_check; its indexes against its tables, and its foreign keys, were not.",
      ...notProved(plan, run.setAside),
    ];
    return;
  }
  const result = await run.step("verifying", () =>
    verifyMigration({
      sourcePath: prepared.frozen.readable.path,
      client,
      schema,
      plan,
      rejects: run.setAside,
      loaded: outcome.tables,
      compareQueries: options.compareQueries,
      thorough: options.verification === "thorough",
      ...(sourceSide === null ? {} : { sourceSide }),
      onProgress: run.progress,
    }),
  );
  if (options.mode === "create") {
    const { checks, lines } = await dropUnprovedViews(client, schema, plan, result.checks);
    for (const line of lines) run.log(line);
    Object.assign(result, { checks, notProved: notProved(plan, run.setAside) });
  }
  Object.assign(outcome, result);
  const failed = result.checks.filter((check) => check.status !== "passed");
  for (const check of failed) run.log(`check ${check.status}: ${describeCheck(check)}`);
  if (failed.length > 0) {
    // Damage explains them.
    await prepared.check.whole;
    throw new UserError(
      `${failed.length} of ${result.checks.length} checks did not pass: ${failed.slice(0, 3).map(describeCheck).join("; ")}${failed.length > 3 ? "; …" : ""}.`,
      "Each is in the report, with what both sides say.",
    );
  }
}

function describeCheck(check: Check): string {
  const where = check.table === null ? "" : ` of ${check.table}`;
  return `${check.name}${where} ${check.status}${check.detail === null ? "" : ` (${check.detail})`}`;
}

async function describeServer(options: MigrationOptions, client: Client): Promise<MigrationReport["target"]> {
  const { rows } = await client.query<{ version: string; database: string; role: string }>(
    "SELECT current_setting('server_version') AS version, current_database() AS database, current_user AS role",
  );
  const [row] = rows;
  return {
    url: describeTarget(options.target),
    schema: options.schema,
    serverVersion: row?.version ?? "",
    database: row?.database ?? "",
    role: row?.role ?? "",
  };
}

function makeReport({ run, options, plan, prepared, server, outcome }: Work, failure: string | null): MigrationReport {
  const finishedAt = new Date();
  const sum = (count: (table: TableReport) => string) =>
    outcome.tables.reduce((total, table) => total + BigInt(count(table)), 0n).toString();
  return {
    format: 1,
    version,
    status: failure !== null ? "failed" : options.verification === "off" ? "loaded" : "verified",
    failure,
    startedAt: run.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - run.startedAt.getTime(),
    source: plan.source,
    target: server,
    mode: plan.mode,
    badRows: options.badRows,
    totals: {
      tables: outcome.tables.length,
      sourceRows: sum((table) => table.sourceRows),
      loadedRows: sum((table) => table.loadedRows),
      rejectedRows: sum((table) => table.rejectedRows),
      errors: run.setAside.count() + outcome.checks.filter((check) => check.status !== "passed").length,
    },
    tables: outcome.tables,
    planned: plannedTables(plan, prepared.catalog),
    phases: run.phases,
    triggers: plan.triggers.map(({ source, target, table, statements }) => ({
      source,
      target,
      table,
      sql: statements.map((statement) => `${statement};`).join("\n"),
    })),
    views: plan.views.map(({ source, target, sql }) => ({ source, target, sql })),
    leftBehind: plan.leftBehind,
    warnings: plan.warnings,
    rejects: run.rejects,
    checks: outcome.checks,
    queries: outcome.queries,
    notProved: outcome.notProved,
    files: {
      folder: run.folder,
      json: join(run.folder, "report.json"),
      markdown: join(run.folder, "report.md"),
      html: join(run.folder, "report.html"),
      log: run.logPath,
      backup: prepared.frozen.path,
      rejects: run.rejectsFile,
    },
  };
}
