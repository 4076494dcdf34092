/** The tables: one line each, then each with its columns, keys and checks. */
import type { Check, MigrationReport, PlannedColumn, PlannedTable, TableReport } from "../../model";
import { groupBy } from "../group";
import { counted, duration, grouped } from "../text";
import { cut, fit, most, Room, rest } from "./bounds";
import { checkGrid } from "./checks";
import { type Html, html } from "./html";
import { cell, code, countCell, grid, name, result, rowHead, section, tableId, timeCell } from "./parts";

/** All that the report says of one table. */
interface Entry {
  position: number;
  planned: PlannedTable;
  /** Null where the run ended before it was loaded. */
  loaded: TableReport | null;
  checks: Check[];
}

export function tableSections(report: MigrationReport): Html {
  const loaded = new Map(report.tables.map((table) => [table.target, table]));
  const checks = groupBy(report.checks, ({ table }) => table);
  const all = report.planned.map((planned, position) => ({
    position,
    planned,
    loaded: loaded.get(planned.target) ?? null,
    checks: checks.get(planned.target) ?? [],
  }));
  if (all.length === 0) return html``;
  const details = each(all);
  const rows = fit(
    all.slice(0, most.tables).map((entry) => overviewRow(entry, details.has(entry.position))),
    800_000,
  );
  const list = [...details].sort(([a], [b]) => a - b).map(([, piece]) => piece);
  return html`${section("tables", "Tables", html`${overview(rows, report.totals)}${rest(all.length, rows.length, "table")}`)}
${section("each-table", "Table by table", html`<div class="grid" data-filter="details">${list}</div>${rest(all.length, list.length, "table")}`)}`;
}

const bad = ({ checks }: Entry) => checks.filter(({ status }) => status !== "passed").length;

const columns = [
  { title: "Table" },
  { title: "Rows in SQLite", number: true },
  { title: "Rows moved", number: true },
  { title: "Set aside", number: true },
  { title: "Checks passed", number: true },
  { title: "Result" },
  { title: "Time", number: true },
];

function overview(rows: Html[][], { sourceRows, loadedRows, rejectedRows }: MigrationReport["totals"]): Html {
  const sums = [sourceRows, loadedRows, rejectedRows].map((sum) => countCell(sum));
  return grid("Tables", columns, rows, {
    filter: "tables",
    foot: [rowHead("Total"), ...sums, cell(null), cell(null), cell(null)],
  });
}

/** One line of the overview. @param linked whether the page has the table's details */
function overviewRow(entry: Entry, linked: boolean): Html[] {
  const { position, planned, loaded, checks } = entry;
  const title = name(planned.target);
  const from = planned.source === planned.target ? null : html` <span class="from">from ${name(planned.source)}</span>`;
  const passed = checks.length - bad(entry);
  const none = html`<td class="n">–</td>`;
  return [
    rowHead(html`${linked ? html`<a href="#${tableId(position)}">${title}</a>` : title}${from}`),
    countCell(planned.rowCount),
    ...(loaded === null
      ? [none, none]
      : [countCell(loaded.loadedRows), countCell(loaded.rejectedRows, loaded.rejectedRows === "0" ? "" : "warn")]),
    html`<td class="n" data-sort="${passed}">${grouped(passed)} of ${grouped(checks.length)}</td>`,
    cell(outcome(entry)),
    loaded === null ? none : timeCell(loaded.durationMs),
  ];
}

function outcome(entry: Entry): Html {
  if (bad(entry) > 0) return result(entry.checks.some(({ status }) => status === "failed") ? "failed" : "not done");
  if (entry.loaded === null) return html`<span class="badge">not loaded</span>`;
  return entry.checks.length > 0
    ? html`<span class="badge ok">verified</span>`
    : html`<span class="badge warn">not verified</span>`;
}

/** The details of every table that there is room for, by position: those that need a reader have it first. */
function each(all: Entry[]): Map<number, Html> {
  const [page, sql] = [new Room(2_600_000), new Room(800_000)];
  const pressing = (entry: Entry) => bad(entry) > 0 || (entry.loaded?.rejectedRows ?? "0") !== "0";
  const ordered = [...all.filter(pressing), ...all.filter((entry) => !pressing(entry))];
  const made = new Map<number, Html>();
  for (const entry of ordered) {
    const piece = page.take(details(entry, sql));
    if (piece !== null) made.set(entry.position, piece);
  }
  return made;
}

function details(entry: Entry, sql: Room): Html {
  const { position, planned, loaded, checks } = entry;
  const { columns, keys } = planned;
  const shown = columns.slice(0, most.columns);
  const shownKeys = keys.slice(0, most.columns);
  return html`<details class="table"><summary><h3>${name(planned.target)}</h3> <span class="note">${counted(planned.rowCount, "row")}, ${counted(columns.length, "column")}${loaded === null ? "" : `, ${duration(loaded.durationMs)}`}</span> ${outcome(entry)}</summary>
<div class="inside" id="${tableId(position)}">
${planned.source === planned.target ? null : html`<p>In SQLite it is ${name(planned.source)}.</p>`}
<h4>Columns</h4>${grid(`Columns of ${cut(planned.target, 130)}`, [{ title: "Column" }, { title: "In SQLite" }, { title: "In PostgreSQL" }, { title: "Why" }], shown.map(columnRow))}${rest(columns.length, shown.length, "column")}
${keys.length === 0 ? null : html`<h4>Keys and indexes</h4>${code(shownKeys.map((key) => `${cut(key.sql, 1_000)};`).join("\n"), 20_000)}${rest(keys.length, shownKeys.length, "key")}`}
${checks.length === 0 ? null : html`<h4>Checks</h4>${checkGrid(`Checks of ${cut(planned.target, 130)}`, checks.slice(0, most.columns), sql)}${rest(checks.length, Math.min(checks.length, most.columns), "check")}`}
</div></details>\n`;
}

function columnRow(column: PlannedColumn): Html[] {
  const { source, target, sourceType, targetType, reason } = column;
  const marks = [
    column.identity ? "identity" : "",
    column.notNull ? "not null" : "",
    column.default === null ? "" : `default ${cut(column.default, 100)}`,
  ];
  return [
    rowHead(html`${name(target)}${source === target ? null : html` <span class="from">from ${name(source)}</span>`}`),
    cell(sourceType === "" ? html`<span class="note">no type</span>` : html`<code>${name(sourceType)}</code>`),
    cell(
      html`<code>${cut(targetType, 200)}</code>${marks.filter((mark) => mark !== "").map((mark) => html` <span class="from">${mark}</span>`)}`,
    ),
    cell(html`${cut(reason)}${evidence(column)}`),
  ];
}

function evidence({ evidence: seen }: PlannedColumn): Html | null {
  if (seen === null) return null;
  const storage = Object.entries(seen.storage).filter(([, count]) => count !== "0");
  const parts = [
    ...storage.map(([kind, count]) => `${grouped(count)} ${kind === "null" ? "NULL" : kind}`),
    ...(seen.minInteger === null ? [] : [`${seen.minInteger} to ${seen.maxInteger}`]),
    ...(seen.longestText === null ? [] : [`longest ${counted(seen.longestText, "character")}`]),
  ];
  return parts.length === 0 ? null : html` <span class="from">Seen: ${parts.join(", ")}.</span>`;
}
