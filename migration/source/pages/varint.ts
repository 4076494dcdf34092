/** Variable-length integers (sqlite.org/fileformat2.html, 1.6): big-endian, seven bits in a byte, the ninth byte whole. */
import { NotReadHere } from "./file";

/** Where the last varint ended. */
export const varint = { end: 0 };

/** A varint that is a length, a count or a serial type. @throws NotReadHere above 2^53 */
export function readVarint(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) {
    varint.end = at + 1;
    return first;
  }
  let value = first & 0x7f;
  for (let length = 1; length < 8; length++) {
    const byte = bytes[at + length] as number;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      varint.end = at + length + 1;
      if (value > Number.MAX_SAFE_INTEGER) throw new NotReadHere("a length beyond 2^53");
      return value;
    }
  }
  throw new NotReadHere("a length beyond 2^53");
}

/** The two halves of the 64-bit integer read last: `high` signed, `low` as 32 unsigned bits. */
export const integer = { high: 0, low: 0 };

/** A varint with all its 64 bits, into `integer`: a rowid. */
export function readInteger(bytes: Buffer, at: number): void {
  let value = 0;
  for (let length = 0; length < 7; length++) {
    const byte = bytes[at + length] as number;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      varint.end = at + length + 1;
      integer.high = Math.floor(value / 0x1_0000_0000);
      integer.low = value >>> 0;
      return;
    }
  }
  let whole = BigInt(value);
  const eighth = bytes[at + 7] as number;
  whole = whole * 128n + BigInt(eighth & 0x7f);
  varint.end = at + 8;
  if (eighth >= 0x80) {
    whole = whole * 256n + BigInt(bytes[at + 8] as number);
    varint.end = at + 9;
  }
  integer.high = Number(BigInt.asIntN(32, whole >> 32n));
  integer.low = Number(BigInt.asUintN(32, whole));
}

/** A 64-bit integer from its halves. */
export function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
