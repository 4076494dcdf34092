/** Dates and times as applications write them into SQLite: recognised completely, or not at all. */
import type { TimeForm } from "../model";

/** What a text says: which kind of time, and the same in PostgreSQL's ISO form. */
export interface Temporal {
  kind: "date" | "time" | "date and time" | "date and time with offset";
  text: string;
}

// A fraction may go on after six digits only with zeros: PostgreSQL keeps microseconds.
const clock = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})0*)?)?`;
const dateForm = /^(\d{4})-(\d{2})-(\d{2})$/;
const timeForm = new RegExp(`^${clock}$`);
const momentForm = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})[ T]${clock}(?: ?(Z|z|[+-]\d{2}(?::?\d{2})?))?$`);

const ordinaryForm =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;

/**
 * Whether a text is a date and time without offset that is in PostgreSQL's own form already, on a day that every month has. Most
 * are, and `parseTemporal`, which takes longer, would say the same.
 */
export function isOrdinaryMoment(text: string): boolean {
  return ordinaryForm.test(text);
}

/** Reads an ISO 8601 date, time, or both; null for any other text, and for a day or an hour that does not exist. */
export function parseTemporal(text: string): Temporal | null {
  let match = momentForm.exec(text);
  if (match !== null) {
    const [, year = "", month = "", day = "", hour, minute, second, fraction, offset] = match;
    const time = timeText(hour, minute, second, fraction);
    if (!validDate(year, month, day) || time === null) return null;
    const moment = `${year}-${month}-${day} ${time}`;
    if (offset === undefined) return { kind: "date and time", text: moment };
    const zone = offsetText(offset);
    return zone === null ? null : { kind: "date and time with offset", text: moment + zone };
  }
  match = dateForm.exec(text);
  if (match !== null) {
    const [, year = "", month = "", day = ""] = match;
    return validDate(year, month, day) ? { kind: "date", text } : null;
  }
  match = timeForm.exec(text);
  if (match === null) return null;
  const time = timeText(match[1], match[2], match[3], match[4]);
  return time === null ? null : { kind: "time", text: time };
}

function validDate(year: string, month: string, day: string): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1 || m < 1 || m > 12 || d < 1) return false;
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  return d <= (m === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31);
}

function timeText(hour = "", minute = "", second = "00", fraction?: string): string | null {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const digits = fraction?.replace(/0+$/, "") ?? "";
  return `${hour}:${minute}:${second}${digits === "" ? "" : `.${digits}`}`;
}

/** PostgreSQL takes offsets below 16 hours. */
function offsetText(offset: string): string | null {
  if (offset.toUpperCase() === "Z") return "+00:00";
  const [hours, minutes] = [offset.slice(1, 3), offset.replace(":", "").slice(3, 5) || "00"];
  return Number(hours) > 15 || Number(minutes) > 59 ? null : `${offset[0]}${hours}:${minutes}`;
}

const unitMicroseconds: Partial<Record<TimeForm, bigint>> = {
  "epoch seconds": 1_000_000n,
  "epoch milliseconds": 1000n,
  "epoch microseconds": 1n,
};

/** 0001-01-01 and the end of 9999, in microseconds since 1970: the years that the ISO form writes with four digits. */
const earliest = -62_135_596_800_000_000n;
const latest = 253_402_300_799_999_999n;

/**
 * The moment that a number stands for, in UTC and ISO form; null where it cannot be said in microseconds without loss, or lies
 * outside the years 1 to 9999.
 */
export function momentOfNumber(value: bigint | number, form: TimeForm): string | null {
  const microseconds =
    form === "julian day" ? julianMicroseconds(value) : epochMicroseconds(value, unitMicroseconds[form]);
  if (microseconds === null || microseconds < earliest || microseconds > latest) return null;
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (microseconds - fraction) / 1_000_000n;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return fraction === 0n ? text : `${text}.${fraction.toString().padStart(6, "0").replace(/0+$/, "")}`;
}

function epochMicroseconds(value: bigint | number, unit: bigint | undefined): bigint | null {
  if (unit === undefined) return null;
  if (typeof value === "bigint") return value * unit;
  // The shortest decimal of the double is what was meant; it is taken only where microseconds hold all of it.
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const digits = unit.toString().length - 1;
  if (fraction.length > digits) return null;
  const magnitude = BigInt(whole) * unit + BigInt(fraction.padEnd(digits, "0") || "0");
  return sign === "-" ? -magnitude : magnitude;
}

/** SQLite's own dates are whole milliseconds of a Julian day (sqlite.org/lang_datefunc.html); other doubles would be rounded. */
function julianMicroseconds(value: bigint | number): bigint | null {
  const day = Number(value);
  const milliseconds = Math.round(day * 86_400_000);
  if (!Number.isSafeInteger(milliseconds) || milliseconds / 86_400_000 !== day) return null;
  return (BigInt(milliseconds) - 210_866_760_000_000n) * 1000n;
}

/** Where a number that is a recent time lies, by form: from 1990 to 2100, which do not overlap. */
const windows: [TimeForm, number, number][] = [
  ["julian day", 2_447_892.5, 2_488_069.5],
  ["epoch seconds", 631_152_000, 4_102_444_800],
  ["epoch milliseconds", 631_152_000_000, 4_102_444_800_000],
  ["epoch microseconds", 631_152_000_000_000, 4_102_444_800_000_000],
];

/** The form that makes a number a moment between 1990 and 2100, if one does without loss. */
export function formOfNumber(value: bigint | number): TimeForm | null {
  const form = windows.find(([, from, to]) => value >= from && value < to)?.[0] ?? null;
  return form === null || momentOfNumber(value, form) === null ? null : form;
}
