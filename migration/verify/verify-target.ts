import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { connect } from "../../support/postgres";
import { readTargetTables } from "../load/target-tables";
import type { Check, MigrationOptions, MigrationPlan, MigrationReport, RejectedRow } from "../model";
import { type MigrationInput, migrationOptions } from "../options";
import { type Profiles, planCreate } from "../plan/create-plan";
import { planExisting } from "../plan/existing-plan";
import { readCatalog } from "../source/catalog";
import { freeze } from "../source/freeze";
import { openReadOnly } from "../source/open";
import { profileTable } from "../source/profile";
import { type Verification, verifyMigration } from "./verify";

/** A verification that was run by itself. */
export interface TargetVerification extends Verification {
  status: "verified" | "different";
  plan: MigrationPlan;
}

/**
 * Compares a source with a target that was migrated before, and changes neither. What differs may also be what the application has
 * written since.
 *
 * @param reportPath the JSON report of the run that loaded the target: rows that it set aside are not looked for
 * @throws UserError for wrong options, a source or a report that cannot be read, or a server that cannot be reached
 */
export async function verifyTarget(
  input: MigrationInput,
  reportPath: string | null,
  onProgress: (line: string) => void,
): Promise<TargetVerification> {
  const options = migrationOptions(input);
  const rejects = reportPath === null ? [] : readRejects(reportPath);
  const folder = mkdtempSync(join(tmpdir(), "pgstead-verify-"));
  try {
    const client = await connect(options.target, "pgstead verify");
    try {
      const { path, catalog, profiles } = await readSource(options, folder);
      const plan =
        options.mode === "create"
          ? planCreate(catalog, profiles, options)
          : planExisting(catalog, profiles, await readTargetTables(client, options.schema), options);
      const { schema, compareQueries } = options;
      const proof = { sourcePath: path, client, schema, plan, rejects, loaded: [], compareQueries, onProgress };
      const verification = await verifyMigration(proof);
      const passed = verification.checks.every(({ status }: Check) => status === "passed");
      return { status: passed ? "verified" : "different", plan, ...verification };
    } finally {
      await client.end();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readSource(options: MigrationOptions, folder: string) {
  const { path, fingerprint } = await freeze(options.source, folder, "verify");
  const db = openReadOnly(path);
  try {
    const catalog = readCatalog(db, fingerprint);
    const profiles: Profiles = new Map();
    for (const table of catalog.tables)
      if (table.kind === "table" && !options.excludeTables.includes(table.name))
        profiles.set(table.name, profileTable(db, table));
    return { path, catalog, profiles };
  } finally {
    db.close();
  }
}

function readRejects(path: string): RejectedRow[] {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as MigrationReport;
    if (report.format !== 1 || !Array.isArray(report.rejects)) throw new Error("it is no report of pgstead");
    return report.rejects;
  } catch (error) {
    throw new UserError(
      `The report ${path} cannot be read: ${messageOf(error)}.`,
      "Give the report.json of the run that loaded the target.",
    );
  }
}
