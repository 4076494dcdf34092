import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { connect } from "../../support/postgres";
import { plan } from "../migrate";
import type { LeftBehind, MigrationPlan, MigrationReport, RejectedRow } from "../model";
import { type MigrationInput, migrationOptions } from "../options";
import { readRejects } from "../rejects-file";
import { SetAside } from "../set-aside";
import { freeze } from "../source/freeze";
import { expectLoadedLater } from "./loaded-later";
import { applySettled } from "./settled";
import { unproved, type Verification, verifyMigration } from "./verify";

/** A verification that was run by itself. */
export interface TargetVerification extends Verification {
  status: "verified" | "different";
}

/**
 * Compares a source with a target that was migrated before, and changes neither. What differs may also be what the application has
 * written since.
 *
 * @param reportPath the JSON report of the run that loaded the target: rows that it set aside, and indexes and views that it left behind, are not looked for
 * @throws UserError for wrong options, a source or a report that cannot be read, or a server that cannot be reached
 */
export async function verifyTarget(
  input: MigrationInput,
  reportPath: string | null,
  onProgress: (line: string) => void,
): Promise<TargetVerification> {
  const options = migrationOptions(input);
  const { rejects, leftBehind, run } =
    reportPath === null ? { rejects: new SetAside(), leftBehind: [], run: null } : await readReport(reportPath);
  const planned = await plan(options, onProgress);
  applySettled(planned, leftBehind);
  leaveObjectsBehind(planned, leftBehind);
  const folder = mkdtempSync(join(tmpdir(), "pgstead-verify-"));
  try {
    const { readable, fingerprint } = await freeze(options.source, folder, "verify");
    if (fingerprint.sha256 !== planned.source.sha256)
      throw new UserError(
        `${options.source} was changed while it was read.`,
        "Stop the application that writes to it.",
      );
    const client = await connect(options.target, "pgstead verify");
    try {
      const { schema, compareQueries } = options;
      const later =
        run === null || reportPath === null || rejects.count() === 0
          ? { rows: new SetAside(), checks: [], notProved: [] }
          : await expectLoadedLater(client, run, rejects, readable.path, planned.tables);
      const stillAside =
        reportPath === null || later.rows.count() === 0 ? rejects : (await readReport(reportPath, later.rows)).rejects;
      const verification = await verifyMigration({
        sourcePath: readable.path,
        client,
        schema,
        plan: planned,
        rejects: stillAside,
        loaded: [],
        triggers: true,
        thorough: options.verification === "thorough",
        compareQueries,
        onProgress,
      });
      verification.checks.push(...later.checks);
      verification.notProved.unshift(...later.notProved);
      return { status: unproved(verification.checks).length === 0 ? "verified" : "different", ...verification };
    } finally {
      await client.end();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Views and triggers that PostgreSQL refused, or whose rows differed, when they were made. */
function leaveObjectsBehind(planned: MigrationPlan, leftBehind: LeftBehind[]): void {
  const left = leftBehind.filter(
    ({ kind, name }) => kind === "view" && planned.views.some((view) => view.source === name),
  );
  planned.views = planned.views.filter((view) => !left.some(({ name }) => name === view.source));
  left.push(
    ...leftBehind.filter(({ kind, name }) => kind === "trigger" && planned.triggers.some((one) => one.source === name)),
  );
  planned.triggers = planned.triggers.filter(
    (one) => !left.some(({ kind, name }) => kind === "trigger" && name === one.source),
  );
  planned.leftBehind.push(...left);
}

/**
 * The report shows the first rows set aside; where there are more, the reject file beside it has them.
 *
 * @param without rows that are not to be among them
 */
async function readReport(
  path: string,
  without = new SetAside(),
): Promise<{ rejects: SetAside; leftBehind: LeftBehind[]; run: string }> {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as MigrationReport;
    if (report.format !== 1 || !Array.isArray(report.rejects) || !Array.isArray(report.leftBehind))
      throw new Error("it is no report of pgstead");
    const rejects = new SetAside();
    const add = ({ table, locator }: RejectedRow) => {
      if (!without.has(table, locator)) rejects.add(table, locator);
    };
    if (report.rejects.length === Number(report.totals.rejectedRows)) report.rejects.forEach(add);
    else for await (const row of readRejects(join(dirname(path), "rejects.jsonl"))) add(row);
    // A run's folder is named after it.
    return { rejects, leftBehind: report.leftBehind, run: basename(report.files.folder) };
  } catch (error) {
    throw new UserError(
      `The report ${path} cannot be read: ${messageOf(error)}.`,
      "Give the report.json of the run that loaded the target.",
    );
  }
}
