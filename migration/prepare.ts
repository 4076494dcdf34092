/** The source as a run reads it, and the plan made from it. */
import { rmSync, statSync } from "node:fs";
import type { Client } from "pg";
import { Crew } from "./crew";
import { requireCitus } from "./load/distribute";
import { type EqualRows, planKeepingApart } from "./load/equal-rows";
import { addRemarks } from "./load/remarks";
import type { Run } from "./load/run";
import { readTargetTables, readTargetViews } from "./load/target-tables";
import type { MigrationOptions, MigrationPlan, SourceCatalog, SourceTable } from "./model";
import { readChoices } from "./plan/choices";
import type { Profiles } from "./plan/columns";
import { planDistribution } from "./plan/distribution";
import { familiesOf, planExisting } from "./plan/existing-plan";
import { noteOrphans } from "./plan/orphans";
import { readObjects, readTables } from "./source/catalog";
import { SourceCheck } from "./source/check";
import { type Copied, copyAside } from "./source/freeze";
import { checkIntegrity } from "./source/integrity";
import { lookAtShapes } from "./source/moment-shapes";
import { openReadOnly, requireFile, type Sqlite } from "./source/open";
import { PagedSource } from "./source/paged-source";
import { lookAtTexts } from "./source/profile";

export interface Prepared {
  frozen: Copied;
  db: Sqlite;
  /** Without what the check, which goes on meanwhile, adds to it, and without the copy's sum, which is made meanwhile too. */
  catalog: Omit<SourceCatalog, "fingerprint">;
  check: SourceCheck;
  /** Resolves when each table says how many rows it has. */
  counted: Promise<void>;
  paged: PagedSource;
  crew: Crew;
}

/** Copies the source and reads its schema; begins the check. Call `release` in any case. @param orphans whether the source is asked for them */
export async function prepare(options: MigrationOptions, run: Run, orphans: boolean): Promise<Prepared> {
  requireFile(options.source);
  // The threads start while the source is being copied.
  const crew = new Crew(statSync(options.source).size);
  const check = new SourceCheck();
  try {
    const frozen = await run.step("copying the source aside", () => copyAside(options.source, run.folder, run.stamp));
    try {
      return await run.step("reading the schema", () => readSchema(options, frozen, crew, check, orphans));
    } catch (error) {
      await frozen.sum.end();
      throw error;
    }
  } catch (error) {
    await check.end();
    await crew.end();
    throw error;
  }
}

function readSchema(
  options: MigrationOptions,
  frozen: Copied,
  crew: Crew,
  check: SourceCheck,
  orphans: boolean,
): Prepared {
  const { path, originalSql } = frozen.readable;
  const db = openReadOnly(path);
  try {
    // Where threads look at the values, the check's counts the rows meanwhile.
    const later = crew.threads.length > 0;
    const begin = (asked: SourceTable[]) =>
      check.begin({
        path: frozen.path,
        name: frozen.described.path,
        count: later ? path : null,
        thorough: options.verification !== "off",
        orphans: asked,
      });
    if (!orphans) begin([]);
    const tables = readTables(db, originalSql, !later);
    if (orphans) begin(tables);
    const counted = later ? check.counts.then((counts) => noteCounts(tables, counts)) : Promise.resolve();
    // A failure is taken up where they are needed.
    counted.catch(() => {});
    const objects = readObjects(db);
    const catalog = { tables, objects, integrityErrors: [], foreignKeyViolations: [] };
    return { frozen, db, catalog, check, counted, paged: new PagedSource(path, db, tables), crew };
  } catch (error) {
    // What stands in the way of reading may be damage, which the check can name.
    try {
      checkIntegrity(db, frozen.described.path);
    } finally {
      db.close();
    }
    throw error;
  }
}

function noteCounts(tables: SourceTable[], counts: Map<string, string>): void {
  for (const table of tables) table.rowCount = counts.get(table.name) ?? table.rowCount;
}

