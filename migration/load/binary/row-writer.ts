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
      return plan === undefined ? null : { stored, plan, encode: encoderFor(plan) };
    });
    this.#kinds = Uint8Array.from(this.#columns, (column) => (column === null ? kinds.skipped : kindOf(column)));
    this.#notNull = Uint8Array.from(this.#columns, (column) => Number(column?.plan.notNull ?? false));
    this.#limits = Float64Array.from(this.#columns, (column) =>
      column?.plan.type.kind === "varchar" ? column.plan.type.length : Number.POSITIVE_INFINITY,
    );
    this.#header = new RecordHeader(layout.columns.length);
    this.#count = sent.length;
  }

  /** Writes the current row. @returns false, and nothing is written, where the row must go the other way */
  write(rows: LeafRows, out: Chunks): boolean {
    rows.assemble(rows.length);
    const large = rows.length > ordinaryRow;
    this.deferred.length = 0;
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
    const { bytes, view, start } = rows;
    const header = this.#header;
    header.read(bytes, start, rows.length);
    const { types, offsets, count } = header;
    const to = out.view;
    const fields = this.#kinds;
    for (let index = 0; index < fields.length; index++) {
      let kind = fields[index] as number;
      if (kind === kinds.skipped) continue;
      const column = this.#columns[index] as Column;
      if (column.stored.isRowid) {
        if (!this.#rowid(rows, out, column, kind)) return false;
        continue;
      }
      if (index >= count) {
        if (!this.#value(out, column, this.defaultOf(column.stored.name, rows), 0)) return false;
        continue;
      }
      const type = types[index] as number;
      const at = start + (offsets[index] as number);
      const position = out.position;
      if (type === 0 || (type === 7 && isNaNAt(view, at))) {
        if (this.#notNull[index] === 1) return false;
        to.setInt32(position, -1);
        out.position = position + 4;
        continue;
      }
      if (column.stored.asReal && kind !== kinds.double && type < 12) kind = kinds.asked;
      switch (kind) {
        case kinds.bigint:
          if (!isInteger(type)) break;
          readWhole(view, at, type);
          to.setInt32(position, 8);
          to.setInt32(position + 4, whole.high);
          to.setInt32(position + 8, whole.low);
          out.position = position + 12;
          continue;
        case kinds.integer:
          if (!isInteger(type)) break;
          readWhole(view, at, type);
          if (whole.high !== whole.low >> 31) return false;
          to.setInt32(position, 4);
          to.setInt32(position + 4, whole.low);
          out.position = position + 8;
          continue;
        case kinds.smallint:
          if (!isInteger(type)) break;
          readWhole(view, at, type);
          if (whole.high !== whole.low >> 31 || (whole.low << 16) >> 16 !== whole.low) return false;
          to.setInt32(position, 2);
          to.setInt16(position + 4, whole.low);
          out.position = position + 6;
          continue;
        case kinds.boolean:
          if (type !== 8 && type !== 9) break;
          to.setInt32(position, 1);
          to.setInt8(position + 4, type - 8);
          out.position = position + 5;
          continue;
        case kinds.double:
          if (type === 7) {
            to.setInt32(position, 8);
            to.setInt32(position + 4, view.getInt32(at));
            to.setInt32(position + 8, view.getInt32(at + 4));
          } else if (isInteger(type) && type !== 6) {
            readWhole(view, at, type);
            to.setInt32(position, 8);
            to.setFloat64(position + 4, whole.high * 0x1_0000_0000 + (whole.low >>> 0));
          } else break;
          out.position = position + 12;
          continue;
        case kinds.text:
        case kinds.json: {
          if (type < 13 || type % 2 === 0) break;
          const length = (type - 13) / 2;
          if (kind === kinds.json) {
            if (column.encode(bytes.toString("utf8", at, at + length)) instanceof Unfit) return false;
          } else if (
            length > (this.#limits[index] as number) &&
            countCharacters(bytes, at, length) > (this.#limits[index] as number)
          )
            return false;
          if (!this.#text(rows, out, at, length, large, column.plan.type.kind === "jsonb")) return false;
          continue;
        }
        case kinds.bytea: {
          if (type < 12) break;
          const length = Math.floor((type - 12) / 2);
          if (length > longestBlob) return false;
          to.setInt32(position, length);
          out.position = position + 4;
          if (large && length > deferredBytes) this.deferred.push({ position: out.position, start: at, length });
          else {
            out.bytes.set(bytes.subarray(at, at + length), position + 4);
            out.position = position + 4 + length;
          }
          continue;
        }
        case kinds.moment: {
          if (type % 2 === 0 || type < 13 + 2 * 19 || type > 13 + 2 * 26) break;
          const days = dayOfBytes(bytes, at);
          const separator = bytes[at + 10];
          const clock = clockOfBytes(bytes, at + 11, (type - 13) / 2 - 11);
          if ((separator !== 32 && separator !== 84) || Number.isNaN(days) || Number.isNaN(clock)) break;
          momentHalves(days, clock);
          to.setInt32(position, 8);
          to.setInt32(position + 4, halves.high);
          to.setUint32(position + 8, halves.low);
          out.position = position + 12;
          continue;
        }
        case kinds.date: {
          if (type !== 13 + 2 * 10) break;
          const days = dayOfBytes(bytes, at);
          if (Number.isNaN(days)) break;
          to.setInt32(position, 4);
          to.setInt32(position + 4, days);
          out.position = position + 8;
          continue;
        }
      }
      if (!this.#value(out, column, valueAt(bytes, view, at, type, column.stored.asReal), sizeOf(type))) return false;
    }
    return true;
  }

  #rowid(rows: LeafRows, out: Chunks, column: Column, kind: number): boolean {
    if (kind === kinds.integer && rows.high === 0 && rows.low <= 0x7fffffff) {
      out.view.setInt32(out.position, 4);
      out.view.setInt32(out.position + 4, rows.low);
      out.position += 8;
      return true;
    }
    if (kind !== kinds.bigint) return this.#value(out, column, rows.rowid, 8);
    out.view.setInt32(out.position, 8);
    out.view.setInt32(out.position + 4, rows.high);
    out.view.setUint32(out.position + 8, rows.low);
    out.position += 12;
    return true;
  }

  #text(rows: LeafRows, out: Chunks, at: number, length: number, large: boolean, versioned: boolean): boolean {
    const { bytes, view } = rows;
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

function kindOf({ plan: { type } }: Column): number {
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
