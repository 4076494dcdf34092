import type { Check, MigrationReport } from "../model";
import { renderSummary } from "./summary";
import { counted, shortened } from "./text";

/** The report as a stack's output: what was proved, and the beginnings of its lists, under 32 KB whatever was moved. */
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
  /** How many entries of which list are only in the whole report; empty where all are here. */
  notListed: Record<string, number>;
  /** The path of the whole report, in JSON. */
  wholeReport: string;
}

/** Bytes of JSON that a list may take: together, with the rest, under 32 KB. */
const room = {
  tables: 5_000,
  notPassed: 4_000,
  setAside: 3_000,
  leftBehind: 3_500,
  warnings: 3_500,
  queries: 4_000,
  notProved: 2_000,
};

/** Condenses a report: a state holds the digest, and Pulumi prints it after every `up`. */
export function digest(report: MigrationReport): ReportDigest {
  const count = (status: Check["status"]) => report.checks.filter((check) => check.status === status).length;
  const { path, sha256, sizeBytes } = report.source;
  const notListed: Record<string, number> = {};
  /** The first entries, as many as there is room for. */
  const begin = <T>(list: keyof typeof room, all: T[]): T[] => {
    let left = room[list];
    const end = all.findIndex((entry) => {
      left -= bytes(entry) + 2;
      return left < 0;
    });
    if (end >= 0) notListed[list] = all.length - end;
    return end < 0 ? all : all.slice(0, end);
  };
  return {
    status: report.status,
    summary: renderSummary(report),
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    source: { path, sha256, sizeBytes },
    target: { schema: report.target.schema, serverVersion: report.target.serverVersion },
    totals: report.totals,
    tables: Object.fromEntries(begin("tables", report.tables.map(rowsOf))),
    checks: { passed: count("passed"), failed: count("failed"), notDone: count("not done") },
    notPassed: begin("notPassed", report.checks.filter(({ status }) => status !== "passed").map(shortCheck)),
    setAside: begin("setAside", report.rejects.map(rejectLine)),
    leftBehind: begin(
      "leftBehind",
      report.leftBehind.map(({ kind, name, reason }) => line(`${kind} ${name}: ${reason}`)),
    ),
    warnings: begin("warnings", report.warnings.map(line)),
    queries: begin("queries", report.queries.map(shortQuery)),
    notProved: begin("notProved", report.notProved.map(line)),
    notListed,
    wholeReport: report.files.json,
  };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function line(text: string): string {
  return shortened(text, 400);
}

function rowsOf({ target, loadedRows, rejectedRows }: MigrationReport["tables"][number]): [string, string] {
  const aside = rejectedRows === "0" ? "" : `, ${counted(rejectedRows, "row")} set aside`;
  return [target, counted(loadedRows, "row") + aside];
}

function rejectLine({ table, key, column, code, reason }: MigrationReport["rejects"][number]): string {
  return line(`${table} ${JSON.stringify(key)}${column === null ? "" : `, ${column}`}: ${code}, ${reason}`);
}

function shortCheck(check: Check): Check {
  const short = (text: string | null) => (text === null ? null : line(text));
  return {
    ...check,
    name: line(check.name),
    source: line(check.source),
    target: line(check.target),
    sql: short(check.sql),
    detail: short(check.detail),
  };
}

/** Its first rows: the whole report has more. */
function shortQuery({ name, columns, rows }: MigrationReport["queries"][number]): MigrationReport["queries"][number] {
  const short = (text: string) => shortened(text, 80);
  return {
    name: short(name),
    columns: columns.slice(0, 20).map(short),
    rows: rows.slice(0, 20).map((row) => row.slice(0, 20).map((text) => (text === null ? null : short(text)))),
  };
}
