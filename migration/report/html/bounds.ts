/** The page stays small whatever was moved: long texts are cut, long lists end, and both say so. The JSON report has everything. */
import { counted, grouped } from "../text";
import { type Html, html } from "./html";

/** Rows of one list. */
export const most = {
  failures: 50,
  tables: 2_000,
  columns: 200,
  checks: 2_000,
  rejects: 500,
  leftBehind: 500,
  remarks: 500,
  resultRows: 50,
};

/** Bytes that one kind of thing may take on the page, handed out first come, first served. */
export class Room {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** The piece, or null where there is no room left for it. */
  take(piece: Html): Html | null {
    const size = Buffer.byteLength(piece.text);
    if (size > this.#left) return null;
    this.#left -= size;
    return piece;
  }
}

/** A text's beginning, and how long the whole is. */
export function cut(text: string, characters = 300): string {
  const signs = text.length <= characters ? [] : [...text.slice(0, 2 * characters + 2)];
  if (signs.length <= characters) return text;
  return `${signs.slice(0, characters).join("")}… (${grouped(text.length)} characters)`;
}

/** Says how many of a list are not on the page; nothing where all are. */
export function rest(all: number, shown: number, noun: string): Html | null {
  return all === shown
    ? null
    : html`<p class="more">${counted(all - shown, `more ${noun}`)} not listed here: report.json has all ${grouped(all)}.</p>`;
}
