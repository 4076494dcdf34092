import type { Check, MigrationReport } from "../model";
import { counted, duration, grouped } from "./text";

const states: Record<MigrationReport["status"], string> = {
  verified: "verified",
  loaded: "loaded, nothing verified",
  failed: "FAILED",
};

/** The verdict in one line: `15 tables, 33 rows, 0 errors, verified`. */
export function verdict(report: MigrationReport): string {
  const { tables, loadedRows, rejectedRows, errors } = report.totals;
  const aside = rejectedRows === "0" ? [] : [`${counted(rejectedRows, "row")} set aside`];
  return [
    counted(tables, "table"),
    counted(loadedRows, "row"),
    ...aside,
    counted(errors, "error"),
    states[report.status],
  ].join(", ");
}

/** Checks by what came out: `243 passed`, and the others where there are some. */
export function checkCounts(checks: Check[]): string {
  const count = (status: Check["status"]) => checks.filter((check) => check.status === status).length;
  const bad = (["failed", "not done"] as const).filter((status) => count(status) > 0);
  return [`${grouped(count("passed"))} passed`, ...bad.map((status) => `${grouped(count(status))} ${status}`)].join(
    ", ",
  );
}

/** A few lines for the end of a run: the verdict, what needs a reader, and where everything stands. */
export function renderSummary(report: MigrationReport): string {
  const bad = report.checks.filter(({ status }) => status !== "passed");
  const shown = bad.slice(0, 5).map((check) => `  ${line(check)}`);
  if (bad.length > shown.length) shown.push(`  and ${counted(bad.length - shown.length, "more check")}`);
  const tables = report.leftBehind.filter(({ kind }) => kind === "table").map(({ name }) => name);
  const others = new Map<string, number>();
  for (const { kind } of report.leftBehind) if (kind !== "table") others.set(kind, (others.get(kind) ?? 0) + 1);
  const left = [...tables, ...[...others].map(([kind, count]) => counted(count, kind))];
  return [
    `Migration: ${verdict(report)} (${duration(report.durationMs)})`,
    ...(report.failure === null ? [] : [`  ${report.failure}`]),
    `Checks: ${checkCounts(report.checks)}`,
    ...shown,
    ...(left.length === 0 ? [] : [`Left behind: ${left.join(", ")}`]),
    ...(report.warnings.length === 0 ? [] : [`${counted(report.warnings.length, "remark")} in the report`]),
    `Report: ${report.files.html}`,
  ].join("\n");
}

function line({ table, name, status, detail }: Check): string {
  const where = table === null ? name : `${table}: ${name}`;
  return `${where} ${status}${detail === null ? "" : ` (${detail.split("\n").slice(0, 2).join("; ")})`}`;
}
