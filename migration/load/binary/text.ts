/** Text as bytes, checked while it is copied. */
import { isUtf8 } from "node:buffer";

/** Above this length the runtime's own loops are faster than one here. */
const longText = 256;

/**
 * Copies a text's bytes. @returns whether PostgreSQL can hold it: valid UTF-8 without NUL
 */
export function copyText(
  from: Buffer,
  fromView: DataView,
  start: number,
  length: number,
  to: Buffer,
  toView: DataView,
  at: number,
): boolean {
  if (length > longText) {
    const text = from.subarray(start, start + length);
    to.set(text, at);
    return !text.includes(0) && isUtf8(text);
  }
  let high = 0;
  let zero = 0;
  let index = 0;
  // Four bytes at a time; a zero byte among them shows as in "Determine if a word has a zero byte" of Bit Twiddling Hacks.
  for (const words = length & ~3; index < words; index += 4) {
    const word = fromView.getInt32(start + index, true);
    high |= word;
    zero |= (word - 0x01010101) & ~word & 0x80808080;
    toView.setInt32(at + index, word, true);
  }
  for (; index < length; index++) {
    const byte = from[start + index] as number;
    high |= byte;
    if (byte === 0) zero = 1;
    to[at + index] = byte;
  }
  if (zero !== 0) return false;
  return (high & 0x80808080) === 0 || isUtf8(from.subarray(start, start + length));
}

/** Characters of a valid UTF-8 text: the bytes that do not continue one. */
export function countCharacters(bytes: Buffer, start: number, length: number): number {
  let count = 0;
  for (let index = start; index < start + length; index++) if (((bytes[index] as number) & 0xc0) !== 0x80) count++;
  return count;
}
