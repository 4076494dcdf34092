/** The least and greatest value of a column, found on this side in the order that the server has for it. */
import { daysOf } from "./record";

/** So much of a text's beginning is compared and shown: a text may be of any length. */
export const shownCharacters = 100;
const shownBytes = 4 * shownCharacters;

/** What has been found: equal texts for equal values on both sides; null without a value. */
export type Range = [least: string | null, greatest: string | null];

/** Of cells whose form never changes the order that `before` has. */
export class CellEnds {
  private least: string | null = null;
  private greatest: string | null = null;

  constructor(private readonly before: (a: string, b: string) => boolean) {}

  add(cell: string): void {
    if (this.least === null || this.before(cell, this.least)) this.least = cell;
    if (this.greatest === null || this.before(this.greatest, cell)) this.greatest = cell;
  }

  addAll(other: this): void {
    for (const cell of [other.least, other.greatest]) if (cell !== null) this.add(cell);
  }

  range(): Range {
    return [this.least, this.greatest];
  }
}

/** The order of uuids and times of day is that of their texts. */
export const asWritten = (a: string, b: string) => a < b;

/** Dates of four-digit years are ordered as they are written. */
export const asDays = (a: string, b: string) => (a.length === 10 && b.length === 10 ? a < b : daysOf(a) < daysOf(b));

/** The order of plain decimals (number.ts). A double keeps it, or makes two of them equal. */
export function asDecimals(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  return x === y && a !== b ? exactlyBefore(a, b) : x < y;
}

function exactlyBefore(a: string, b: string): boolean {
  const negative = a.startsWith("-");
  if (negative !== b.startsWith("-")) return negative;
  if (negative) return magnitudeBefore(b.slice(1), a.slice(1));
  return magnitudeBefore(a, b);
}

function magnitudeBefore(a: string, b: string): boolean {
  const [wholeA = "", fractionA = ""] = a.split(".");
  const [wholeB = "", fractionB = ""] = b.split(".");
  if (wholeA.length !== wholeB.length) return wholeA.length < wholeB.length;
  return wholeA === wholeB ? fractionA < fractionB : wholeA < wholeB;
}

/** Of texts, by their bytes, as SQLite and the server's collation "C" order them. */
export class TextEnds {
  private least: Buffer | null = null;
  private greatest: Buffer | null = null;

  /** The bytes of a text. They are copied where they are kept. */
  add(from: Uint8Array, start: number, length: number): void {
    const end = start + Math.min(length, shownBytes);
    if (this.least === null || order(from, start, end, this.least) < 0)
      this.least = Buffer.from(from.subarray(start, end));
    if (this.greatest === null || order(from, start, end, this.greatest) > 0)
      this.greatest = Buffer.from(from.subarray(start, end));
  }

  addAll(other: TextEnds): void {
    for (const bytes of [other.least, other.greatest]) if (bytes !== null) this.add(bytes, 0, bytes.length);
  }

  range(): Range {
    return [shown(this.least), shown(this.greatest)];
  }
}

/** Most texts differ in their first bytes, so that a loop is quicker than a call. */
function order(from: Uint8Array, start: number, end: number, other: Buffer): number {
  const common = Math.min(end - start, other.length);
  for (let i = 0; i < common; i++) {
    const difference = (from[start + i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return end - start - other.length;
}

function shown(bytes: Buffer | null): string | null {
  return bytes === null ? null : [...bytes.toString()].slice(0, shownCharacters).join("");
}
