/** What columns hold, told by the records' own serial types: most values need not be decoded for it. */

import type { ColumnProfile } from "../model";
import type { Family } from "../plan/declaration";
import { digitsOf, formOf, needsForms } from "../plan/forms";
import { clockOfBytes, dayOfBytes } from "./moments";
import type { Layout } from "./pages/layout";
import { isNaNAt, RecordHeader, readWhole, sizeOf, valueAt, whole } from "./pages/record";
import type { LeafRows } from "./pages/rows";
import { joined, readVarint } from "./pages/varint";
import { showValue } from "./value";

const classes = ["null", "integer", "real", "text", "blob"] as const;
const contraryShown = 3;

/** What one column holds in some leaves. */
export interface ColumnCounts {
  /** By `classes`. */
  storage: number[];
  least: bigint | null;
  greatest: bigint | null;
  longestText: number | null;
  forms: Record<string, number>;
  integerDigits: number | null;
  fractionDigits: number | null;
  contrary: string[];
}

export interface PartProfile {
  rows: number;
  /** Rows from before a column was added: they have its default, which is not among the counts. */
  shortRows: number;
  /** Rowids at the ends. */
  first: bigint | null;
  last: bigint | null;
  columns: ColumnCounts[];
}

/** How the columns of a table are looked at. */
export interface Look {
  layout: Layout;
  /** By column of the layout. */
  families: Family[];
  /** The rowid's name, for rows that speak against a type. */
  key: string;
}

class Column {
  readonly storage: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  // Integers of up to six bytes are exact as numbers.
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  leastLong: bigint | null = null;
  greatestLong: bigint | null = null;
  longest = -1;
  readonly forms = new Map<string, number>();
  // The forms that are told from the bytes.
  booleans = 0;
  dates = 0;
  moments = 0;
  integerDigits: number | null = null;
  fractionDigits: number | null = null;
  readonly contrary: string[] = [];
  readonly looksAtForms: boolean;
  readonly isMoment: boolean;

  constructor(
    readonly family: Family,
    readonly asReal: boolean,
  ) {
    this.looksAtForms = needsForms(family);
    this.isMoment = family === "timestamp" || family === "date";
  }
}

/** @throws NotReadHere for what is not as it must be in leaves of this table */
export function profileLeaves(rows: LeafRows, { layout, families, key }: Look, leaves: ArrayLike<number>): PartProfile {
  const columns = layout.columns.map(({ asReal }, index) => new Column(families[index] ?? "any", asReal));
  const rowidAt = layout.columns.findIndex((column) => column.isRowid);
  const header = new RecordHeader(columns.length);
  let count = 0;
  let shortRows = 0;
  let first: bigint | null = null;
  rows.restart();
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    rows.open(leaves[leaf] as number);
    for (let cell = 0; cell < rows.cells; cell++) {
      rows.row(cell);
      if (count++ === 0) first = rows.rowid;
      if (rows.present < rows.length) rows.assemble(readVarint(rows.bytes, rows.start));
      header.read(rows.bytes, rows.start, rows.length);
      if (rows.present < rows.length) rows.assemble(neededOf(header, columns));
      if (header.count < columns.length) shortRows++;
      const { types, offsets } = header;
      for (let index = 0; index < header.count; index++) {
        const column = columns[index] as Column;
        if (index === rowidAt) lookAtInteger(column, rows.high, rows.low);
        else lookAt(column, rows, rows.start + (offsets[index] as number), types[index] as number, key);
      }
    }
  }
  return { rows: count, shortRows, first, last: count === 0 ? null : rows.rowid, columns: columns.map(countsOf) };
}

/** Bytes of a record from its start that must be read: a blob is counted, and seldom read. */
function neededOf(header: RecordHeader, columns: Column[]): number {
  let needed = 0;
  for (let index = 0; index < header.count; index++) {
    const type = header.types[index] as number;
    const { looksAtForms, longest } = columns[index] as Column;
    const read = type < 12 || looksAtForms || (type % 2 === 1 && (type - 13) / 2 > longest);
    if (read) needed = Math.max(needed, (header.offsets[index] as number) + sizeOf(type));
  }
  return needed;
}

function lookAt(column: Column, rows: LeafRows, at: number, type: number, key: string): void {
  const { storage } = column;
  const { bytes, view } = rows;
  if (type === 0 || (type === 7 && isNaNAt(view, at))) {
    storage[0]++;
    return;
  }
  if (type >= 12) {
    if (type % 2 === 0) storage[4]++;
    else {
      storage[3]++;
      const length = (type - 13) / 2;
      // A text has at most as many characters as bytes.
      if (length > column.longest) column.longest = Math.max(column.longest, charactersOf(bytes, at, length));
      if (column.isMoment && lookAtMoment(column, bytes, at, length)) return;
    }
  } else if (type === 7 || column.asReal) storage[2]++;
  else {
    readWhole(view, at, type);
    lookAtInteger(column, whole.high, whole.low);
  }
  if (!column.looksAtForms) return;
  if (column.family === "boolean" && (type === 8 || type === 9)) column.booleans++;
  else lookAtForm(column, rows, at, type, key);
}

