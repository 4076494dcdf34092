/**
 * Rows from SQLite's pages straight into COPY's binary format: no value becomes a JavaScript string where its bytes are what is wanted. What a value may be is
 * defined by `encoderFor` alone: where a value's bytes do not show at once that it would pass, it is asked, and a row that it refuses is left to the
 * way that says why.
 */
import type { ColumnPlan } from "../../model";
import { isPlainText } from "../../plan/forms";
import { clockOfBytes, dayOfBytes, halves, momentHalves } from "../../source/moments";
import type { Layout, StoredColumn } from "../../source/pages/layout";
import { isInteger, isNaNAt, RecordHeader, readWhole, sizeOf, valueAt, whole } from "../../source/pages/record";
import type { LeafRows } from "../../source/pages/rows";
import type { SqliteValue } from "../../source/value";
import { adapterOf } from "../adapt";
import { type Encode, encoderFor, Unfit } from "../encode";
import type { Chunks } from "./chunks";
import { fieldOf, isBinaryType } from "./fields";
import { copyText, countCharacters } from "./text";

const kinds = {
  asked: 0,
  bigint: 1,
  integer: 2,
  smallint: 3,
  boolean: 4,
  double: 5,
  text: 6,
  bytea: 7,
  moment: 8,
  date: 9,
  json: 10,
  skipped: 11,
};

/** A text or blob above this in a very large row is sent from where it is. */
const deferredBytes = 1024;
/** What a field may take beyond the bytes it is stored in: its length, and its form (a numeric of 17 digits, a real as text). */
const fieldRoom = 40;
/** A row of up to this is put together in one buffer. */
const ordinaryRow = 128 * 1024;
/** As `encode.ts`: larger blobs are refused there, with the reason. */
const longestBlob = 250_000_000;

interface Column {
  stored: StoredColumn;
  plan: ColumnPlan;
  encode: Encode;
}

/** Part of a row that is sent from the record's own bytes. */
export interface Deferred {
  /** Where it belongs in the buffer. */
  position: number;
  start: number;
  length: number;
}

/** The SQL names of the columns in the order in which a writer writes them; null where a column cannot be read from the records. */
export function writableColumns(layout: Layout, sent: ColumnPlan[]): ColumnPlan[] | null {
  const found = layout.columns.flatMap(({ name }) => sent.find((column) => column.source === name) ?? []);
  return found.length === sent.length && found.every(({ type }) => isBinaryType(type)) ? found : null;
}

export class RowWriter {
  /** Of the row written last: empty but for very large rows. */
  readonly deferred: Deferred[] = [];
  readonly #columns: (Column | null)[];
  readonly #kinds: Uint8Array;
  readonly #notNull: Uint8Array;
  readonly #limits: Float64Array;
  readonly #asReal: Uint8Array;
  readonly #isJsonb: Uint8Array;
  readonly #rowidAt: number;
  readonly #header: RecordHeader;
  readonly #count: number;

