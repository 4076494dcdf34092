/** Dates and times in COPY's binary format: days and microseconds from the year 2000 (postgresql.org/docs/16/datatype-datetime.html). */

/** From 1970-01-01 to 2000-01-01. */
const epochDays = 10_957;
const daysInMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 2000-01-01, in the proleptic Gregorian calendar that PostgreSQL counts in too. */
export function daysFrom2000(year: number, month: number, day: number): number {
  // Counted in years that begin in March, so that a leap day is the last (the usual civil-calendar arithmetic).
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468 - epochDays;
}

/** What a reader of bytes gives for a text that it does not read. */
export const notOrdinary = Number.NaN;

/** Two digits; a negative number, that stays negative with other digits added, for anything else. */
function pair(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 48;
  const ones = (bytes[at + 1] as number) - 48;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -10_000 : tens * 10 + ones;
}

/** The years that times of applications are mostly of. */
const usual = { from: 1900, to: 2155 };

/** By month of these years: the day before its first, and its last day of the month. */
const months = {
  start: new Int32Array(12 * (usual.to - usual.from)),
  last: new Uint8Array(12 * (usual.to - usual.from)),
};
for (let index = 0; index < months.start.length; index++) {
  const [year, month] = [usual.from + Math.floor(index / 12), (index % 12) + 1];
  months.start[index] = daysFrom2000(year, month, 1) - 1;
  months.last[index] = lastOf(year, month);
}

function lastOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (daysInMonth[month] as number);
}

/** The days of a text `YYYY-MM-DD`, or NaN for any other and for a day that does not exist. */
export function dayOfBytes(bytes: Buffer, at: number): number {
  if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return notOrdinary;
  const year = pair(bytes, at) * 100 + pair(bytes, at + 2);
  const month = pair(bytes, at + 5);
  const day = pair(bytes, at + 8);
  if (month < 1 || month > 12 || day < 1) return notOrdinary;
  if (year >= usual.from && year < usual.to) {
    const index = (year - usual.from) * 12 + month - 1;
    return day <= (months.last[index] as number) ? (months.start[index] as number) + day : notOrdinary;
  }
  return year >= 1 && day <= lastOf(year, month) ? daysFrom2000(year, month, day) : notOrdinary;
}

/** Seconds of the day of a text `HH:MM:SS`, or NaN. */
function secondsOfBytes(bytes: Buffer, at: number): number {
  if (bytes[at + 2] !== 58 || bytes[at + 5] !== 58) return notOrdinary;
  const hour = pair(bytes, at);
  const minute = pair(bytes, at + 3);
  const second = pair(bytes, at + 6);
  return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59
    ? hour * 3600 + minute * 60 + second
    : notOrdinary;
}

/** Microseconds of a fraction of 1 to 6 digits, or NaN. */
function fractionOfBytes(bytes: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let index = 0; index < 6; index++) {
    const digit = index < digits ? (bytes[at + index] as number) - 48 : 0;
    if (digit >>> 0 > 9) return notOrdinary;
    value = value * 10 + digit;
  }
  return value;
}

/** Microseconds of a text `HH:MM:SS`, with a fraction of up to six digits or without. NaN for any other. */
export function clockOfBytes(bytes: Buffer, at: number, length: number): number {
  const seconds = secondsOfBytes(bytes, at);
  if (length === 8) return seconds * 1_000_000;
  if (length < 10 || length > 15 || bytes[at + 8] !== 46) return notOrdinary;
  return seconds * 1_000_000 + fractionOfBytes(bytes, at + 9, length - 9);
}

/** The halves of a 64-bit integer. */
export const halves = { high: 0, low: 0 };

const dayMicroseconds = 86_400_000_000;

/** Days and microseconds of the day as one 64-bit integer, into `halves`. */
export function momentHalves(days: number, clock: number): void {
  // A double holds every microsecond within 285 years of 2000.
  const total = days * dayMicroseconds + clock;
  if (Number.isSafeInteger(total)) {
    halves.high = Math.floor(total / 0x1_0000_0000);
    halves.low = total - halves.high * 0x1_0000_0000;
    return;
  }
  const whole = BigInt(days) * BigInt(dayMicroseconds) + BigInt(clock);
  halves.high = Number(BigInt.asIntN(32, whole >> 32n));
  halves.low = Number(BigInt.asUintN(32, whole));
}
