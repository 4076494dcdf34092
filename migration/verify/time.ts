import type { TimeForm } from "../model";
import { plainDecimal } from "./number";
import type { SqliteValue } from "./value";

const microsecondsPerDay = 86_400_000_000n;

/** A calendar day and a time of day, with or without an offset from UTC. */
interface Moment {
  /** Days since 1970-01-01 in the proleptic Gregorian calendar. */
  day: number;
  /** Microseconds of the day. */
  micros: bigint;
  /** Minutes east of UTC, or null when the text names no zone. */
  offset: number | null;
}

/** What a text says that is written as SQLite and ISO 8601 write dates: null when it is no such text or no such day. */
function parseMoment(text: string): Moment | null {
  const match =
    /^\s*(-?\d{4,6})-(\d\d)-(\d\d)(?:[T ]\s*(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?\s*$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, year, month, date, hours, minutes, seconds, fraction, zone] = match;
  const day = dayNumber(Number(year), Number(month), Number(date));
  const micros = microsOfDay(hours ?? "00", minutes ?? "00", seconds ?? "00", fraction ?? "");
  if (day === null || micros === null) return null;
  return { day, micros, offset: zone === undefined ? null : offsetMinutes(zone) };
}

/** @returns microseconds, or null for a time that is none or that has more than microseconds */
function microsOfDay(hours: string, minutes: string, seconds: string, fraction: string): bigint | null {
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 60) return null;
  const digits = fraction.replace(/0+$/, "");
  if (digits.length > 6) return null;
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const micros = whole * 1_000_000n + BigInt(digits.padEnd(6, "0") || "0");
  return micros > microsecondsPerDay ? null : micros;
}

function offsetMinutes(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(3).replace(":", "") || "0"];
  return (zone.startsWith("-") ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Days from 1970-01-01, or null when the calendar has no such day. */
function dayNumber(year: number, month: number, date: number): number | null {
  const days = [
    31,
    year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ];
  if (month < 1 || month > 12 || date < 1 || date > (days[month - 1] ?? 0)) return null;
  // A date after 9999 or before 100 is beyond Date.UTC's reading of its first argument, not beyond setUTCFullYear's.
  return new Date(0).setUTCFullYear(year, month - 1, date) / 86_400_000;
}

/** Microseconds since 1970-01-01 UTC of a value held in one of the numeric forms, or null. */
function microsOfNumber(value: bigint | number, form: TimeForm): bigint | null {
  if (form === "julian day") {
    // SQLite itself keeps a Julian day in whole milliseconds: a double holds no more than some 40 microseconds of it.
    const millis = Math.floor(Number(value) * 86_400_000 + 0.5) - 210_866_760_000_000;
    return Number.isSafeInteger(millis) ? BigInt(millis) * 1000n : null;
  }
  if (form === "excel days") {
    const millis = Math.floor(Number(value) * 86_400_000 + 0.5) - 25_569 * 86_400_000;
    return Number.isSafeInteger(millis) ? BigInt(millis) * 1000n : null;
  }
  const scale = scales[form];
  if (scale === undefined) return null;
  const [power, firstDay] = scale;
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d+)\.?(\d*)$/.exec(plainDecimal(String(value)) ?? "") ?? [];
  if (whole === "") return null;
  // A digit at least stands for whole microseconds, also where the number is less than one.
  const shifted = whole.padStart(1 - power, "0");
  const digits = shifted + fraction;
  const point = shifted.length + power;
  const padded = digits.padEnd(point + 1, "0");
  const magnitude = BigInt(padded.slice(0, point)) + (padded.charAt(point) >= "5" ? 1n : 0n);
  return (sign === "-" ? -magnitude : magnitude) + BigInt(dayNumber(...firstDay) ?? 0) * microsecondsPerDay;
}

