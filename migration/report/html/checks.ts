/** The checks: by kind, those of the whole, and all of them. */
import type { Check, MigrationReport } from "../../model";
import { groupBy } from "../group";
import { counted, grouped } from "../text";
import { fit, most, type Room, rest } from "./bounds";
import { type Html, html } from "./html";
import { cell, countCell, folded, grid, name, result, rowHead, section, timeCell, value } from "./parts";

const sides = [{ title: "SQLite" }, { title: "PostgreSQL" }, { title: "Result" }, { title: "Time", number: true }];

/** Checks with what both sides say, and their SQL as far as there is room. */
export function checkGrid(caption: string, checks: Check[], sql: Room): Html {
  let without = 0;
  const rows = checks.map((check) => {
    const asked = check.sql === null ? null : sql.take(folded("SQL", check.sql));
    if (check.sql !== null && asked === null) without++;
    return [rowHead(html`${name(check.name)}${asked}`), ...sideCells(check)];
  });
  const more = html`<p class="more">The SQL of ${counted(without, "check")} is in report.json.</p>`;
  return html`${grid(caption, [{ title: "Check" }, ...sides], rows)}${without === 0 ? null : more}`;
}

function sideCells({ source, target, status, durationMs }: Check): Html[] {
  return [cell(value(source)), cell(value(target)), cell(result(status)), timeCell(durationMs)];
}

export function checkSection({ checks }: MigrationReport, sql: Room): Html {
  if (checks.length === 0) return html``;
  const whole = checks.filter(({ table }) => table === null).slice(0, most.columns);
  const sorted = [
    ...checks.filter(({ status }) => status !== "passed"),
    ...checks.filter(({ status }) => status === "passed"),
  ];
  const columns = [{ title: "Table" }, { title: "Check" }, ...sides];
  const entries = sorted
    .slice(0, most.checks)
    .map((check) => [
      cell(check.table === null ? null : name(check.table)),
      rowHead(name(check.name)),
      ...sideCells(check),
    ]);
  const rows = fit(entries, 600_000);
  return section(
    "checks",
    "Checks",
    html`${byKind(checks)}
${whole.length === 0 ? null : html`<h3>Of the whole</h3>${checkGrid("Checks of the whole", whole, sql)}`}
<details class="table"><summary><h3>Every check</h3> <span class="note">${grouped(checks.length)}</span></summary>
<div class="inside">${grid("Every check", columns, rows, { filter: "checks" })}${rest(checks.length, rows.length, "check")}</div></details>`,
  );
}

/** `join a (b) → c` is a join: what comes after the first word names the pair, or the query. */
function kindOf({ name: title }: Check): string {
  const [first = title] = title.split(" ");
  return /^(orphans|join|query|view)$/.test(first) ? first : title;
}

function byKind(checks: Check[]): Html {
  const rows = [...groupBy(checks, kindOf)].map(([kind, all]) => {
    const count = (status: Check["status"]) => all.filter((check) => check.status === status).length;
    const [failed, notDone] = [count("failed"), count("not done")];
    return [
      rowHead(name(kind)),
      countCell(count("passed")),
      countCell(failed, failed === 0 ? "" : "bad"),
      countCell(notDone, notDone === 0 ? "" : "bad"),
      timeCell(all.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    ];
  });
  const titles = ["Passed", "Failed", "Not done", "Time"].map((title) => ({ title, number: true }));
  return grid("Checks by kind", [{ title: "What was compared" }, ...titles], fit(rows, 200_000));
}
