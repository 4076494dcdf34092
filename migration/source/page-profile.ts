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

/** How a column is looked at, as bits. */
const looks = { asReal: 1, forms: 2, moment: 4, boolean: 8 };

/** What is seldom met in a column, and needs objects. */
class Rare {
  leastLong: bigint | null = null;
  greatestLong: bigint | null = null;
  readonly forms = new Map<string, number>();
  integerDigits: number | null = null;
  fractionDigits: number | null = null;
  readonly contrary: string[] = [];
}

/** Counts what the columns hold. The counts lie in arrays of numbers, and the work is in small pieces, so that few of them are compiled again and again. */
class Counting {
  rows = 0;
  shortRows = 0;
  first: bigint | null = null;
  readonly #look: Uint8Array;
  readonly #storage: Float64Array;
  // Integers of up to six bytes are exact as numbers.
  readonly #least: Float64Array;
  readonly #greatest: Float64Array;
  readonly #longest: Float64Array;
  // The forms that are told from the bytes.
  readonly #booleans: Float64Array;
  readonly #dates: Float64Array;
  readonly #moments: Float64Array;
  readonly #rare: Rare[];
  readonly #families: Family[];
  readonly #header: RecordHeader;
  readonly #rowidAt: number;
  readonly #width: number;

  constructor(
    { columns }: Layout,
    families: Family[],
    readonly key: string,
  ) {
    const width = columns.length;
    this.#width = width;
    this.#families = columns.map((_, index) => families[index] ?? "any");
    this.#look = Uint8Array.from(columns, ({ asReal }, index) => lookOf(this.#families[index] as Family, asReal));
    this.#storage = new Float64Array(width * classes.length);
    this.#least = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.#greatest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
    this.#longest = new Float64Array(width).fill(-1);
    this.#booleans = new Float64Array(width);
    this.#dates = new Float64Array(width);
    this.#moments = new Float64Array(width);
    this.#rare = columns.map(() => new Rare());
    this.#header = new RecordHeader(width);
    this.#rowidAt = columns.findIndex((column) => column.isRowid);
  }

  leaf(rows: LeafRows, page: number): void {
    rows.open(page);
    const { cells } = rows;
    for (let cell = 0; cell < cells; cell++) {
      rows.row(cell);
      this.first ??= rows.rowid;
      this.#row(rows);
    }
    this.rows += cells;
  }

