/** A JSON array of integers, texts and NULLs as SQLite's json_group_array writes it, read value by value from its bytes. */

import { momentAt, momentLengths } from "./moment";
import type { RecordBuffer } from "./record";

/** Something that the fast way does not know: the batch is read in the exact way. */
export class Irregular extends Error {}

const [comma, minus, zero, quote, backslash, open, close, n, u] = [
  0x2c, 0x2d, 0x30, 0x22, 0x5c, 0x5b, 0x5d, 0x6e, 0x75,
];
/** What a letter after the backslash stands for. A text with NUL is left to the exact way. */
const escapes = new Uint8Array(128);
for (const [letter, byte] of Object.entries({ '"': 34, "\\": 92, b: 8, f: 12, n: 10, r: 13, t: 9 }))
  escapes[letter.charCodeAt(0)] = byte;

const quotes = 0x22222222;
const backslashes = 0x5c5c5c5c;

/** Whether one of a word's bytes is that which the other word holds four times: the difference has a byte 0 then, from which 1 cannot be taken. */
function holds(word: number, four: number): boolean {
  const difference = word ^ four;
  return ((difference - 0x01010101) & ~difference & 0x80808080) !== 0;
}

export class JsonArray {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the next value begins, or what comes after the array. */
  at = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** Of the last integer. */
  negative = false;
  digits = 0;

  start(bytes: Buffer): void {
    if (bytes[0] !== open) throw new Irregular();
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 1;
  }

  /** @throws Irregular where there are more values, or fewer were there */
  end(): void {
    if (this.at !== this.bytes.length || this.bytes[this.at - 1] !== close) throw new Irregular();
  }

  /** Whether the next value is NULL, which is then done. */
  null(): boolean {
    const { bytes, at } = this;
    if (bytes[at] !== n) return false;
    this.after(at + 4);
    return true;
  }

  /** Whether the next value is a text. */
  isText(): boolean {
    return this.bytes[this.at] === quote;
  }

  /** @returns the magnitude, exact where it has at most 15 digits */
  integer(): number {
    const { bytes } = this;
    let { at } = this;
    this.negative = bytes[at] === minus;
    if (this.negative) at++;
    const start = at;
    let magnitude = 0;
    for (let digit = (bytes[at] as number) - zero; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - zero)
      magnitude = magnitude * 10 + digit;
    if (at === start) throw new Irregular();
    this.digits = at - start;
    this.after(at);
    return magnitude;
  }

  /** The last integer, exactly. */
  exactly(): bigint {
    const end = this.at - 1;
    const text = this.bytes.toString("latin1", end - this.digits, end);
    return this.negative ? -BigInt(text) : BigInt(text);
  }

  /**
   * Writes the bytes of a text. What does not fit is not written, but counted.
   *
   * @returns where they end
   */
  text({ bytes: to, view: toView }: RecordBuffer, start: number): number {
    const { bytes, view } = this;
    const last = bytes.length - 4;
    const lastTo = to.length - 4;
    let at = this.at + 1;
    let end = start;
    for (;;) {
      // Four bytes at a time as long as none of them means something.
      while (at <= last && end <= lastTo) {
        const word = view.getInt32(at, true);
        if (holds(word, quotes) || holds(word, backslashes)) break;
        toView.setInt32(end, word, true);
        at += 4;
        end += 4;
      }
      let byte = bytes[at++];
      if (byte === quote) break;
      if (byte === backslash) {
        byte = bytes[at++] as number;
        // Most are these.
        if (byte !== quote && byte !== backslash) {
          byte = this.escaped(at - 1);
          if (bytes[at - 1] === u) at += 4;
        }
      } else if (byte === undefined) throw new Irregular();
      to[end++] = byte;
    }
    this.after(at);
    return end;
  }

  /** @returns a text's microseconds since 2000-01-01; NaN where it is none that most are, which is still the next value then */
  moment(): number {
    const { bytes, at } = this;
    for (const length of momentLengths) {
      if (bytes[at + 1 + length] !== quote) continue;
      const micros = momentAt(bytes, at + 1, length);
      if (!Number.isNaN(micros)) this.after(at + length + 2);
      return micros;
    }
    return Number.NaN;
  }

  private escaped(at: number): number {
    const { bytes } = this;
    const letter = bytes[at] as number;
    const byte =
      letter === u && bytes[at + 1] === zero && bytes[at + 2] === zero
        ? Number.parseInt(String.fromCharCode(bytes[at + 3] as number, bytes[at + 4] as number), 16)
        : (escapes[letter] as number);
    if (byte > 0 && byte < 0x80) return byte;
    throw new Irregular();
  }

  private after(at: number): void {
    const byte = this.bytes[at];
    if (byte !== comma && byte !== close) throw new Irregular();
    this.at = at + 1;
  }
}
