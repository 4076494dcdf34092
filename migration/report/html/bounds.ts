/** The page stays small whatever was moved: long texts are cut, long lists end, and both say so. The JSON report has everything. */
import { counted, grouped, shortened } from "../text";
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

/** Rows of cells: the first, as many as there is room for. */
export function fit(rows: Html[][], bytes = 400_000): Html[][] {
  const room = new Room(bytes);
  const end = rows.findIndex((cells) => room.take(html`${cells}`) === null);
  return end < 0 ? rows : rows.slice(0, end);
}

/** A text as the page shows it: its beginning, where it is long. */
export function cut(text: string, characters = 300): string {
  return shortened(text, characters);
}

/** Says how many of a list are not on the page; nothing where all are. */
export function rest(all: number, shown: number, noun: string): Html | null {
  return all === shown
    ? null
    : html`<p class="more">${counted(all - shown, `more ${noun}`)} not listed here: report.json has all ${grouped(all)}.</p>`;
}
