/**
 * Hashes of the values of a key: equal where SQLite's values are equal (a whole number is the same as INTEGER and as REAL), whatever a record's
 * serial types are. A value is hashed where it lies, once, however many indexes have it in their keys.
 *
 * The hash is two lanes of 32 bits, mixed as in MurmurHash3 (Austin Appleby, public domain). A step takes two words in by multiplications with odd
 * numbers, rotations and sums from lane to lane, each of which can be undone. So states that differ still differ after equal words, other words never
 * lead to the same state, and only values of more than eight bytes can meet, with a probability of 2^-64.
 */
import { NotReadHere } from "../pages/file";
import { readWhole, whole } from "../pages/record";

/** Where the lanes begin, so that an integer's two words are no real's, and no text's. */
const starts = { null: 0x243f6a88, integer: 0x13198a2e, real: 0x03707344, bytes: 0x299f31d0 };

const double = new Float64Array(1);
/** The same memory in halves, the lower one first. */
const halves = new Int32Array(double.buffer);
const endOfIntegers = 2 ** 63;

/** A hash on its way. */
class Lanes {
  a = 0;
  b = 0;

  begin(a: number, b: number): void {
    this.a = a | 0;
    this.b = b | 0;
  }

  /** Takes in two words. */
  take(one: number, two: number): void {
    let word = Math.imul(one, 0x239b961b);
    word = Math.imul((word << 15) | (word >>> 17), 0xab0e9789);
    let a = this.a ^ word;
    a = (((a << 19) | (a >>> 13)) + this.b) | 0;
    a = (Math.imul(a, 5) + 0x561ccd1b) | 0;
    word = Math.imul(two, 0xab0e9789);
    word = Math.imul((word << 16) | (word >>> 16), 0x38b34ae5);
    let b = this.b ^ word;
    b = (((b << 17) | (b >>> 15)) + a) | 0;
    b = (Math.imul(b, 5) + 0x0bcaa747) | 0;
    this.a = a;
    this.b = b;
  }

  /**
   * Makes each bit bear on all others, which undoes nothing of what is told apart. Keys are added up then: as their hashes look like random numbers, those
   * of wrong keys make up for those of the right ones with a probability of 2^-64, even where rows have only exchanged their values.
   */
  finish(): void {
    const a = (this.a + this.b) | 0;
    this.b = spread((this.b + a) | 0);
    this.a = spread(a);
  }
}

function spread(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Of the value or key that was hashed last. */
export const lanes = new Lanes();

/**
 * Hashes a value of a record, into `lanes`.
 *
 * @param type its serial type, of which the value lies at `at`
 * @throws NotReadHere for a NaN, which only damage writes: as a key SQLite does not treat it everywhere alike
 */
export function hashValue(bytes: Buffer, view: DataView, at: number, type: number): void {
  if (type >= 12) hashBytes(bytes, view, at, type);
  else if (type === 0) hashNull();
  else if (type === 7) hashReal(view.getFloat64(at));
  else if (type < 10) {
    readWhole(view, at, type);
    hashInteger(whole.high, whole.low);
  } else throw new NotReadHere(`serial type ${type}`);
}

export function hashNull(): void {
  lanes.begin(starts.null, 0);
}

export function hashInteger(high: number, low: number): void {
  lanes.begin(starts.integer, 0);
  lanes.take(low, high);
}

function hashReal(value: number): void {
  if (Number.isNaN(value)) throw new NotReadHere("a NaN in a key");
  if (value >= -endOfIntegers && value < endOfIntegers && Math.floor(value) === value) {
    const high = Math.floor(value / 4_294_967_296);
    hashInteger(high | 0, (value - high * 4_294_967_296) | 0);
    return;
  }
  double[0] = value;
  lanes.begin(starts.real, 0);
  lanes.take(halves[0] as number, halves[1] as number);
}

/** The serial type tells a text from a blob, and how long it is: that the last words overlap makes no difference then. */
function hashBytes(bytes: Buffer, view: DataView, at: number, type: number): void {
  lanes.begin(starts.bytes, type);
  const end = at + ((type - 12) >> 1);
  let place = at;
  for (; place <= end - 8; place += 8) lanes.take(view.getInt32(place, true), view.getInt32(place + 4, true));
  if (place === end) return;
  if (end - at >= 8) lanes.take(view.getInt32(end - 8, true), view.getInt32(end - 4, true));
  else lanes.take(wordOf(bytes, place, Math.min(place + 4, end)), wordOf(bytes, place + 4, end));
}

function wordOf(bytes: Buffer, from: number, end: number): number {
  let word = 0;
  for (let place = from; place < end; place++) word = (word << 8) | (bytes[place] as number);
  return word;
}
