import type { Check, MigrationReport } from "../model";
import { renderSummary } from "./summary";
import { counted } from "./text";

/** Lines of one kind in the digest; the report's files have them all. */
const most = 100;

/** The report as a stack's output: what was proved, one line an object, and in full only what needs a reader. */
export interface ReportDigest {
  status: MigrationReport["status"];
  /** A few lines for people. */
  summary: string;
  startedAt: string;
  durationMs: number;
  source: { path: string; sha256: string; sizeBytes: string };
  target: { schema: string; serverVersion: string };
  totals: MigrationReport["totals"];
  /** By table: the rows, and those set aside. */
  tables: Record<string, string>;
  checks: { passed: number; failed: number; notDone: number };
  /** Checks that failed or could not be done. */
  notPassed: Check[];
  /** The rows set aside, without their values: the reject file has those. */
  setAside: string[];
  leftBehind: string[];
  warnings: string[];
  queries: MigrationReport["queries"];
  notProved: string[];
}

/** Condenses a report: a state holds the digest, and Pulumi prints it after every `up`. */
export function digest(report: MigrationReport): ReportDigest {
  const count = (status: Check["status"]) => report.checks.filter((check) => check.status === status).length;
  const { path, sha256, sizeBytes } = report.source;
  return {
    status: report.status,
    summary: renderSummary(report),
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    source: { path, sha256, sizeBytes },
    target: { schema: report.target.schema, serverVersion: report.target.serverVersion },
    totals: report.totals,
    tables: Object.fromEntries(
      report.tables
        .slice(0, most)
        .map(({ target, loadedRows, rejectedRows }) => [
          target,
          counted(loadedRows, "row") + (rejectedRows === "0" ? "" : `, ${counted(rejectedRows, "row")} set aside`),
        ]),
    ),
    checks: { passed: count("passed"), failed: count("failed"), notDone: count("not done") },
    notPassed: report.checks.filter((check) => check.status !== "passed").slice(0, most),
    setAside: shortened(
      report.rejects.map(
        ({ table, key, column, code, reason }) =>
          `${table} ${JSON.stringify(key)}${column === null ? "" : `, ${column}`}: ${code}, ${reason}`,
      ),
    ),
    leftBehind: shortened(report.leftBehind.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`)),
    warnings: shortened(report.warnings),
    queries: report.queries,
    notProved: shortened(report.notProved),
  };
}

function shortened(lines: string[]): string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `and ${lines.length - most} more: see the report's files`];
}
