import type { Check, MigrationReport } from "../model";
import { groupBy } from "./group";
import { counted, duration, grouped, shortened } from "./text";

/** Tables that a summary names as left behind. */
const mostNames = 10;

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
  const left = leftBehind(report.leftBehind);
  return [
    `Migration: ${verdict(report)} (${duration(report.durationMs)})`,
    ...(report.failure === null ? [] : [`  ${shortened(report.failure, 1_000)}`]),
    `Checks: ${checkCounts(report.checks)}`,
    ...shown,
    ...(left.length === 0 ? [] : [`Left behind: ${left.join(", ")}`]),
    ...(report.warnings.length === 0 ? [] : [`${counted(report.warnings.length, "remark")} in the report`]),
    `Report: ${report.files.html}`,
  ].join("\n");
}

/** Tables by name, the first of them; other objects by their number. */
function leftBehind(all: MigrationReport["leftBehind"]): string[] {
  const tables = all.filter(({ kind }) => kind === "table").map(({ name }) => shortened(name, 100));
  const more = tables.length - mostNames;
  const others = groupBy(
    all.filter(({ kind }) => kind !== "table"),
    ({ kind }) => kind,
  );
  return [
    ...tables.slice(0, mostNames),
    ...(more > 0 ? [counted(more, "more table")] : []),
    ...[...others].map(([kind, of]) => counted(of.length, kind)),
  ];
}

function line({ table, name, status, detail }: Check): string {
  const where = shortened(table === null ? name : `${table}: ${name}`, 200);
  return `${where} ${status}${detail === null ? "" : ` (${shortened(detail.split("\n").slice(0, 2).join("; "), 300)})`}`;
}