  /** @param defaultOf the value of a column that rows written before it was added do not have */
  constructor(
    layout: Layout,
    sent: ColumnPlan[],
    readonly defaultOf: (column: string, rows: LeafRows) => SqliteValue,
  ) {
    this.#columns = layout.columns.map((stored) => {
      const plan = sent.find((column) => column.source === stored.name);
      return plan === undefined ? null : { stored, plan, encode: encoderOf(plan) };
    });
    this.#kinds = Uint8Array.from(this.#columns, (column) => (column === null ? kinds.skipped : kindOf(column)));
    this.#notNull = Uint8Array.from(this.#columns, (column) => Number(column?.plan.notNull ?? false));
    this.#limits = Float64Array.from(this.#columns, (column) =>
      column?.plan.type.kind === "varchar" ? column.plan.type.length : Number.POSITIVE_INFINITY,
    );
    this.#asReal = Uint8Array.from(this.#columns, (column) => Number(column?.stored.asReal ?? false));
    this.#isJsonb = Uint8Array.from(this.#columns, (column) => Number(column?.plan.type.kind === "jsonb"));
    this.#rowidAt = this.#columns.findIndex((column) => column?.stored.isRowid === true);
    this.#header = new RecordHeader(layout.columns.length);
    this.#count = sent.length;
  }

  /** Writes the current row. @returns false, and nothing is written, where the row must go the other way */
  write(rows: LeafRows, out: Chunks): boolean {
    rows.assemble(rows.length);
    const large = rows.length > ordinaryRow;
    // Few rows have any: to set the length costs more than to ask for it.
    if (this.deferred.length > 0) this.deferred.length = 0;
    out.ensure((large ? this.#count * (deferredBytes + fieldRoom) : rows.length + this.#count * fieldRoom) + 64);
    const begin = out.position;
    out.view.setInt16(begin, this.#count);
    out.position = begin + 2;
    if (this.#fields(rows, out, large)) return true;
    out.position = begin;
    this.deferred.length = 0;
    return false;
  }

  #fields(rows: LeafRows, out: Chunks, large: boolean): boolean {
    const header = this.#header;
    header.read(rows.bytes, rows.start, rows.length);
    const { types, offsets, count } = header;
    const kindOfColumn = this.#kinds;
    for (let index = 0; index < kindOfColumn.length; index++) {
      const kind = kindOfColumn[index] as number;
      if (kind === kinds.skipped) continue;
      const written =
        index === this.#rowidAt
          ? this.#rowid(rows, out, kind)
          : index >= count
            ? this.#missing(index, rows, out)
            : this.#field(
                index,
                kind,
                rows,
                out,
                rows.start + (offsets[index] as number),
                types[index] as number,
                large,
              );
      if (!written) return false;
    }
    return true;
  }

  /** A column that was added after the row was written. */
  #missing(index: number, rows: LeafRows, out: Chunks): boolean {
    const column = this.#columns[index] as Column;
    return this.#value(out, column, this.defaultOf(column.stored.name, rows), 0);
  }

  #field(index: number, kind: number, rows: LeafRows, out: Chunks, at: number, type: number, large: boolean): boolean {
    const { bytes, view } = rows;
    if (type === 0 || (type === 7 && isNaNAt(view, at))) {
      if (this.#notNull[index] === 1) return false;
      out.view.setInt32(out.position, -1);
      out.position += 4;
      return true;
    }
    // Whole numbers in a column of REAL affinity are reals.
    if (type >= 12 || kind === kinds.double || this.#asReal[index] === 0)
      switch (kind) {
        case kinds.bigint:
        case kinds.integer:
        case kinds.smallint:
          if (isInteger(type)) return writeInteger(kind, view, at, type, out);
          break;
        case kinds.boolean:
          if (type !== 8 && type !== 9) break;
          out.view.setInt32(out.position, 1);
          out.view.setInt8(out.position + 4, type - 8);
          out.position += 5;
          return true;
        case kinds.double:
          if (type === 7 || (isInteger(type) && type !== 6)) return writeDouble(view, at, type, out);
          break;
        case kinds.text:
        case kinds.json:
          if (type >= 13 && type % 2 === 1) return this.#text(index, kind, rows, out, at, (type - 13) / 2, large);
          break;
        case kinds.bytea:
          if (type >= 12) return this.#bytes(bytes, out, at, Math.floor((type - 12) / 2), large);
          break;
        case kinds.moment:
          if (type % 2 === 1 && writeMoment(bytes, at, (type - 13) / 2, out)) return true;
          break;
        case kinds.date:
          if (type === 13 + 2 * 10 && writeDate(bytes, at, out)) return true;
          break;
      }
    const column = this.#columns[index] as Column;
    return this.#value(out, column, valueAt(bytes, view, at, type, column.stored.asReal), sizeOf(type));
  }

  #rowid(rows: LeafRows, out: Chunks, kind: number): boolean {
    if (kind === kinds.integer && rows.high === 0 && rows.low <= 0x7fffffff) {
      out.view.setInt32(out.position, 4);
      out.view.setInt32(out.position + 4, rows.low);
      out.position += 8;
      return true;
    }
    if (kind !== kinds.bigint) return this.#value(out, this.#columns[this.#rowidAt] as Column, rows.rowid, 8);
    out.view.setInt32(out.position, 8);
    out.view.setInt32(out.position + 4, rows.high);
    out.view.setUint32(out.position + 8, rows.low);
    out.position += 12;
    return true;
  }

  #text(index: number, kind: number, rows: LeafRows, out: Chunks, at: number, length: number, large: boolean): boolean {
    const { bytes, view } = rows;
    if (kind === kinds.json) {
      if ((this.#columns[index] as Column).encode(bytes.toString("utf8", at, at + length)) instanceof Unfit)
        return false;
    } else {
      const limit = this.#limits[index] as number;
      if (length > limit && countCharacters(bytes, at, length) > limit) return false;
    }
    const versioned = this.#isJsonb[index] === 1;
    out.view.setInt32(out.position, versioned ? length + 1 : length);
    out.position += 4;
    // jsonb_recv knows one version of its format.
    if (versioned) out.bytes[out.position++] = 1;
    if (large && length > deferredBytes) {
      this.deferred.push({ position: out.position, start: at, length });
      return isPlainText(bytes.subarray(at, at + length));
    }
    if (!copyText(bytes, view, at, length, out.bytes, out.view, out.position)) return false;
    out.position += length;
    return true;
  }

  #bytes(bytes: Buffer, out: Chunks, at: number, length: number, large: boolean): boolean {
    if (length > longestBlob) return false;
    out.view.setInt32(out.position, length);
    out.position += 4;
    if (large && length > deferredBytes) this.deferred.push({ position: out.position, start: at, length });
    else {
      out.bytes.set(bytes.subarray(at, at + length), out.position);
      out.position += length;
    }
    return true;
  }

  /** Any value, by way of what `encoderFor` makes of it. @param stored its bytes in the record */
  #value(out: Chunks, { plan, encode }: Column, value: SqliteValue, stored: number): boolean {
    // Text that was decoded wrongly, and blobs in other columns, need a closer look than this.
    if (
      (Buffer.isBuffer(value) && plan.type.kind !== "uuid") ||
      (typeof value === "string" && value.includes("\uFFFD"))
    )
      return false;
    const text = encode(value);
    if (text instanceof Unfit) return false;
    if (value === null) {
      out.view.setInt32(out.position, -1);
      out.position += 4;
      return true;
    }
    // Escapes are in texts alone, and in what bytea is made of.
    const { kind } = plan.type;
    if (kind === "bytea" || (typeof value === "string" && text.includes("\\"))) return false;
    const field = fieldOf(kind, text);
    // Room was made for so much.
    if (4 + field.length > Math.min(stored, deferredBytes) + fieldRoom) return false;
    out.view.setInt32(out.position, field.length);
    out.bytes.set(field, out.position + 4);
    out.position += 4 + field.length;
    return true;
  }
}

