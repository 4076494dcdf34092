import type { Check, MigrationReport } from "../model";
import { renderSummary } from "./summary";

/** Findings kept in full in the digest; beyond them the report's files have the rest. */
const most = 50;

/** The report as a stack's output: what was proved of every table, and in full only what needs a reader. */
export interface ReportDigest {
  /** A few lines for people. */
  summary: string;
  status: MigrationReport["status"];
  startedAt: string;
  durationMs: number;
  source: { path: string; sha256: string; sizeBytes: string };
  totals: MigrationReport["totals"];
  tables: { name: string; sourceRows: string; loadedRows: string; setAside: string; checksPassed: number }[];
  checks: { passed: number; failed: number; notDone: number };
  /** Failed and undone checks, at most 50. */
  notPassed: Check[];
  /** Rows set aside, at most 50, without their values: the reject file has them all. */
  setAside: { table: string; key: Record<string, string>; column: string | null; code: string; reason: string }[];
  leftBehind: { kind: string; name: string; reason: string }[];
  warnings: string[];
  queries: MigrationReport["queries"];
  notProved: string[];
  files: MigrationReport["files"];
}

/** Condenses a report; a state holds it, and every `pulumi up` reads the state. */
export function digest(report: MigrationReport): ReportDigest {
  const count = (status: Check["status"], table?: string) =>
    report.checks.filter((c) => c.status === status && (table === undefined || c.table === table)).length;
  return {
    summary: renderSummary(report),
    status: report.status,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    source: { path: report.source.path, sha256: report.source.sha256, sizeBytes: report.source.sizeBytes },
    totals: report.totals,
    tables: report.tables.map((t) => ({
      name: t.target,
      sourceRows: t.sourceRows,
      loadedRows: t.loadedRows,
      setAside: t.rejectedRows,
      checksPassed: count("passed", t.target),
    })),
    checks: { passed: count("passed"), failed: count("failed"), notDone: count("not done") },
    notPassed: report.checks.filter((c) => c.status !== "passed").slice(0, most),
    setAside: report.rejects
      .slice(0, most)
      .map(({ table, key, column, code, reason }) => ({ table, key, column, code, reason })),
    leftBehind: report.leftBehind.map(({ kind, name, reason }) => ({ kind, name, reason })),
    warnings: report.warnings,
    queries: report.queries,
    notProved: report.notProved,
    files: report.files,
  };
}
