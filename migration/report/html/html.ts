import { codePoint } from "../text";

/** A piece of HTML. Only the template below and `trusted` make one: what is a plain string is always text. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | null | readonly Part[];

/** Markup with values in it: strings are escaped, also for attributes in double quotes; lists are put one after the other. */
export function html(markup: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(markup.map((text, i) => text + render(parts[i] ?? null)).join(""));
}

/** Markup of our own files, as it is. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(part: Part): string {
  if (part === null) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(render).join("") : escapeHtml(String(part));
}

const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Signs that cannot be seen, that HTML does not take, or that turn the direction of what follows (Unicode's bidirectional controls). */
const unseen = /(?![\n\t])[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Most texts need nothing: the look at each sign is for the others. */
const plain = /^[\n\t !#-%(-;=?-~]*$/;

/** Text as HTML. What cannot be seen is written out, as `\u202e`. */
export function escapeHtml(text: string): string {
  if (plain.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
    .replace(unseen, (sign) => `\\${codePoint(sign)}`);
}
