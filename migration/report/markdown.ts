import type { Check, LeftBehind, MigrationReport, RejectedRow, ViewReport } from "../model";
import { checkCounts, verdict } from "./summary";
import { cell, codeBlock, counted, duration, grouped, plain, table } from "./text";

export { renderSummary } from "./summary";

/** Rows set aside that the page lists; the reject file has all. */
const listedRejects = 100;

/** The report as a page for people: the verdict first, then what was moved, how it was proved, and what was not. */
export function renderMarkdown(report: MigrationReport): string {
  const sections = [
    head(report),
    failures(report.checks),
    section("Tables", tables(report)),
    section("Views", report.views.map(view).join("\n\n")),
    section("Compared queries", report.queries.map(query).join("\n\n")),
    section("Rows set aside", rejects(report)),
    section("What stayed behind", report.leftBehind.map(leftBehind).join("\n\n")),
    section("Remarks", report.warnings.map((line) => `- ${cell(line)}`).join("\n")),
    section("What was not proved", report.notProved.map((line) => `- ${cell(line)}`).join("\n")),
    section("Source and target", sides(report)),
    section("Files", files(report)),
    section("Going back to SQLite", goingBack(report)),
    section("All checks", checks(report.checks)),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function section(title: string, body: string): string {
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

function head(report: MigrationReport): string {
  const lines = [`# Migration report: ${report.status}`, `**${verdict(report)}**`];
  if (report.failure !== null) lines.push(`It failed: ${cell(report.failure)}`);
  lines.push(
    `${plain(report.source.path)} to ${plain(report.target.url)}, schema ${plain(report.target.schema)}; started ${report.startedAt}, took ${duration(report.durationMs)}. Checks: ${checkCounts(report.checks)}.`,
  );
  return lines.join("\n\n");
}

/** What went wrong stands before everything else. */
function failures(checks: Check[]): string {
  const bad = checks.filter(({ status }) => status !== "passed");
  const lines = bad.map(
    ({ name, table: where, status, source, target, detail }) =>
      `- ${where === null ? "" : `**${plain(where)}**: `}${cell(name)} ${status}${source === "" && target === "" ? "" : ` (source: ${cell(source)}; target: ${cell(target)})`}${detail === null ? "" : `\n\n${indented(codeBlock(detail, "text"))}`}`,
  );
  return section("What failed", lines.join("\n"));
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

function tables({ tables: all, totals }: MigrationReport): string {
  const rows = all.map((entry) => [
    entry.target === entry.source ? entry.target : `${entry.target} (from ${entry.source})`,
    grouped(entry.sourceRows),
    grouped(entry.loadedRows),
    grouped(entry.rejectedRows),
    duration(entry.durationMs),
  ]);
  const total = ["Total", grouped(totals.sourceRows), grouped(totals.loadedRows), grouped(totals.rejectedRows), ""];
  return table(["Table", "Source rows", "Rows loaded", "Set aside", "Time"], [...rows, total], [1, 2, 3, 4]);
}

function view({ source, target, sql }: ViewReport): string {
  return `**${cell(target)}**${source === target ? "" : ` (from ${cell(source)})`}, its rows compared on both sides:\n\n${codeBlock(sql)}`;
}

function query({ name, columns, rows }: MigrationReport["queries"][number]): string {
  return `### ${cell(name)}\n\n${rows.length === 0 ? "No rows." : table(columns, rows)}`;
}

function rejects({ rejects: all, files: { rejects: file } }: MigrationReport): string {
  if (all.length === 0) return "";
  const rows = all.slice(0, listedRejects).map((row: RejectedRow) => [
    row.table,
    Object.entries(row.key)
      .map(([column, value]) => `${column} = ${value}`)
      .join(", "),
    row.column ?? "",
    row.value ?? "",
    row.code,
    row.reason,
  ]);
  const more = all.length - rows.length;
  return [
    table(["Table", "Key", "Column", "Value", "Code", "Reason"], rows),
    ...(more === 0 ? [] : [`${counted(more, "more row")} not listed here.`]),
    ...(file === null ? [] : [`The whole rows are in ${plain(file)}.`]),
  ].join("\n\n");
}

function leftBehind({ kind, name, reason, sql }: LeftBehind): string {
  return `**${kind} ${cell(name)}**: ${cell(reason)}${sql === null ? "" : `\n\n${codeBlock(sql)}`}`;
}

function sides({ source, target, mode, badRows }: MigrationReport): string {
  return table(
    ["", "Source", "Target"],
    [
      ["Database", source.path, target.url],
      ["Version", `SQLite ${source.sqliteVersion}`, target.serverVersion],
      ["Size", `${grouped(source.sizeBytes)} bytes, ${grouped(source.pageCount)} pages of ${source.pageSize}`, ""],
      ["SHA-256 of the copy", source.sha256, ""],
      ["Encoding", source.encoding, "UTF8"],
      ["Schema and role", "", `${target.schema}, ${target.role}`],
      ["Mode", "", `${mode}; rows that do not fit: ${badRows}`],
    ],
  );
}

function files({ files: all }: MigrationReport): string {
  const list: [string, string | null][] = [
    ["This report as JSON", all.json],
    ["Log", all.log],
    ["Copy of the SQLite database", all.backup],
    ["Rows set aside", all.rejects],
  ];
  return list.flatMap(([what, path]) => (path === null ? [] : [`- ${what}: ${plain(path)}`])).join("\n");
}

function goingBack({ source, files: { backup } }: MigrationReport): string {
  return [
    `1. Stop the application.`,
    `2. In its .env, put the former database line back in place of DATABASE_URL: the SQLite database ${plain(source.path)} was only read, and is as it was.`,
    `3. Start the application. What it wrote to PostgreSQL since the move stays there.`,
    ``,
    `If the file itself is lost or changed, its state at the move is ${plain(backup)}.`,
  ].join("\n");
}

function checks(all: Check[]): string {
  const rows = all.map(({ table: where, name, source, target, status, durationMs }) => [
    where ?? "",
    name,
    source,
    target,
    status,
    duration(durationMs),
  ]);
  return table(["Table", "Check", "Source", "Target", "Result", "Time"], rows, [5]);
}
