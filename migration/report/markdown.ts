import type {
  Check,
  LeftBehind,
  MigrationReport,
  PlannedTable,
  RejectedRow,
  TriggerReport,
  ViewReport,
} from "../model";
import { fileList, goingBack, sideRows } from "./facts";
import { checkCounts, verdict } from "./summary";
import { cell, codeBlock, counted, duration, grouped, plain, shortened, table } from "./text";

export { renderSummary } from "./summary";

/** Entries of each list that the page has; report.json has all. */
const most = {
  failures: 100,
  tables: 1_000,
  columns: 2_000,
  rejects: 100,
  objects: 200,
  remarks: 200,
  queries: 50,
  rows: 50,
  checks: 1_000,
};

/** The report as a page for people: the verdict first, then what was moved, how it was proved, and what was not. */
export function renderMarkdown(report: MigrationReport): string {
  const sections = [
    head(report),
    failures(report.checks),
    section("Tables", tables(report)),
    section("Views", listed(report.views, most.objects, "view", view, "\n\n")),
    section("Triggers", listed(report.triggers, most.objects, "trigger", trigger, "\n\n")),
    section("Compared queries", listed(report.queries, most.queries, "result", query, "\n\n")),
    section("Rows set aside", rejects(report)),
    section("What stayed behind", listed(report.leftBehind, most.objects, "object", leftBehind, "\n\n")),
    section("Remarks", lines(report.warnings, "remark")),
    section("What was not proved", lines(report.notProved, "line")),
    section("Source and target", table(["", "Source", "Target"], sideRows(report))),
    section("Files", files(report)),
    section("Going back to SQLite", back(report)),
    section("Columns", columns(report.planned)),
    section(
      "Time by step",
      table(
        ["Step", "Time"],
        report.phases.map((phase) => [phase.name, duration(phase.durationMs)]),
        [1],
      ),
    ),
    section("All checks", checks(report.checks)),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function section(title: string, body: string): string {
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

/** The first entries of a list, and how many more there are. */
function listed<T>(all: T[], limit: number, noun: string, show: (entry: T) => string, between = "\n"): string {
  return [all.slice(0, limit).map(show).join(between), ...rest(all.length, limit, noun)].join("\n\n");
}

function rest(all: number, limit: number, noun: string): string[] {
  return all <= limit
    ? []
    : [`${counted(all - limit, `more ${noun}`)} not listed here: report.json has all ${grouped(all)}.`];
}

function lines(all: string[], noun: string): string {
  return listed(all, most.remarks, noun, (line) => `- ${cell(shortened(line, 2_000))}`);
}

function head(report: MigrationReport): string {
  const parts = [`# Migration report: ${report.status}`, `**${verdict(report)}**`];
  if (report.failure !== null) parts.push(`It failed: ${cell(shortened(report.failure, 2_000))}`);
  parts.push(
    `${plain(report.source.path)} to ${plain(report.target.url)}, schema ${plain(report.target.schema)}; started ${report.startedAt}, took ${duration(report.durationMs)}. Checks: ${checkCounts(report.checks)}.`,
  );
  return parts.join("\n\n");
}

/** What went wrong stands before everything else. */
function failures(checks: Check[]): string {
  const bad = checks.filter(({ status }) => status !== "passed");
  return section("What failed", listed(bad, most.failures, "check", failure));
}

function failure({ name, table: where, status, source, target, detail }: Check): string {
  const sides = source === "" && target === "" ? "" : ` (source: ${short(source)}; target: ${short(target)})`;
  const more = detail === null ? "" : `\n\n${indented(codeBlock(shortened(detail, 3_000), "text"))}`;
  return `- ${where === null ? "" : `**${plain(where)}**: `}${cell(name)} ${status}${sides}${more}`;
}

function short(text: string): string {
  return cell(shortened(text, 500));
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

function tables({ tables: all, totals }: MigrationReport): string {
  const rows = all
    .slice(0, most.tables)
    .map((entry) => [
      entry.target === entry.source ? entry.target : `${entry.target} (from ${entry.source})`,
      grouped(entry.sourceRows),
      grouped(entry.loadedRows),
      grouped(entry.rejectedRows),
      duration(entry.durationMs),
    ]);
  const total = ["Total", grouped(totals.sourceRows), grouped(totals.loadedRows), grouped(totals.rejectedRows), ""];
  const page = table(["Table", "Source rows", "Rows loaded", "Set aside", "Time"], [...rows, total], [1, 2, 3, 4]);
  return [page, ...rest(all.length, most.tables, "table")].join("\n\n");
}

/** What each column became, and why, with the keys, as far as there is room. */
function columns(all: PlannedTable[]): string {
  let room = most.columns;
  const end = all.findIndex((entry) => {
    room -= entry.columns.length;
    return room < 0;
  });
  return listed(all, end < 0 ? all.length : end, "table", plannedTable, "\n\n");
}

function view({ source, target, sql }: ViewReport): string {
  return `**${cell(target)}**${source === target ? "" : ` (from ${cell(source)})`}, its rows compared on both sides:\n\n${codeBlock(shortened(sql, 5_000))}`;
}

function trigger({ source, target, table: on, sql }: TriggerReport): string {
  return `**${cell(target)}** on ${cell(on)}${source === target ? "" : ` (from ${cell(source)})`}:\n\n${codeBlock(shortened(sql, 5_000))}`;
}

function plannedTable({ target, columns: all, keys }: PlannedTable): string {
  const rows = all.map(({ target: name, source, sourceType, targetType, notNull, default: value, reason }) => [
    name === source ? name : `${name} (from ${source})`,
    sourceType,
    [
      targetType,
      ...(notNull ? ["not null"] : []),
      ...(value === null ? [] : [`default ${shortened(value, 200)}`]),
    ].join(" "),
    shortened(reason, 500),
  ]);
  const page = table(["Column", "In SQLite", "In PostgreSQL", "Why"], rows);
  const made = keys.length === 0 ? [] : [codeBlock(shortened(keys.map(({ sql }) => `${sql};`).join("\n"), 5_000))];
  return [`### ${plain(target)}`, page, ...made].join("\n\n");
}

function query({ name, columns: titles, rows }: MigrationReport["queries"][number]): string {
  const shown = rows.slice(0, most.rows).map((row) => row.map((text) => (text === null ? null : shortened(text, 200))));
  const page = rows.length === 0 ? "No rows." : table(titles, shown);
  return [`### ${cell(name)}`, page, ...rest(rows.length, most.rows, "row")].join("\n\n");
}

function rejects({ rejects: all, files: { rejects: file } }: MigrationReport): string {
  if (all.length === 0) return "";
  const rows = all.slice(0, most.rejects).map((row: RejectedRow) =>
    [
      row.table,
      Object.entries(row.key)
        .map(([column, value]) => `${column} = ${value}`)
        .join(", "),
      row.column ?? "",
      row.value ?? "",
      row.code,
      row.reason,
    ].map((text) => shortened(text, 500)),
  );
  return [
    table(["Table", "Key", "Column", "Value", "Code", "Reason"], rows),
    ...rest(all.length, most.rejects, "row"),
    ...(file === null ? [] : [`The whole rows are in ${plain(file)}.`]),
  ].join("\n\n");
}

function leftBehind({ kind, name, reason, sql }: LeftBehind): string {
  const source = sql === null ? "" : `\n\n${codeBlock(shortened(sql, 2_000))}`;
  return `**${kind} ${cell(name)}**: ${cell(shortened(reason, 2_000))}${source}`;
}

function files(report: MigrationReport): string {
  return fileList(report)
    .map(([what, path]) => `- ${what}: ${plain(path)}`)
    .join("\n");
}

function back(report: MigrationReport): string {
  const { steps, after } = goingBack(report);
  const list = steps.map((step, i) => `${i + 1}. ${plain(step)}`).join("\n");
  return [...(list === "" ? [] : [list]), plain(after)].join("\n\n");
}

/** Where not all are listed, those that did not pass come first. */
function checks(all: Check[]): string {
  const passed = all.filter(({ status }) => status === "passed");
  const sorted = all.length <= most.checks ? all : [...all.filter((check) => check.status !== "passed"), ...passed];
  const rows = sorted
    .slice(0, most.checks)
    .map(({ table: where, name, source, target, status, durationMs }) => [
      where ?? "",
      shortened(name, 500),
      shortened(source, 500),
      shortened(target, 500),
      status,
      duration(durationMs),
    ]);
  const page = table(["Table", "Check", "Source", "Target", "Result", "Time"], rows, [5]);
  return [page, ...rest(all.length, most.checks, "check")].join("\n\n");
}
