/** strftime()'s formats (sqlite.org/lang_datefunc.html, 1). */
import { escapeLiteral } from "pg";
import type { PointInTime } from "./dates";
import { type Scope, Untranslatable } from "./scope";

/** to_char() is short, but not IMMUTABLE: its patterns, where SQLite's substitution has one. */
const patterns: Record<string, string> = {
  Y: "YYYY",
  m: "MM",
  d: "DD",
  H: "HH24",
  M: "MI",
  S: "SS",
  f: "SS.MS",
  j: "DDD",
  F: "YYYY-MM-DD",
  T: "HH24:MI:SS",
  R: "HH24:MI",
};

const field = (name: string, digits: number) => (at: string) =>
  `lpad(extract(${name} from ${at})::integer::text, ${digits}, '0')`;

/** The same of parts that are IMMUTABLE. extract() of the seconds has their fraction, which is cut. */
const parts: Record<string, (at: string) => string> = {
  Y: field("year", 4),
  m: field("month", 2),
  d: field("day", 2),
  H: field("hour", 2),
  M: field("minute", 2),
  S: (at) => `lpad(floor(extract(second from ${at}))::text, 2, '0')`,
  j: field("doy", 3),
  w: field("dow", 1),
  u: field("isodow", 1),
  G: field("isoyear", 4),
  V: field("week", 2),
  s: (at) => `floor(floor(extract(epoch from ${at}) * 1000 + 0.5) / 1000)::bigint::text`,
  // Weeks begin on Monday; those before the first one are week 00.
  W: (at) => `lpad(((extract(doy from ${at})::integer + 7 - extract(isodow from ${at})::integer) / 7)::text, 2, '0')`,
  U: (at) => `lpad(((extract(doy from ${at})::integer + 6 - extract(dow from ${at})::integer) / 7)::text, 2, '0')`,
};

const composed: Record<string, string> = { F: "%Y-%m-%d", T: "%H:%M:%S", R: "%H:%M" };

/** What a format of one substitution that gives digits says, as an integer; null for any other. */
export function wholeField(form: string, at: string): string | null {
  const part = /^%[a-zA-Z]$/.test(form) ? parts[form.slice(1)] : undefined;
  return part === undefined ? null : `(${part(at)})::bigint`;
}

/** The time as a text. @throws Untranslatable for a substitution that is not known */
export function format(form: string, at: PointInTime, scope: Scope): string {
  if (at.now && !scope.mayUse.immutableOnly) {
    const pattern = piecesOf(form).map(({ letter, text }) => (letter === null ? literal(text) : patterns[letter]));
    if (pattern.every((piece) => piece !== undefined))
      return `to_char(${at.sql}, ${escapeLiteral(pattern.join("")).trim()})`;
  }
  return writtenOut(form, at.sql);
}

/** The same of any time or date in a column, by parts that are IMMUTABLE. */
export function writtenOut(form: string, at: string): string {
  const pieces = piecesOf(form);
  const sql = pieces.flatMap(({ letter, text }): string[] => {
    if (letter === null) return [`${escapeLiteral(text).trim()}::text`];
    if (letter === "%") return ["'%'::text"];
    const whole = composed[letter];
    if (whole !== undefined) return [writtenOut(whole, at)];
    const part = parts[letter];
    if (part === undefined) throw new Untranslatable(`strftime('%${letter}')`);
    return [part(at)];
  });
  if (sql.length === 0) throw new Untranslatable("strftime() of an empty format");
  // A format without a substitution still is NULL where the time is.
  const [first, ...others] = sql;
  if (others.length === 0 && pieces[0]?.letter !== null && first !== undefined) return first;
  return pieces.some(({ letter }) => letter !== null && letter !== "%") ? `(${sql.join(" || ")})` : noSubstitution();
}

/** Substitutions by their letters, and what stands between them. */
function piecesOf(form: string): { letter: string | null; text: string }[] {
  return [...form.matchAll(/%(.)|[^%]+|%$/gs)].map((match) => ({ letter: match[1] ?? null, text: match[0] }));
}

/** Letters would be read as patterns; in double quotes they stand for themselves. */
function literal(text: string): string {
  return /[A-Za-z"\\]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
}

function noSubstitution(): never {
  throw new Untranslatable("strftime() of a format without a substitution");
}
