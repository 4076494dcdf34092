/** The top of the page: right or wrong, what was moved, what was not, and what failed first. */
import type { Check, MigrationReport, RejectedRow } from "../../model";
import { counted, duration } from "../text";
import { cut, most, rest } from "./bounds";
import { type Html, html } from "./html";
import { code, folded, name, result, section, value } from "./parts";

const words: Record<MigrationReport["status"], { title: string; lead: string; mark: string }> = {
  verified: {
    title: "Verified",
    lead: "Everything that was moved is the same on both sides: every check passed.",
    mark: "M5 13l5 5L20 7",
  },
  loaded: {
    title: "Loaded, not verified",
    lead: "The rows were loaded. Nothing was compared, so nothing is proved.",
    mark: "M12 5v9M12 18v1.5",
  },
  failed: {
    title: "Failed",
    lead: "The migration did not succeed, and the target is as it was.",
    mark: "M6 6l12 12M18 6L6 18",
  },
};

export function verdictBand(report: MigrationReport): Html {
  const { title, lead, mark } = words[report.status];
  const { source, target, startedAt, durationMs, totals } = report;
  const some = report.status !== "failed" && totals.rejectedRows !== "0";
  const aside = some
    ? ` ${counted(totals.rejectedRows, "row")} ${totals.rejectedRows === "1" ? "was" : "were"} set aside.`
    : "";
  return html`<header class="verdict ${report.status}">
<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="${mark}"/></svg>
<div><p class="kicker">Migration report</p>
<h1>${title}</h1>
<p class="lead">${lead}${aside}</p>
<p class="route">${name(source.path)} <span aria-label="to">→</span> ${name(target.url)}, schema ${name(target.schema)}
<br><time datetime="${startedAt}">${startedAt.slice(0, 19).replace("T", " ")} UTC</time>, ${duration(durationMs)}</p></div>
</header>`;
}

/** What speaks against the migration, worst first and in full, before everything else. */
export function whatFailed({ failure, checks, rejects }: MigrationReport): Html {
  const bad = checks.filter(({ status }) => status !== "passed");
  if (failure === null && bad.length === 0) return html``;
  const shown = bad.slice(0, most.failures);
  return section(
    "failed",
    bad.length > 1 ? `What failed: ${counted(bad.length, "check")}` : "What failed",
    html`${failure === null ? null : html`<p class="failure">${cut(failure, 1_500)}</p>`}
${bad.length > 0 || failure === null ? null : html`<ul>${rejects.slice(0, 5).map((row) => html`<li>${rejectLine(row)}</li>`)}</ul>`}
${shown.map(failedCheck)}${rest(bad.length, shown.length, "check")}`,
  );
}

function rejectLine({ table, key, column, reason }: RejectedRow): Html {
  const where = Object.entries(key).map(([part, held]) => `${part} = ${held}`);
  return html`${name(table)} ${name(where.join(", "))}${column === null ? null : html`, column ${name(column)}`}: ${cut(reason)}`;
}

function failedCheck({ name: title, table, status, source, target, detail, sql }: Check): Html {
  return html`<article class="against"><h3>${table === null ? null : html`${name(table)}: `}${name(title)} ${result(status)}</h3>
${source === "" && target === "" ? null : html`<dl class="sides"><div><dt>SQLite says</dt><dd>${value(source)}</dd></div><div><dt>PostgreSQL says</dt><dd>${value(target)}</dd></div></dl>`}
${detail === null ? null : code(detail, 3_000)}${sql === null ? null : folded("SQL", sql)}</article>`;
}
