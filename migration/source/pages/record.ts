/** Records: a header of serial types, then the values (sqlite.org/fileformat2.html, 2.1). */
import type { SqliteValue } from "../value";
import { NotReadHere } from "./file";
import { joined, readVarint, varint } from "./varint";

/** Bytes of a value, by serial types below 12; 10 and 11 are never written. */
const fixedSizes = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0);

/** By serial types of one byte, the same and those of short texts and blobs: most values. */
const shortSizes = Uint8Array.from({ length: 0x80 }, (_, type) =>
  type >= 12 ? (type - 12) >> 1 : (fixedSizes[type] ?? 0),
);

export function sizeOf(serialType: number): number {
  if (serialType >= 12) return Math.floor((serialType - 12) / 2);
  if (serialType > 9) throw new NotReadHere(`serial type ${serialType}`);
  return fixedSizes[serialType] as number;
}

/** The halves of the integer that `readWhole` read last. */
export const whole = { high: 0, low: 0 };

/** An integer of the serial types 1 to 6, 8 and 9, into `whole`. */
export function readWhole(view: DataView, at: number, serialType: number): void {
  switch (serialType) {
    case 1:
      whole.low = view.getInt8(at);
      break;
    case 2:
      whole.low = view.getInt16(at);
      break;
    case 3:
      whole.low = (view.getInt8(at) << 16) | view.getUint16(at + 1);
      break;
    case 4:
      whole.low = view.getInt32(at);
      break;
    case 5:
      whole.high = view.getInt16(at);
      whole.low = view.getInt32(at + 2);
      return;
    case 6:
      whole.high = view.getInt32(at);
      whole.low = view.getInt32(at + 4);
      return;
    default:
      whole.low = serialType - 8;
  }
  whole.high = whole.low >> 31;
}

/** Whether a serial type is one of an integer. */
export function isInteger(serialType: number): boolean {
  return (serialType >= 1 && serialType <= 6) || serialType === 8 || serialType === 9;
}

/** SQLite reads a stored NaN as NULL. */
export function isNaNAt(view: DataView, at: number): boolean {
  return (view.getInt32(at) & 0x7ff00000) === 0x7ff00000 && Number.isNaN(view.getFloat64(at));
}

/**
 * A value as better-sqlite3 gives it.
 *
 * @param asReal the column has REAL affinity, in which whole numbers are stored as integers
 */
export function valueAt(bytes: Buffer, view: DataView, at: number, serialType: number, asReal: boolean): SqliteValue {
  if (serialType >= 12) {
    const end = at + sizeOf(serialType);
    return serialType % 2 === 1 ? bytes.toString("utf8", at, end) : Buffer.from(bytes.subarray(at, end));
  }
  if (serialType === 0) return null;
  if (serialType === 7) return isNaNAt(view, at) ? null : view.getFloat64(at);
  readWhole(view, at, serialType);
  const integer = joined(whole.high, whole.low);
  return asReal ? Number(integer) : integer;
}

/** Of 32 bits. SQLite's own limit of a record is 10^9 bytes (sqlite.org/limits.html), a text of which has a serial type twice as great. */
const greatest = 0x7fffffff;

/** The header of one record at a time: the serial types, and where each value lies, counted from the record's start. */
export class RecordHeader {
  /** How many values the record has. */
  count = 0;
  readonly types: Int32Array;
  readonly offsets: Int32Array;

  /** @param columns that the table has; a record may have fewer, never more */
  constructor(readonly columns: number) {
    this.types = new Int32Array(columns);
    this.offsets = new Int32Array(columns);
  }

  /** Reads the header at `start`. @param length of the record */
  read(bytes: Buffer, start: number, length: number): void {
    const headerLength = readVarint(bytes, start);
    let at = varint.end;
    const end = start + headerLength;
    if (headerLength > length) throw new NotReadHere("a header longer than its record");
    if (length > greatest) throw new NotReadHere("a record beyond 2 GB");
    let offset = headerLength;
    let count = 0;
    const { types, offsets, columns } = this;
    while (at < end) {
      if (count === columns) throw new NotReadHere("a record with more values than the table has columns");
      const first = bytes[at] as number;
      offsets[count] = offset;
      if (first < 0x80 && first !== 10 && first !== 11) {
        at++;
        types[count] = first;
        offset += shortSizes[first] as number;
      } else {
        const type = readVarint(bytes, at);
        at = varint.end;
        if (type > greatest) throw new NotReadHere("a value beyond 1 GB");
        types[count] = type;
        offset += sizeOf(type);
      }
      count++;
    }
    if (at !== end || offset > length) throw new NotReadHere("a record that does not add up");
    this.count = count;
  }
}
