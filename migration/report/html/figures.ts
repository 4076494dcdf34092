import type { MigrationReport } from "../../model";
import { groupBy } from "../group";
import { counted, grouped } from "../text";
import { type Html, html } from "./html";

/** One figure of the run, with the section that tells more, where there is one. */
interface Figure {
  title: string;
  count: string;
  note: string;
  tone: "" | "ok" | "warn" | "bad";
  section: string | null;
}

/** The run in figures: what a reader asks first. */
export function figures(report: MigrationReport): Html {
  const all = [...moved(report), setAside(report), checks(report), leftBehind(report), remarks(report)];
  return html`<ul class="figures" aria-label="The run in figures">${all.map(({ title, count, note, tone, section }) => {
    const strong = html`<strong${count.length > 8 ? html` class="long"` : null}>${count}</strong>`;
    const inside = html`<span class="what">${title}</span> ${strong} <span class="note">${note}</span>`;
    return html`<li class="${tone}">${section === null ? html`<div>${inside}</div>` : html`<a href="#${section}">${inside}</a>`}</li>`;
  })}</ul>`;
}

function moved({ status, totals, planned }: MigrationReport): Figure[] {
  const done = status === "failed" ? "tried" : "moved";
  const section = planned.length === 0 ? null : "tables";
  const all = planned.length === totals.tables;
  return [
    {
      title: `Tables ${done}`,
      count: grouped(totals.tables),
      note: all ? "all that were planned" : `of ${grouped(planned.length)} planned`,
      tone: "",
      section,
    },
    {
      title: `Rows ${done}`,
      count: grouped(totals.loadedRows),
      note: `of ${grouped(totals.sourceRows)} in SQLite`,
      tone: "",
      section,
    },
  ];
}

function setAside({ totals, files, rejects, status }: MigrationReport): Figure {
  const none = totals.rejectedRows === "0" && rejects.length === 0;
  return {
    title: "Rows set aside",
    count: grouped(none ? 0 : totals.rejectedRows === "0" ? rejects.length : totals.rejectedRows),
    note: none ? "every row fitted" : files.rejects === null ? "listed below" : "kept whole in a file",
    tone: none ? (status === "failed" ? "" : "ok") : status === "failed" ? "bad" : "warn",
    section: rejects.length === 0 ? null : "set-aside",
  };
}

function checks({ checks: all }: MigrationReport): Figure {
  const passed = all.filter(({ status }) => status === "passed").length;
  const bad = all.length - passed;
  return {
    title: "Checks passed",
    count: grouped(passed),
    note:
      all.length === 0 ? "none was made" : `of ${grouped(all.length)}${bad === 0 ? "" : `: ${grouped(bad)} did not`}`,
    tone: bad > 0 ? "bad" : all.length === 0 ? "warn" : "ok",
    section: all.length === 0 ? null : "checks",
  };
}

function leftBehind({ leftBehind: all }: MigrationReport): Figure {
  const kinds = [...groupBy(all, ({ kind }) => kind)].map(([kind, of]) => counted(of.length, kind));
  return {
    title: "Left behind",
    count: grouped(all.length),
    note: all.length === 0 ? "everything came over" : kinds.join(", "),
    tone: all.length === 0 ? "ok" : "warn",
    section: all.length === 0 ? null : "left-behind",
  };
}

function remarks({ warnings }: MigrationReport): Figure {
  return {
    title: "Remarks",
    count: grouped(warnings.length),
    note: warnings.length === 0 ? "nothing to read" : "to be read",
    tone: warnings.length === 0 ? "ok" : "warn",
    section: warnings.length === 0 ? null : "remarks",
  };
}
