/** Horizontal bars as inline SVG: widths are attributes, since the page allows no style but its own sheet. */
import type { MigrationReport } from "../../model";
import { counted, duration, grouped } from "../text";
import { cut } from "./bounds";
import { type Html, html } from "./html";

const bars = 12;
const [lineHeight, labelWidth, barWidth, valueWidth] = [26, 215, 250, 140];

interface Bar {
  label: string;
  /** What its length stands for: in the first colour, and in the warning's. */
  size: number;
  aside: number;
  value: string;
}

export function charts(report: MigrationReport): Html | null {
  const drawn = [rowsChart(report), timeChart(report)].filter((chart) => chart !== null);
  return drawn.length === 0 ? null : html`<div class="charts">${drawn}</div>`;
}

function rowsChart({ tables }: MigrationReport): Html | null {
  const all = tables
    .filter(({ sourceRows }) => sourceRows !== "0")
    .map(({ target, loadedRows, rejectedRows }) => ({
      label: target,
      size: Number(loadedRows),
      aside: Number(rejectedRows),
      value: grouped(loadedRows) + (rejectedRows === "0" ? "" : ` (+${grouped(rejectedRows)} set aside)`),
    }))
    .sort((a, b) => b.size + b.aside - a.size - a.aside);
  if (all.length < 2) return null;
  const others = all.slice(bars);
  const sum = others.reduce((total, { size }) => total + size, 0);
  const empty = tables.length - all.length;
  const notes = [
    ...(others.length === 0
      ? []
      : [`${counted(others.length, "smaller table")} with ${counted(Math.round(sum), "row")}.`]),
    ...(empty === 0 ? [] : [`${counted(empty, "table")} without rows.`]),
  ];
  const note = notes.join(" ");
  return chart("Rows by table", all.slice(0, bars), note);
}

function timeChart({ phases, durationMs }: MigrationReport): Html | null {
  if (phases.length < 2) return null;
  const shown = phases.map(({ name, durationMs: time }) => ({
    label: name,
    size: time,
    aside: 0,
    value: duration(time),
  }));
  return chart("Time by step", shown.slice(0, 2 * bars), `${duration(durationMs)} in all.`);
}

function chart(title: string, all: Bar[], note: string): Html {
  const most = Math.max(1, ...all.map(({ size, aside }) => size + aside));
  const length = (size: number) => Number(((size / most) * barWidth).toFixed(1));
  const lines = all.map(({ label, size, aside, value }, i) => {
    const [y, loaded, rejected] = [i * lineHeight, length(size), length(aside)];
    return html`<g><title>${cut(label, 130)}: ${value}</title>
<text class="label" x="${labelWidth - 10}" y="${y + 17}" text-anchor="end">${shortened(label)}</text>
<rect class="track" x="${labelWidth}" y="${y + 6}" width="${barWidth}" height="14" rx="3"/>
<rect class="bar" x="${labelWidth}" y="${y + 6}" width="${loaded}" height="14" rx="3"/>${rejected === 0 ? null : html`<rect class="aside" x="${labelWidth + loaded}" y="${y + 6}" width="${Math.max(2, rejected)}" height="14" rx="3"/>`}
<text x="${labelWidth + barWidth + 8}" y="${y + 17}">${value}</text></g>`;
  });
  const told = all.map(({ label, value }) => `${cut(label, 60)}: ${value}`).join("; ");
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${labelWidth + barWidth + valueWidth} ${all.length * lineHeight}" role="img" aria-label="${title}. ${told}">${lines}</svg>
${note === "" ? null : html`<p class="note">${note}</p>`}</figure>`;
}

function shortened(label: string): string {
  const signs = [...label];
  return signs.length <= 24 ? label : `${signs.slice(0, 23).join("")}…`;
}