function lookAtInteger(column: Column, high: number, low: number): void {
  column.storage[1]++;
  if (high >= -0x8000 && high < 0x8000) {
    const value = high * 0x1_0000_0000 + (low >>> 0);
    if (value < column.least) column.least = value;
    if (value > column.greatest) column.greatest = value;
    return;
  }
  const value = joined(high, low);
  if (column.leastLong === null || value < column.leastLong) column.leastLong = value;
  if (column.greatestLong === null || value > column.greatestLong) column.greatestLong = value;
}

/** The usual forms of a moment, told from the bytes. @returns whether it is one */
function lookAtMoment(column: Column, bytes: Buffer, at: number, length: number): boolean {
  if (length < 10 || length > 26 || Number.isNaN(dayOfBytes(bytes, at))) return false;
  if (length === 10) column.dates++;
  else if (bytes[at + 10] === 32 && !Number.isNaN(clockOfBytes(bytes, at + 11, length - 11))) column.moments++;
  else return false;
  return true;
}

function lookAtForm(column: Column, rows: LeafRows, at: number, type: number, key: string): void {
  const value = valueAt(rows.bytes, rows.view, at, type, column.asReal);
  if (value === null) return;
  const form = formOf(column.family, value);
  column.forms.set(form, (column.forms.get(form) ?? 0) + 1);
  if (form === "other" && column.contrary.length < contraryShown)
    column.contrary.push(`${key} ${showValue(rows.rowid, 40)}: ${showValue(value, 40)}`);
  if (column.family === "decimal" && form === "number" && typeof value !== "string" && !Buffer.isBuffer(value)) {
    const digits = digitsOf(value);
    column.integerDigits = Math.max(column.integerDigits ?? 0, digits.integer);
    column.fractionDigits = Math.max(column.fractionDigits ?? 0, digits.fraction);
  }
}

/** As SQLite's length() counts: up to a NUL; a first byte takes what continues it with it, and a stray one counts for itself. */
function charactersOf(bytes: Buffer, start: number, length: number): number {
  const end = start + length;
  let count = 0;
  for (let at = start; at < end; count++) {
    const byte = bytes[at++] as number;
    if (byte === 0) break;
    if (byte >= 0xc0) while (at < end && ((bytes[at] as number) & 0xc0) === 0x80) at++;
  }
  return count;
}

function countsOf(column: Column): ColumnCounts {
  const { storage, least, greatest, leastLong, greatestLong, longest, forms, contrary } = column;
  const add = (form: string, count: number) => count > 0 && forms.set(form, (forms.get(form) ?? 0) + count);
  add("boolean", column.booleans);
  add("date", column.dates);
  add("date and time", column.moments);
  const ends = [...(least <= greatest ? [BigInt(least), BigInt(greatest)] : []), leastLong, greatestLong];
  const known = ends.filter((end) => end !== null);
  return {
    storage,
    least: extreme(known, (a, b) => a < b),
    greatest: extreme(known, (a, b) => a > b),
    longestText: longest < 0 ? null : longest,
    forms: Object.fromEntries(forms),
    integerDigits: column.integerDigits,
    fractionDigits: column.fractionDigits,
    contrary,
  };
}

function extreme<T>(values: (T | null)[], before: (a: T, b: T) => boolean): T | null {
  return values.reduce(
    (best, value) => (value !== null && (best === null || before(value, best)) ? value : best),
    null,
  );
}

/** The profile of a whole column from those of its parts, in the order of the rowids. */
export function joinCounts(parts: ColumnCounts[]): ColumnProfile {
  const sum = (of: (part: ColumnCounts) => number) => parts.reduce((total, part) => total + of(part), 0);
  const largest = (values: (number | null)[]) => extreme(values, (a, b) => a > b);
  const forms = new Map<string, number>();
  for (const part of parts)
    for (const [form, count] of Object.entries(part.forms)) forms.set(form, (forms.get(form) ?? 0) + count);
  const counts = classes.map((name, index) => [name, sum((part) => part.storage[index] ?? 0)] as const);
  return {
    storage: Object.fromEntries(counts.flatMap(([name, count]) => (count > 0 ? [[name, String(count)]] : []))),
    minInteger:
      extreme(
        parts.map((part) => part.least),
        (a, b) => a < b,
      )?.toString() ?? null,
    maxInteger:
      extreme(
        parts.map((part) => part.greatest),
        (a, b) => a > b,
      )?.toString() ?? null,
    longestText: largest(parts.map((part) => part.longestText)),
    forms: Object.fromEntries([...forms].map(([form, count]) => [form, String(count)])),
    integerDigits: largest(parts.map((part) => part.integerDigits)),
    fractionDigits: largest(parts.map((part) => part.fractionDigits)),
    contrary: parts.flatMap((part) => part.contrary).slice(0, contraryShown),
  };
}
