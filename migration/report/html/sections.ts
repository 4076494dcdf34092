/** The sections after the tables and checks: what was not moved, what was not proved, and where everything is. */

import { basename } from "node:path";
import type { LeftBehind, MigrationReport } from "../../model";
import { fileList, goingBack, sideRows } from "../facts";
import { groupBy } from "../group";
import { counted, grouped } from "../text";
import { cut, fit, most, Room, rest } from "./bounds";
import { type Html, html } from "./html";
import { cell, countCell, folded, grid, name, rowHead, section, value } from "./parts";

export function queries({ queries: all }: MigrationReport): Html {
  if (all.length === 0) return html``;
  const room = new Room(400_000);
  const shown = all.map((result) => room.take(queryResult(result))).filter((piece) => piece !== null);
  return section("queries", "Compared queries", html`${shown}${rest(all.length, shown.length, "result")}`);
}

function queryResult({ name: title, columns, rows }: MigrationReport["queries"][number]): Html {
  const shown = rows.slice(0, most.resultRows).map((row) => row.map((text) => cell(value(text))));
  const head = columns.map((column) => ({ title: cut(column, 130) }));
  const table = rows.length === 0 ? html`<p>No rows.</p>` : grid(cut(title, 130), head, shown);
  return html`<h3>${name(title)}</h3>${table}${rest(rows.length, shown.length, "row")}`;
}

export function rejects({ rejects: all, files }: MigrationReport): Html {
  if (all.length === 0) return html``;
  const entries = all.slice(0, most.rejects).map(({ table, key, column, value: held, code, reason }) => [
    rowHead(name(table)),
    cell(
      value(
        Object.entries(key)
          .map(([part, text]) => `${part} = ${text}`)
          .join(", "),
      ),
    ),
    cell(column === null ? null : name(column)),
    cell(held === null ? null : value(held)),
    cell(html`<code>${cut(code, 60)}</code>`),
    cell(cut(reason)),
  ]);
  const rows = fit(entries);
  const columns = ["Table", "Key", "Column", "Value", "Code", "Reason"].map((title) => ({ title }));
  const groups = [...groupBy(all, ({ table, code }) => JSON.stringify([table, code]))];
  const byCode = fit(
    groups.slice(0, most.columns).map(([group, of]) => {
      const [table, code] = JSON.parse(group) as [string, string];
      return [rowHead(name(table)), cell(html`<code>${cut(code, 60)}</code>`), countCell(of.length)];
    }),
  );
  return section(
    "set-aside",
    "Rows set aside",
    html`<p>${counted(all.length, "row")} could not be carried over. ${files.rejects === null ? null : html`The whole rows, every value of them, are in ${link(files.rejects)}.`}</p>
${groups.length < 2 ? null : grid("Rows set aside, by table and code", [{ title: "Table" }, { title: "Code" }, { title: "Rows", number: true }], byCode)}${groups.length < 2 ? null : rest(groups.length, byCode.length, "line")}
${grid("Rows set aside", columns, rows, { filter: "rows" })}${rest(all.length, rows.length, "row")}`,
  );
}

export function leftBehind({ leftBehind: all }: MigrationReport, sql: Room): Html {
  if (all.length === 0) return html``;
  const row = ({ kind, name: title, reason, sql: text }: LeftBehind) => {
    const source =
      text === null ? null : (sql.take(folded("SQL", text)) ?? html` <span class="note">SQL in report.json</span>`);
    return [cell(kind), rowHead(name(title)), cell(html`${cut(reason, 600)}${source}`)];
  };
  const rows = fit(all.slice(0, most.leftBehind).map(row));
  const columns = ["Kind", "Name", "Why, and what to do"].map((title) => ({ title }));
  return section(
    "left-behind",
    "What stayed behind",
    html`${grid("What stayed behind", columns, rows, { filter: "objects" })}${rest(all.length, rows.length, "object")}`,
  );
}

