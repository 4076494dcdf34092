/** Moments as most are written, read from their bytes. */

/** With up to six digits of a second, as momentAt reads them; the most common ones first. */
export const momentLengths = [19, 26, 23, 21, 22, 24, 25];

const [colon, minus, zero] = [0x3a, 0x2d, 0x30];

/** Days from 2000-01-01 to the first of a month, and days in the month, by year since 1800 and month. */
const [firstYear, lastYear] = [1800, 2200];
const monthStart = new Int32Array((lastYear - firstYear) * 12 + 1);
for (let i = 0; i < monthStart.length; i++)
  monthStart[i] = (Date.UTC(firstYear + Math.floor(i / 12), i % 12, 1) - 946_684_800_000) / 86_400_000;

/**
 * `YYYY-MM-DD HH:MM:SS` with up to six digits more.
 *
 * @returns microseconds since 2000-01-01, or NaN for what is written in another way. All are whole numbers below 2^53.
 */
export function momentAt(bytes: Uint8Array, at: number, size: number): number {
  if (size !== 19 && (size < 21 || size > 26)) return Number.NaN;
  if (bytes[at + 4] !== minus || bytes[at + 7] !== minus || bytes[at + 10] !== 0x20) return Number.NaN;
  if (bytes[at + 13] !== colon || bytes[at + 16] !== colon) return Number.NaN;
  const year = 100 * two(bytes, at) + two(bytes, at + 2);
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  const hours = two(bytes, at + 11);
  const minutes = two(bytes, at + 14);
  const seconds = two(bytes, at + 17);
  if (!(year >= firstYear && year < lastYear && month >= 1 && month <= 12)) return Number.NaN;
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN;
  const index = (year - firstYear) * 12 + month - 1;
  const start = monthStart[index] as number;
  const end = monthStart[index + 1] as number;
  if (!(day >= 1 && day <= end - start)) return Number.NaN;
  let fraction = 0;
  if (size > 19) {
    if (bytes[at + 19] !== 0x2e) return Number.NaN;
    for (let i = 20; i < 26; i++) {
      const digit = i < size ? (bytes[at + i] as number) - zero : 0;
      if (digit < 0 || digit > 9) return Number.NaN;
      fraction = fraction * 10 + digit;
    }
  }
  return ((start + day - 1) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1_000_000 + fraction;
}

/** Two digits, or NaN. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - zero;
  const ones = (bytes[at + 1] as number) - zero;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : 10 * tens + ones;
}
