/** A whole migration: freeze, catalog, plan, load, verify, put into place, report. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, DatabaseError } from "pg";
import { version } from "../package.json";
import { messageOf, UserError } from "../support/errors";
import { refusePooler } from "../support/pooler";
import { connect, describeTarget, explainLoss, inSession } from "../support/postgres";
import { badTextWarnings } from "./load/bad-texts";
import { AlreadyLoaded } from "./load/ledger";
import { lockSchema } from "./load/lock";
import { type OnProgress, Run } from "./load/run";
import { checkNames } from "./load/staging";
import type { MigrationOptions, MigrationPlan, MigrationReport } from "./model";
import { migrateCreate, migrateExisting } from "./modes";
import { type MigrationInput, migrationOptions } from "./options";
import { finishCheck, makePlan, noteSourceOrphans, type Prepared, prepare, release } from "./prepare";
import { describeServer, makeReport } from "./report/make-report";
import { writeReport } from "./report/write-report";
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
    const prepared = await prepare(options, run, options.mode === "create");
    try {
      return await inSession(options.target, async (client) => {
        const { planned } = await makePlan(options, prepared, Promise.resolve(client), run);
        if (options.mode === "create") await noteSourceOrphans(prepared, planned, options, run);
        await finishCheck(prepared, planned, run);
        // A run names each such row itself.
        planned.warnings.push(...badTextWarnings(prepared.db, planned, options.badRows));
        if (options.mode === "create") planned.warnings.push(...(await refusal(client, planned, options.overwrite)));
        return planned;
      });
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
  // Those that are kept, the target's foreign keys find.
  const orphans = options.mode === "create" && options.orphans === "setAside";
  const prepared = await prepare(options, run, orphans);
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
      throw new MigrationFailed(close(withHint(told)), { cause: error });
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

/** Where the server lacks room, it says which setting gives more. */
function withHint(error: unknown): string {
  const hint = error instanceof DatabaseError && error.code?.startsWith("53") ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)} (${hint})`;
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

function refuseNothing({ source, tables }: MigrationPlan): void {
  if (tables.length > 0) return;
  throw new UserError(
    `${source.path} has no table that can come over.`,
    "Check the path of the source, and excludeTables; what stays behind is in the report.",
  );
}