/** Views and triggers that came over, with their translation. */
export function translated({ views, triggers }: MigrationReport, sql: Room): Html {
  const all = [
    ...views.map((view) => ({ kind: "view", ...view })),
    ...triggers.map((trigger) => ({ kind: "trigger", ...trigger })),
  ];
  if (all.length === 0) return html``;
  const rows = fit(
    all
      .slice(0, most.leftBehind)
      .map((one) => [
        cell(one.kind),
        rowHead(name(one.target)),
        cell(sql.take(folded("SQL", one.sql)) ?? html`<span class="note">SQL in report.json</span>`),
      ]),
  );
  const columns = ["Kind", "Name", "Translation"].map((title) => ({ title }));
  return section(
    "translated",
    "Views and triggers",
    html`${grid("Views and triggers", columns, rows, { filter: "objects" })}${rest(all.length, rows.length, "object")}`,
  );
}

export function remarks({ warnings }: MigrationReport): Html {
  return section("remarks", "Remarks", lines(warnings, "remark"));
}

export function notProved(report: MigrationReport): Html {
  return section("not-proved", "What was not proved", lines(report.notProved, "line"));
}

function lines(all: string[], noun: string): Html | null {
  if (all.length === 0) return null;
  const shown = fit(all.slice(0, most.remarks).map((line) => [html`<li><bdi>${cut(line, 600)}</bdi></li>\n`]));
  return html`<ul class="lines">${shown}</ul>${rest(all.length, shown.length, noun)}`;
}

export function sides(report: MigrationReport): Html {
  const rows = sideRows(report).map(([title, source, target]) => [
    rowHead(title),
    cell(value(source)),
    cell(value(target)),
  ]);
  return section(
    "sides",
    "Source and target",
    grid("Source and target", [{ title: "What" }, { title: "SQLite" }, { title: "PostgreSQL" }], rows, { fixed: true }),
  );
}

export function files(report: MigrationReport): Html {
  const all = fileList(report);
  return section(
    "files",
    "Files",
    html`<dl class="files">${all.map(([what, path]) => html`<div><dt>${what}</dt><dd>${link(path)} <span class="note">${value(path)}</span></dd></div>`)}</dl>`,
  );
}

/** The files stand in one folder: the links hold as long as it is kept or moved whole. */
function link(path: string): Html {
  return html`<a href="${encodeURIComponent(basename(path))}">${name(basename(path))}</a>`;
}

export function back(report: MigrationReport): Html {
  const { steps, after } = goingBack(report);
  const list = steps.length === 0 ? null : html`<ol>${steps.map((step) => html`<li><bdi>${step}</bdi></li>`)}</ol>`;
  return section("back", "Going back to SQLite", html`${list}<p><bdi>${after}</bdi></p>`);
}

/** The sections that there are, with their counts. */
export function contents(report: MigrationReport): Html {
  const bad = report.checks.filter(({ status }) => status !== "passed").length;
  const all: [string, string, number | null][] = [
    ["failed", "What failed", bad > 0 ? bad : report.failure === null ? 0 : null],
    ["tables", "Tables", report.planned.length],
    ["each-table", "Table by table", report.planned.length === 0 ? 0 : null],
    ["set-aside", "Set aside", report.rejects.length],
    ["translated", "Views and triggers", report.views.length + report.triggers.length],
    ["left-behind", "Left behind", report.leftBehind.length],
    ["remarks", "Remarks", report.warnings.length],
    ["not-proved", "Not proved", report.notProved.length],
    ["queries", "Queries", report.queries.length],
    ["checks", "Checks", report.checks.length],
    ["sides", "Source and target", null],
    ["files", "Files", null],
    ["back", "Going back", null],
  ];
  const there = all.filter(([, , count]) => count !== 0);
  return html`<nav aria-label="Sections"><ul>${there.map(([id, title, count]) => html`<li><a href="#${id}">${title}${count === null ? null : html` <span>${grouped(count)}</span>`}</a></li>`)}</ul></nav>`;
}