  #row(rows: LeafRows): void {
    const header = this.#header;
    if (rows.present < rows.length) rows.assemble(readVarint(rows.bytes, rows.start));
    header.read(rows.bytes, rows.start, rows.length);
    if (rows.present < rows.length) rows.assemble(this.#needed());
    const { types, offsets, count } = header;
    if (count < this.#width) this.shortRows++;
    const { bytes, view, start } = rows;
    for (let index = 0; index < count; index++) {
      if (index === this.#rowidAt) this.#integer(index, rows.high, rows.low);
      else if (!this.#value(index, bytes, view, start + (offsets[index] as number), types[index] as number))
        this.#form(index, rows, start + (offsets[index] as number), types[index] as number);
    }
  }

  /** Bytes of the record from its start that must be read: a blob is counted, and seldom read. */
  #needed(): number {
    const { types, offsets, count } = this.#header;
    let needed = 0;
    for (let index = 0; index < count; index++) {
      const type = types[index] as number;
      const forms = ((this.#look[index] as number) & looks.forms) !== 0;
      if (type < 12 || forms || (type % 2 === 1 && (type - 13) / 2 > (this.#longest[index] as number)))
        needed = Math.max(needed, (offsets[index] as number) + sizeOf(type));
    }
    return needed;
  }

  /** @returns whether this is all; else its form must be looked at */
  #value(index: number, bytes: Buffer, view: DataView, at: number, type: number): boolean {
    const look = this.#look[index] as number;
    const storage = this.#storage;
    const first = index * classes.length;
    if (type === 0 || (type === 7 && isNaNAt(view, at))) {
      storage[first] = (storage[first] as number) + 1;
      return true;
    }
    if (type >= 12) {
      if (type % 2 === 0) storage[first + 4] = (storage[first + 4] as number) + 1;
      else {
        storage[first + 3] = (storage[first + 3] as number) + 1;
        const length = (type - 13) / 2;
        // A text has at most as many characters as bytes.
        if (length > (this.#longest[index] as number))
          this.#longest[index] = Math.max(this.#longest[index] as number, charactersOf(bytes, at, length));
        if ((look & looks.moment) !== 0 && this.#moment(index, bytes, at, length)) return true;
      }
    } else if (type === 7 || (look & looks.asReal) !== 0) storage[first + 2] = (storage[first + 2] as number) + 1;
    else {
      readWhole(view, at, type);
      this.#integer(index, whole.high, whole.low);
    }
    if ((look & looks.forms) === 0) return true;
    if ((look & looks.boolean) === 0 || (type !== 8 && type !== 9)) return false;
    this.#booleans[index] = (this.#booleans[index] as number) + 1;
    return true;
  }

  #integer(index: number, high: number, low: number): void {
    const at = index * classes.length + 1;
    this.#storage[at] = (this.#storage[at] as number) + 1;
    if (high >= -0x8000 && high < 0x8000) {
      const value = high * 0x1_0000_0000 + (low >>> 0);
      if (value < (this.#least[index] as number)) this.#least[index] = value;
      if (value > (this.#greatest[index] as number)) this.#greatest[index] = value;
      return;
    }
    const rare = this.#rare[index] as Rare;
    const value = joined(high, low);
    if (rare.leastLong === null || value < rare.leastLong) rare.leastLong = value;
    if (rare.greatestLong === null || value > rare.greatestLong) rare.greatestLong = value;
  }

  /** The usual forms of a moment, told from the bytes. @returns whether it is one */
  #moment(index: number, bytes: Buffer, at: number, length: number): boolean {
    if (length < 10 || length > 26 || Number.isNaN(dayOfBytes(bytes, at))) return false;
    const counts = length === 10 ? this.#dates : this.#moments;
    if (length > 10 && (bytes[at + 10] !== 32 || Number.isNaN(clockOfBytes(bytes, at + 11, length - 11)))) return false;
    counts[index] = (counts[index] as number) + 1;
    return true;
  }

  #form(index: number, rows: LeafRows, at: number, type: number): void {
    const family = this.#families[index] as Family;
    const value = valueAt(rows.bytes, rows.view, at, type, ((this.#look[index] as number) & looks.asReal) !== 0);
    if (value === null) return;
    const { forms, contrary } = this.#rare[index] as Rare;
    const form = formOf(family, value);
    forms.set(form, (forms.get(form) ?? 0) + 1);
    if (form === "other" && contrary.length < contraryShown)
      contrary.push(`${this.key} ${showValue(rows.rowid, 40)}: ${showValue(value, 40)}`);
    if (family === "decimal" && form === "number" && typeof value !== "string" && !Buffer.isBuffer(value)) {
      const digits = digitsOf(value);
      const rare = this.#rare[index] as Rare;
      rare.integerDigits = Math.max(rare.integerDigits ?? 0, digits.integer);
      rare.fractionDigits = Math.max(rare.fractionDigits ?? 0, digits.fraction);
    }
  }

  result(): ColumnCounts[] {
    return this.#rare.map(({ leastLong, greatestLong, forms, integerDigits, fractionDigits, contrary }, index) => {
      const add = (form: string, count: number) => count > 0 && forms.set(form, (forms.get(form) ?? 0) + count);
      add("boolean", this.#booleans[index] as number);
      add("date", this.#dates[index] as number);
      add("date and time", this.#moments[index] as number);
      const [least, greatest] = [this.#least[index] as number, this.#greatest[index] as number];
      const longest = this.#longest[index] as number;
      const ends = [...(least <= greatest ? [BigInt(least), BigInt(greatest)] : []), leastLong, greatestLong];
      return {
        storage: [...this.#storage.subarray(index * classes.length, (index + 1) * classes.length)],
        least: extreme(ends, (a, b) => a < b),
        greatest: extreme(ends, (a, b) => a > b),
        longestText: longest < 0 ? null : longest,
        forms: Object.fromEntries(forms),
        integerDigits,
        fractionDigits,
        contrary,
      };
    });
  }
}

function lookOf(family: Family, asReal: boolean): number {
  return (
    (asReal ? looks.asReal : 0) |
    (needsForms(family) ? looks.forms : 0) |
    (family === "timestamp" || family === "date" ? looks.moment : 0) |
    (family === "boolean" ? looks.boolean : 0)
  );
}

/** @throws NotReadHere for what is not as it must be in leaves of this table */
export function profileLeaves(rows: LeafRows, { layout, families, key }: Look, leaves: ArrayLike<number>): PartProfile {
  const counting = new Counting(layout, families, key);
  rows.restart();
  for (let leaf = 0; leaf < leaves.length; leaf++) counting.leaf(rows, leaves[leaf] as number);
  const { rows: count, shortRows, first } = counting;
  return { rows: count, shortRows, first, last: count === 0 ? null : rows.rowid, columns: counting.result() };
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
