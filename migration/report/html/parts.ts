/** Small pieces that the page's sections share. */
import type { Check } from "../../model";
import { duration, grouped } from "../text";
import { cut } from "./bounds";
import { type Html, html } from "./html";

/** A name from the user's database: it cannot turn the direction of the text around it. */
export function name(text: string): Html {
  return html`<bdi>${cut(text, 130)}</bdi>`;
}

/** A value of the user's, with its line breaks. */
export function value(text: string | null): Html {
  return text === null ? html`<i class="null">NULL</i>` : html`<bdi class="value">${cut(text)}</bdi>`;
}

export function code(text: string, characters = 2_000): Html {
  return html`<pre tabindex="0"><code>${cut(text, characters)}</code></pre>`;
}

/** SQL that is there to be opened. */
export function folded(title: string, sql: string): Html {
  return html`<details class="sql"><summary>${title}</summary>${code(sql)}</details>`;
}

export interface Column {
  title: string;
  /** Whether it holds numbers or times. */
  number?: boolean;
}

/**
 * A table in a frame that scrolls by itself. With JavaScript a reader can sort it, and filter it where `filter` names what it lists.
 *
 * @param rows each a list of `<td>` and `<th>`
 */
export function grid(
  caption: string,
  columns: Column[],
  rows: Html[][],
  options: { filter?: string; foot?: Html[]; fixed?: boolean } = {},
): Html {
  const { filter, foot, fixed = false } = options;
  const head = columns.map(
    ({ title, number }) => html`<th scope="col"${number ? html` class="n"` : null}>${title}</th>`,
  );
  return html`<div class="grid"${filter === undefined ? null : html` data-filter="${filter}"`}><div class="frame" role="region" tabindex="0" aria-label="${caption} (scrolls)"><table${fixed ? null : html` data-sortable`}>
<caption class="unseen">${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells}</tr>\n`)}</tbody>${foot === undefined ? null : html`<tfoot><tr>${foot}</tr></tfoot>`}
</table></div></div>`;
}

export function cell(content: Html | string | null): Html {
  return html`<td>${content}</td>`;
}

/** The cell that names its row. */
export function rowHead(content: Html | string): Html {
  return html`<th scope="row">${content}</th>`;
}

export function countCell(count: string | number, tone: "" | "warn" | "bad" = ""): Html {
  return html`<td class="n ${tone}">${grouped(count)}</td>`;
}

export function timeCell(milliseconds: number): Html {
  return html`<td class="n" data-sort="${milliseconds}">${duration(milliseconds)}</td>`;
}

const tones: Record<Check["status"], string> = { passed: "ok", failed: "bad", "not done": "bad" };

export function result(status: Check["status"]): Html {
  return html`<span class="badge ${tones[status]}">${status}</span>`;
}

export function section(id: string, title: string, content: Html | null): Html {
  return content === null
    ? html``
    : html`<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${title}</h2>\n${content}\n</section>\n`;
}

/** Ids of the pieces that links lead to: numbered, since names may hold anything. */
export const tableId = (position: number) => `table-${position + 1}`;