/** By form: the power of ten that makes microseconds of its unit, and the day from which it counts. */
const scales: Partial<Record<TimeForm, [power: number, firstDay: [number, number, number]]>> = {
  "epoch seconds": [6, [1970, 1, 1]],
  "epoch milliseconds": [3, [1970, 1, 1]],
  "epoch microseconds": [0, [1970, 1, 1]],
  "epoch nanoseconds": [-3, [1970, 1, 1]],
  "cocoa seconds": [6, [2001, 1, 1]],
  "webkit microseconds": [0, [1601, 1, 1]],
  filetime: [-1, [1601, 1, 1]],
  "dotnet ticks": [-1, [1, 1, 1]],
};

function momentOf(value: SqliteValue, form: TimeForm | null): Moment | null {
  if (typeof value === "string") {
    // Beside numbers too, a text that says a time is that time: a DEFAULT CURRENT_TIMESTAMP writes some where the application writes numbers.
    const said = parseMoment(value);
    if (said !== null || form === null || form === "text") return said;
  }
  const number = typeof value === "string" && plainDecimal(value) !== null ? Number(value) : value;
  if ((typeof number !== "bigint" && typeof number !== "number") || form === null) return null;
  const micros = microsOfNumber(number, form);
  if (micros === null) return null;
  const rest = ((micros % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay;
  return { day: Number((micros - rest) / microsecondsPerDay), micros: rest, offset: 0 };
}

/** As PostgreSQL shows a `date`, or null. A time of day other than midnight makes it none. */
export function dateText(value: SqliteValue, form: TimeForm | null): string | null {
  const infinite = infinity(value);
  if (infinite !== null) return infinite;
  const moment = momentOf(value, form);
  return moment === null || moment.micros !== 0n ? null : withEra(moment.day, "");
}

/** As PostgreSQL shows a `time`, or null. */
export function timeText(value: SqliteValue): string | null {
  if (typeof value !== "string") return null;
  const match = /^\s*(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*$/.exec(value);
  if (match === null) return null;
  const micros = microsOfDay(match[1] ?? "", match[2] ?? "", match[3] ?? "00", match[4] ?? "");
  return micros === null ? null : clock(micros);
}

const ordinary =
  /^([1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6}))?$/;

/** As PostgreSQL shows a `timestamp` or, in UTC, a `timestamptz`; null for what is none. A text that names no zone is UTC. */
export function timestampText(value: SqliteValue, form: TimeForm | null, zoned: boolean): string | null {
  if (typeof value === "string") {
    // Most values are in this form already; the long way below would give the same.
    const match = ordinary.exec(value);
    if (match !== null && (form === "text" || form === null)) {
      const fraction = match[3]?.replace(/0+$/, "") ?? "";
      return `${match[1]} ${match[2]}${fraction === "" ? "" : `.${fraction}`}${zoned ? "+00" : ""}`;
    }
  }
  const infinite = infinity(value);
  if (infinite !== null) return infinite;
  const moment = momentOf(value, form);
  if (moment === null) return null;
  const micros = BigInt(moment.day) * microsecondsPerDay + moment.micros - BigInt(moment.offset ?? 0) * 60_000_000n;
  const rest = ((micros % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay;
  return withEra(Number((micros - rest) / microsecondsPerDay), ` ${clock(rest)}${zoned ? "+00" : ""}`);
}

function infinity(value: SqliteValue): string | null {
  const match = typeof value === "string" ? /^\s*([+-]?)infinity\s*$/i.exec(value) : null;
  return match === null ? null : match[1] === "-" ? "-infinity" : "infinity";
}

function clock(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  return `${h}:${m}:${s}${fraction === "" ? "" : `.${fraction}`}`;
}

/** PostgreSQL counts no year 0: the year before 1 is 1 BC. */
function withEra(day: number, rest: string): string {
  const date = new Date(day * 86_400_000);
  const year = date.getUTCFullYear();
  const shown = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${shown}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}${rest}${year > 0 ? "" : " BC"}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
