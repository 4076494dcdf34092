/**
 * Index keys in one form, however a record holds them: as bytes that are equal where SQLite's values are equal, and whose order is the index's
 * (BINARY, NULL before numbers before texts before blobs: sqlite.org/datatype3.html, 4.1). No value's form is the beginning of another's.
 */
import { NotReadHere } from "../pages/file";
import { readWhole, whole } from "../pages/record";

/** The first byte of a value's form. */
const classes = { null: 1, number: 2, text: 3, blob: 4 };
/** A longer key is left to SQLite. */
const longestKey = 1024 * 1024;
/** Bytes, from which a key's memory grows: a multiple of 4. */
const usualKey = 4096;
/** The serial type of a blob as long. */
const longestType = 2 * longestKey + 12;
/** Of a value that is neither text nor blob. */
const longestNumber = 18;

/** Bytes, see `pad`. */
const hashedAtOnce = 12;

const double = new Float64Array(1);
/** The same memory in halves, the lower one first. */
const halves = new Int32Array(double.buffer);
/** From here on integers have no double of their own: 2^53. */
const inexact = 9_007_199_254_740_992;
const endOfIntegers = 2 ** 63;

/** A key that is put together value by value. */
export class IndexKey {
  bytes = new Uint8Array(usualKey);
  /** The same memory. */
  words = new Int32Array(this.bytes.buffer);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /**
   * Adds a value of a record.
   *
   * @param flip -1 for a descending column, whose bytes are all turned over, else 0
   * @returns whether it is NULL
   */
  add(bytes: Buffer, view: DataView, at: number, type: number, flip: number): boolean {
    if (type > longestType) throw new NotReadHere("a very long key");
    // In 32 bits: a remainder of doubles is slow.
    const short = type | 0;
    if (short >= 12)
      this.#bytes((short & 1) === 1 ? classes.text : classes.blob, bytes, view, at, (short - 12) >> 1, flip);
    else if (short === 7) return this.#real(view.getFloat64(at), flip);
    else if (short === 0) return this.addNull(flip);
    else if (short < 10) {
      readWhole(view, at, short);
      this.addInteger(whole.high, whole.low, flip);
    } else throw new NotReadHere(`serial type ${type}`);
    return false;
  }

  /** @returns true */
  addNull(flip: number): boolean {
    this.#begin(classes.null, flip, 0);
    return true;
  }

  addInteger(high: number, low: number, flip: number): void {
    const nearest = high * 4_294_967_296 + (low >>> 0);
    this.#number(nearest, flip);
    if (Math.abs(nearest) >= inexact) this.#tie(high, low, flip);
  }

  /** A NaN reads as NULL, and a whole number equals its integer. @returns whether it is NULL */
  #real(value: number, flip: number): boolean {
    if (Number.isNaN(value)) return this.addNull(flip);
    // -0 + 0 is 0.
    this.#number(value + 0, flip);
    if (Math.abs(value) < inexact) return false;
    if (value >= endOfIntegers) this.#tie(0x7fffffff, -1, flip, 1);
    else if (value < -endOfIntegers) this.#tie(-0x80000000, 0, flip);
    else {
      const high = Math.floor(value / 4_294_967_296);
      this.#tie(high, value - high * 4_294_967_296, flip);
    }
    return false;
  }

  #begin(form: number, flip: number, room: number): void {
    const needed = this.length + room + longestNumber + hashedAtOnce;
    if (needed > this.bytes.length) this.#grow(needed);
    this.bytes[this.length++] = form ^ flip;
  }

  #grow(needed: number): void {
    if (needed > longestKey) throw new NotReadHere("a very long key");
    const bytes = new Uint8Array(Math.min(longestKey, Math.ceil(needed / usualKey) * 2 * usualKey));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer);
    this.view = new DataView(bytes.buffer);
  }

  #number(nearest: number, flip: number): void {
    this.#begin(classes.number, flip, 0);
    double[0] = nearest;
    const low = halves[0] as number;
    const high = halves[1] as number;
    // Doubles without sign are in the order of their bits.
    this.#word(high < 0 ? ~high : high ^ 0x80000000, flip);
    this.#word(high < 0 ? ~low : low, flip);
  }

  /** Tells integers apart that have the same double, and a double above all integers from the greatest of them. */
  #tie(high: number, low: number, flip: number, above = 0): void {
    this.#word(high ^ 0x80000000, flip);
    this.#word(low, flip);
    this.bytes[this.length++] = above ^ flip;
  }

  #word(value: number, flip: number): void {
    this.view.setInt32(this.length, value ^ flip);
    this.length += 4;
  }

  /** Texts and blobs end with two zeros; a zero in them is followed by 255. */
  #bytes(form: number, from: Buffer, view: DataView, at: number, size: number, flip: number): void {
    this.#begin(form, flip, 2 * size);
    const { bytes, view: to } = this;
    let { length } = this;
    const end = at + size;
    let place = at;
    // Four bytes at once, as long as none of them is zero.
    for (; place <= end - 4; place += 4, length += 4) {
      const word = view.getInt32(place);
      if ((((word - 0x01010101) | 0) & ~word & 0x80808080) !== 0) break;
      to.setInt32(length, word ^ flip);
    }
    for (; place < end; place++) {
      const byte = from[place] as number;
      bytes[length++] = byte ^ flip;
      if (byte === 0) bytes[length++] = 255 ^ flip;
    }
    to.setInt16(length, flip);
    this.length = length + 2;
  }

  /** Where two keys differ first: at this key's `length` when they are equal. */
  differsAt(other: IndexKey): number {
    const { bytes, view, length } = this;
    const others = other.view;
    let place = 0;
    while (place <= length - 4 && view.getInt32(place) === others.getInt32(place)) place += 4;
    while (place < length && bytes[place] === other.bytes[place]) place++;
    return place;
  }

  /** Zeros after the key, so that the hash has only whole steps to go. @returns the length with them */
  pad(): number {
    const { length, view } = this;
    view.setInt32(length, 0);
    view.setInt32(length + 4, 0);
    view.setInt32(length + 8, 0);
    return (((length + hashedAtOnce - 1) / hashedAtOnce) | 0) * hashedAtOnce;
  }
}
