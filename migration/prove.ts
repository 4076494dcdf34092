/** The proof within a run: begun as early as it can be, and ended before the tables are shown. */
import { UserError } from "../support/errors";
import { dropUnprovedViews } from "./load/views";
import type { Check } from "./model";
import { notProved } from "./verify/not-proved";
import { SourceSide } from "./verify/source-side";
import { verifyMigration } from "./verify/verify";
import type { Work } from "./work";

/** The source's side of the proof needs nothing of the target: it begins as soon as it is known which rows were set aside. */
export function startSourceSide(work: Work): void {
  const { prepared, run, plan, options } = work;
  if (options.verification === "off") return;
  work.sourceSide = new SourceSide({
    sourcePath: prepared.frozen.readable.path,
    rejects: run.setAside.rows,
    tables: plan.tables,
    thorough: options.verification === "thorough",
  });
}

/**
 * Compares the source with what was loaded into `schema`.
 *
 * @throws UserError when a check did not pass or could not be made
 */
export async function verify(
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