/** What config changes on its way goes the other way, which tells each such value. */
function encoderOf(plan: ColumnPlan): Encode {
  const [encode, adapt] = [encoderFor(plan), adapterOf(plan)];
  if (adapt === null) return encode;
  return (value) => (adapt(value) === value ? encode(value) : new Unfit("changed by config", ""));
}

/** @returns false for a number that the column's type cannot hold */
function writeInteger(kind: number, view: DataView, at: number, type: number, out: Chunks): boolean {
  readWhole(view, at, type);
  const { high, low } = whole;
  const { view: to, position } = out;
  if (kind === kinds.bigint) {
    to.setInt32(position, 8);
    to.setInt32(position + 4, high);
    to.setInt32(position + 8, low);
    out.position = position + 12;
    return true;
  }
  if (high !== low >> 31) return false;
  if (kind === kinds.integer) {
    to.setInt32(position, 4);
    to.setInt32(position + 4, low);
    out.position = position + 8;
    return true;
  }
  if ((low << 16) >> 16 !== low) return false;
  to.setInt32(position, 2);
  to.setInt16(position + 4, low);
  out.position = position + 6;
  return true;
}

function writeDouble(view: DataView, at: number, type: number, out: Chunks): boolean {
  const { view: to, position } = out;
  to.setInt32(position, 8);
  if (type === 7) {
    to.setInt32(position + 4, view.getInt32(at));
    to.setInt32(position + 8, view.getInt32(at + 4));
  } else {
    readWhole(view, at, type);
    to.setFloat64(position + 4, whole.high * 0x1_0000_0000 + (whole.low >>> 0));
  }
  out.position = position + 12;
  return true;
}

/** @returns false for what is not an ordinary date and time */
function writeMoment(bytes: Buffer, at: number, length: number, out: Chunks): boolean {
  if (length < 19 || length > 26) return false;
  const separator = bytes[at + 10];
  if (separator !== 32 && separator !== 84) return false;
  const days = dayOfBytes(bytes, at);
  const clock = clockOfBytes(bytes, at + 11, length - 11);
  if (Number.isNaN(days) || Number.isNaN(clock)) return false;
  momentHalves(days, clock);
  const { view: to, position } = out;
  to.setInt32(position, 8);
  to.setInt32(position + 4, halves.high);
  to.setUint32(position + 8, halves.low);
  out.position = position + 12;
  return true;
}

/** @returns false for what is not an ordinary date */
function writeDate(bytes: Buffer, at: number, out: Chunks): boolean {
  const days = dayOfBytes(bytes, at);
  if (Number.isNaN(days)) return false;
  out.view.setInt32(out.position, 4);
  out.view.setInt32(out.position + 4, days);
  out.position += 8;
  return true;
}

function kindOf({ plan: { type, nullFor, cut } }: Column): number {
  if (nullFor !== undefined || cut) return kinds.asked;
  switch (type.kind) {
    case "bigint":
      return kinds.bigint;
    case "integer":
      return kinds.integer;
    case "smallint":
      return kinds.smallint;
    case "boolean":
      return kinds.boolean;
    case "double precision":
      return kinds.double;
    case "text":
    case "varchar":
      return kinds.text;
    case "json":
    case "jsonb":
      return kinds.json;
    case "bytea":
      return kinds.bytea;
    case "date":
      return kinds.date;
    case "timestamp":
    case "timestamptz":
      return (type.precision ?? 6) >= 6 ? kinds.moment : kinds.asked;
    default:
      return kinds.asked;
  }
}
