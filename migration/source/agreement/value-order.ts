/**
 * The order of values as they lie in records: NULL before numbers before texts before blobs, numbers by what they are worth, the others byte by byte
 * (sqlite.org/datatype3.html, 4.1).
 */
import { NotReadHere } from "../pages/file";
import { readWhole, whole } from "../pages/record";

/** SQLite's own (sqlite.org/datatype3.html, 7). They are for texts only. */
export type Collation = "BINARY" | "NOCASE" | "RTRIM";

const endOfIntegers = 2 ** 63;

/** @returns below 0 where the first comes before the second, above 0 where it comes after, 0 where they are equal */
export function compareValues(
  view: DataView,
  at: number,
  type: number,
  otherView: DataView,
  otherAt: number,
  otherType: number,
  collation: Collation,
): number {
  if (type >= 12 && otherType >= 12) {
    // Texts have odd serial types.
    if (((type ^ otherType) & 1) !== 0) return (otherType & 1) - (type & 1);
    const size = (type - 12) >> 1;
    const otherSize = (otherType - 12) >> 1;
    if (collation === "BINARY" || (type & 1) === 0) return compareBytes(view, at, size, otherView, otherAt, otherSize);
    if (collation === "NOCASE") return compareWithoutCase(view, at, size, otherView, otherAt, otherSize);
    return compareBytes(view, at, trimmed(view, at, size), otherView, otherAt, trimmed(otherView, otherAt, otherSize));
  }
  if (type === 0 || otherType === 0 || type >= 12 || otherType >= 12) return rank(type) - rank(otherType);
  return compareNumbers(view, at, type, otherView, otherAt, otherType);
}

function rank(type: number): number {
  if (type === 0) return 0;
  return type >= 12 ? 2 : 1;
}

function compareBytes(
  view: DataView,
  at: number,
  size: number,
  otherView: DataView,
  otherAt: number,
  otherSize: number,
): number {
  const shared = size < otherSize ? size : otherSize;
  let place = 0;
  for (; place <= shared - 4; place += 4) {
    const word = view.getInt32(at + place);
    const other = otherView.getInt32(otherAt + place);
    if (word !== other) return word >>> 0 < other >>> 0 ? -1 : 1;
  }
  for (; place < shared; place++) {
    const difference = view.getUint8(at + place) - otherView.getUint8(otherAt + place);
    if (difference !== 0) return difference;
  }
  return size - otherSize;
}

/** Of ASCII letters the case makes no difference. */
function compareWithoutCase(
  view: DataView,
  at: number,
  size: number,
  otherView: DataView,
  otherAt: number,
  otherSize: number,
): number {
  const shared = size < otherSize ? size : otherSize;
  for (let place = 0; place < shared; place++) {
    const byte = lowered(view.getUint8(at + place));
    const difference = byte - lowered(otherView.getUint8(otherAt + place));
    if (difference !== 0) return difference;
    // SQLite does not look at what stands behind one.
    if (byte === 0) throw new NotReadHere("a zero in a text without case");
  }
  return size - otherSize;
}

function lowered(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** The size of a text without the spaces at its end. */
function trimmed(view: DataView, at: number, size: number): number {
  let end = size;
  while (end > 0 && view.getUint8(at + end - 1) === 0x20) end--;
  return end;
}

function compareNumbers(
  view: DataView,
  at: number,
  type: number,
  otherView: DataView,
  otherAt: number,
  otherType: number,
): number {
  if (type === 7)
    return otherType === 7
      ? compareReals(view.getFloat64(at), otherView.getFloat64(otherAt))
      : -compareWithReal(otherView, otherAt, otherType, view.getFloat64(at));
  if (otherType === 7) return compareWithReal(view, at, type, otherView.getFloat64(otherAt));
  readWhole(view, at, type);
  const { high, low } = whole;
  readWhole(otherView, otherAt, otherType);
  return compareHalves(high, low, whole.high, whole.low);
}

/** Of integers: the upper half has the sign. */
export function compareHalves(high: number, low: number, otherHigh: number, otherLow: number): number {
  if (high !== otherHigh) return high < otherHigh ? -1 : 1;
  if (low === otherLow) return 0;
  return low >>> 0 < otherLow >>> 0 ? -1 : 1;
}

function compareReals(value: number, other: number): number {
  if (value < other) return -1;
  if (value > other) return 1;
  if (value === other) return 0;
  throw new NotReadHere("a NaN in a key");
}

/** An integer with a real, exactly: above 2^53 not each integer has a double. */
function compareWithReal(view: DataView, at: number, type: number, real: number): number {
  readWhole(view, at, type);
  const { high, low } = whole;
  const order = compareReals(high * 4_294_967_296 + (low >>> 0), real);
  // Rounded to the nearest double no integer passes another double.
  if (order !== 0) return order;
  if (real >= endOfIntegers) return -1;
  const realHigh = Math.floor(real / 4_294_967_296);
  return compareHalves(high, low, realHigh, (real - realHigh * 4_294_967_296) | 0);
}