export async function release({ db, check, crew, frozen }: Prepared): Promise<void> {
  await frozen.sum.end();
  await check.end();
  await crew.end();
  db.close();
  if (frozen.readable.path !== frozen.path) rmSync(frozen.readable.path, { force: true });
}

/**
 * The plan, after looking at the target, and the rows that its unique keys have no room for. Changes nothing.
 *
 * @param opening the connection, which may be opened while the values are looked at
 */
export async function makePlan(
  options: MigrationOptions,
  prepared: Prepared,
  opening: Promise<Client>,
  run: Run,
): Promise<{ planned: MigrationPlan; equal: EqualRows[] }> {
  const { db, frozen } = prepared;
  const targets = options.mode === "existing" ? await readTargetTables(await opening, options.schema) : [];
  const choices = readChoices(prepared.catalog.tables, options, prepared.catalog.objects);
  // Whichever fails ends the other.
  const [client, profiles] = await Promise.all([opening, lookAtValues(options, prepared, targets, choices, run)]);
  const fingerprint = { ...frozen.described, sha256: await frozen.sum.result };
  run.log(`source: sha256 ${fingerprint.sha256}, ${fingerprint.sizeBytes} bytes, ${fingerprint.journalMode}`);
  const catalog = { ...prepared.catalog, fingerprint };
  const { planned, equal } =
    options.mode === "existing"
      ? // The target's own keys refuse such rows, one by one.
        {
          planned: planExisting(catalog, profiles, targets, options, await readTargetViews(client, options.schema)),
          equal: [],
        }
      : planKeepingApart(db, catalog, profiles, options);
  planDistribution(planned, options.distribution);
  await requireCitus(client, planned);
  if (options.mode === "existing") return { planned, equal };
  addRemarks(db, planned, options.badRows);
  return { planned, equal };
}

async function lookAtValues(
  options: MigrationOptions,
  { db, catalog, check, counted, paged, crew }: Prepared,
  targets: Awaited<ReturnType<typeof readTargetTables>>,
  choices: ReturnType<typeof readChoices>,
  run: Run,
): Promise<Profiles> {
  try {
    const tables = catalog.tables.filter(({ kind, name }) => kind === "table" && !options.excludeTables.includes(name));
    const profiles = await run.step("looking at the values", () =>
      paged.profile(
        tables,
        (table) => (options.mode === "existing" ? familiesOf(table, targets, choices) : undefined),
        crew,
        counted,
      ),
    );
    if (options.mode === "create")
      for (const table of tables) {
        const profile = profiles.get(table.name) ?? new Map();
        lookAtTexts(db, table, profile, choices);
        lookAtShapes(db, table, profile, catalog.objects);
      }
    return profiles;
  } catch (error) {
    // Damage, which the check names, is told first.
    await check.whole;
    throw error;
  }
}

/** Waits for what the check says of rows without a parent, and notes it in the plan. */
export async function noteSourceOrphans(
  { catalog, check }: Prepared,
  planned: MigrationPlan,
  { orphans }: MigrationOptions,
  run: Run,
): Promise<void> {
  const foreignKeyViolations = await run.step("looking for orphans in the source", () => check.orphans);
  const warnings = noteOrphans({ ...catalog, foreignKeyViolations }, planned.tables, orphans);
  for (const warning of warnings) run.log(`warning: ${warning}`);
  planned.warnings.push(...warnings);
}

/** Waits for the check of the whole file. @throws UserError for damage that may have cost rows */
export async function finishCheck({ check }: Prepared, planned: MigrationPlan, run: Run): Promise<void> {
  const lines = await run.step("checking the source", () => check.whole);
  const warnings = lines.map((line) => `SQLite's integrity_check: ${line}`);
  for (const warning of warnings) run.log(`warning: ${warning}`);
  planned.warnings.unshift(...warnings);
}
