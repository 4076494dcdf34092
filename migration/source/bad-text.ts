/** Texts that PostgreSQL cannot hold: with NUL, or bytes that are not valid in the database's encoding. */
import { isUtf8 } from "node:buffer";
import { quoteName, type Sqlite } from "./open";

/** Whether the bytes of a text are valid in the database's encoding. */
export function isValidText(raw: Buffer, encoding: string): boolean {
  if (encoding === "UTF-8") return isUtf8(raw);
  return raw.length % 2 === 0 && !/\p{Surrogate}/u.test(decoded(raw, encoding));
}

/** Such a text as one that PostgreSQL can hold: without NUL, and with U+FFFD for what is not valid. */
export function mendText(raw: Buffer, encoding: string): string {
  if (encoding === "UTF-8") return raw.toString("utf8").replaceAll("\0", "");
  const text = decoded(raw, encoding);
  // A unit broken off at the end is not valid either; after the first half of a pair the Encoding Standard counts both as one.
  const broken = raw.length % 2 !== 0 && !/[\ud800-\udbff]$/.test(text);
  return (text.toWellFormed() + (broken ? "\ufffd" : "")).replaceAll("\0", "");
}

function decoded(raw: Buffer, encoding: string): string {
  const whole = raw.subarray(0, raw.length - (raw.length % 2));
  return (encoding === "UTF-16be" ? Buffer.from(whole).swap16() : whole).toString("utf16le");
}

/** What stands in a JavaScript string for bytes that could not be decoded; a text may hold it by right too. */
const replacement = "\uFFFD";
/** SQLite makes half of a surrogate pair and what comes after it into a character of its own (its utf.c), so that in UTF-16 such a character needs a look too. */
const perhapsHalf = /[\ud800-\udfff\ufffd]/;

/** Whether a text as JavaScript has it may stand for other bytes than its own. */
export function isSuspicious(text: string, encoding: string): boolean {
  return encoding === "UTF-8" ? text.includes(replacement) : perhapsHalf.test(text);
}

/** Whether the bytes of a text need a look, which costs more, to know that it is no bad one. */
export function mayBeBadText(text: string, encoding: string): boolean {
  return text.includes("\0") || isSuspicious(text, encoding);
}

/** Whether PostgreSQL's text cannot hold it. */
export function isBadText(raw: Buffer, encoding: string): boolean {
  if (!isValidText(raw, encoding)) return true;
  return encoding === "UTF-8" ? raw.includes(0) : decoded(raw, encoding).includes("\0");
}

/** How many such texts a column holds. */
export function countBadTexts(db: Sqlite, table: string, column: string, encoding: string): number {
  const name = quoteName(column);
  const select = db.prepare<[], Buffer>(
    `SELECT CAST(${name} AS BLOB) FROM ${quoteName(table)} NOT INDEXED WHERE typeof(${name}) = 'text'`,
  );
  let count = 0;
  for (const raw of select.pluck().iterate()) if (isBadText(raw, encoding)) count++;
  return count;
}
