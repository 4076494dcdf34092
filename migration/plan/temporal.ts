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

/** The form of a moment that PostgreSQL would round. */
export const finerThanMicroseconds = "finer than microseconds";

/** Whether a text is a date and time that only its fraction of a second, longer than microseconds, keeps from being one here. */
export function isFinerThanMicroseconds(text: string): boolean {
  const shorter = text.replace(/(\.\d{6})\d+/, "$1");
  return shorter !== text && parseTemporal(text) === null && parseTemporal(shorter) !== null;
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

/** Where a form's numbers begin, in microseconds since 1970, and how many decimal digits of a second one unit is. */
const units: Partial<Record<TimeForm, { origin: bigint; digits: number }>> = {
  "epoch seconds": { origin: 0n, digits: 0 },
  "epoch milliseconds": { origin: 0n, digits: 3 },
  "epoch microseconds": { origin: 0n, digits: 6 },
  "epoch nanoseconds": { origin: 0n, digits: 9 },
  // 2001-01-01: Core Data and everything of Apple's (developer.apple.com/documentation/foundation/nsdate).
  "cocoa seconds": { origin: 978_307_200_000_000n, digits: 0 },
  // 1601-01-01: Chromium's base::Time, and Windows' FILETIME in units of 100 ns.
  "webkit microseconds": { origin: -11_644_473_600_000_000n, digits: 6 },
  filetime: { origin: -11_644_473_600_000_000n, digits: 7 },
  // 0001-01-01, in units of 100 ns (learn.microsoft.com/dotnet/api/system.datetime.ticks).
  "dotnet ticks": { origin: -62_135_596_800_000_000n, digits: 7 },
};

/** How many units of a form, whose unit is finer than that, are a microsecond; null for the other forms. */
export function ticksOfMicrosecond(form: TimeForm): bigint | null {
  const digits = units[form]?.digits ?? 0;
  return digits > 6 ? 10n ** BigInt(digits - 6) : null;
}

/** Every form that a column can be said to hold; `text` is ISO 8601. */
export const timeForms: readonly TimeForm[] = [
  "text",
  ...(Object.keys(units) as TimeForm[]),
  "julian day",
  "excel days",
];

/** 0001-01-01 and the end of 9999, in microseconds since 1970: the years that the ISO form writes with four digits. */
const earliest = -62_135_596_800_000_000n;
const latest = 253_402_300_799_999_999n;

/**
 * The moment that a number stands for, in UTC and ISO form; null where it cannot be said in microseconds without loss, or lies
 * outside the years 1 to 9999.
 */
export function momentOfNumber(value: bigint | number, form: TimeForm): string | null {
  const microseconds =
    form === "julian day"
      ? julianMicroseconds(value)
      : form === "excel days"
        ? excelMicroseconds(value)
        : unitMicroseconds(value, units[form]);
  if (microseconds === null || microseconds < earliest || microseconds > latest) return null;
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (microseconds - fraction) / 1_000_000n;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return fraction === 0n ? text : `${text}.${fraction.toString().padStart(6, "0").replace(/0+$/, "")}`;
}

function unitMicroseconds(value: bigint | number, unit: { origin: bigint; digits: number } | undefined): bigint | null {
  if (unit === undefined) return null;
  // The shortest decimal of the double is what was meant; it is taken only where microseconds hold all of it.
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const kept = 6 - unit.digits;
  if (fraction.length > Math.max(0, kept)) return null;
  const scaled = kept >= 0 ? BigInt(whole + fraction.padEnd(kept, "0")) : BigInt(whole);
  const step = 10n ** BigInt(Math.max(0, -kept));
  if (scaled % step !== 0n) return null;
  return (sign === "-" ? -scaled : scaled) / step + unit.origin;
}

/** SQLite's own dates are whole milliseconds of a Julian day (sqlite.org/lang_datefunc.html); other doubles would be rounded. */
function julianMicroseconds(value: bigint | number): bigint | null {
  const day = Number(value);
  const milliseconds = Math.round(day * 86_400_000);
  if (!Number.isSafeInteger(milliseconds) || milliseconds / 86_400_000 !== day) return null;
  return (BigInt(milliseconds) - 210_866_760_000_000n) * 1000n;
}

/**
 * Days since 1899-12-30, as Excel (from March 1900 on) and Delphi write them: whole milliseconds, as near as a double of that size
 * tells them; others would be rounded.
 */
function excelMicroseconds(value: bigint | number): bigint | null {
  const day = Number(value);
  const milliseconds = Math.round(day * 86_400_000);
  const apart = Math.abs(milliseconds / 86_400_000 - day);
  if (!Number.isSafeInteger(milliseconds) || day < 61 || apart > 2 * Number.EPSILON * day) return null;
  return (BigInt(milliseconds) - 2_209_161_600_000n) * 1000n;
}

/** Seconds that may count from 1970 (then 1990 to 2000) or from 2001 (then 2021 to 2031): they say nothing of themselves. */
export const epochOrCocoa = "epoch or cocoa seconds";

/** What a number looks like that is a recent time, by form: windows that do not overlap. */
const windows: [TimeForm | typeof epochOrCocoa, number, number][] = [
  // 2000 to 2050; as other days or seconds they would be far from now.
  ["excel days", 36_526, 54_789],
  ["julian day", 2_447_892.5, 2_488_069.5],
  ["cocoa seconds", 31_536_000, 631_152_000],
  [epochOrCocoa, 631_152_000, 978_307_200],
  ["epoch seconds", 978_307_200, 4_102_444_800],
  ["epoch milliseconds", 631_152_000_000, 4_102_444_800_000],
  ["epoch microseconds", 631_152_000_000_000, 4_102_444_800_000_000],
  ["webkit microseconds", 12_275_625_600_000_000, 15_746_918_400_000_000],
  ["filetime", 122_756_256_000_000_000, 157_469_184_000_000_000],
  ["dotnet ticks", 627_667_488_000_000_000, 662_380_416_000_000_000],
  ["epoch nanoseconds", 978_307_200_000_000_000, 4_102_444_800_000_000_000],
];

/** The form that makes a number a moment between 1990 and 2100, if one does without loss. */
export function formOfNumber(value: bigint | number): TimeForm | typeof epochOrCocoa | null {
  const form = windows.find(([, from, to]) => value >= from && value < to)?.[0] ?? null;
  if (form === null) return null;
  return momentOfNumber(value, form === epochOrCocoa ? "epoch seconds" : form) === null ? null : form;
}

/** The one form of a column's numbers, by the counts of what they look like; null where they do not show it. */
export function formOfNumbers(forms: Record<string, string>, coreData: boolean): TimeForm | null {
  const found = Object.keys(forms);
  const only = (...names: string[]) => found.length > 0 && found.every((name) => names.includes(name));
  if (only("epoch seconds", epochOrCocoa))
    return found.includes("epoch seconds") ? "epoch seconds" : coreData ? "cocoa seconds" : null;
  if (only("cocoa seconds", epochOrCocoa)) return coreData ? "cocoa seconds" : null;
  const form = timeForms.find((name) => name === found[0]);
  return form !== undefined && form !== "text" && found.length === 1 ? form : null;
}
