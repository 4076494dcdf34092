/** The report's value, from what a run knows when it ends. */
import { join } from "node:path";
import type { Client } from "pg";
import { version } from "../../package.json";
import { describeTarget } from "../../support/postgres";
import type { MigrationOptions, MigrationReport, TableReport } from "../model";
import type { Work } from "../work";
import { plannedTables } from "./planned-tables";

/** What the report says of the target. */
export async function describeServer(options: MigrationOptions, client: Client): Promise<MigrationReport["target"]> {
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

/** @param failure why the run did not succeed, or null */
export function makeReport(
  { run, options, plan, prepared, server, outcome }: Work,
  failure: string | null,
): MigrationReport {
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
