/** The rows of a batch as records (record.ts), made from SQLite's bytes without a JavaScript value for each. */
import { isUtf8 } from "node:buffer";
import type { TablePlan } from "../model";
import type { Aggregates } from "./aggregates";
import { type Batch, type Batches, longest, mayBeLong, type Reading } from "./batches";
import { cellReader } from "./cell";
import { Irregular, JsonArray } from "./json-array";
import { type Field, fieldOf, type RecordBuffer, writeCell } from "./record";
import type { SqliteValue } from "./value";

const two32 = 4294967296;
/** Before a value in the record: its type and its length. */
const headBytes = 8;

type ToCell = (value: SqliteValue) => string | null;

interface Column {
  reading: Reading;
  field: Field;
  /** Bytes of an integer, and the least that the type cannot hold. */
  width: number;
  limit: number;
  cell: ToCell;
  /** Whether the bytes stand in the record as they are. */
  plain: boolean;
  /** Whether blanks at the end mean nothing. */
  padded: boolean;
  /** Whether bytes that are no text become others. */
  mended: boolean;
  /** Whether a long value is read by itself. */
  long: boolean;
  array: JsonArray;
  /** The bytes that lengths are of, and where the next ones begin. */
  bytes: Buffer;
  at: number;
}

/** Reads batches of one table. */
export class RecordRows {
  private readonly columns: Column[];

  constructor(
    table: TablePlan,
    private readonly batches: Batches,
    private readonly record: RecordBuffer,
  ) {
    this.columns = table.columns.map((column) => {
      const field = fieldOf(column.type);
      const { form } = field;
      const width = form === "int8" ? 8 : form === "int4" ? 4 : form === "int2" ? 2 : 1;
      return {
        reading: "texts",
        field,
        width,
        limit: width === 8 ? Number.POSITIVE_INFINITY : width === 1 ? 2 : 2 ** (8 * width - 1),
        cell: cellReader(column),
        plain: form === "bytea" || (form === "text" && column.type.kind !== "jsonb"),
        padded: column.type.kind === "char",
        mended: column.badText !== undefined,
        long: mayBeLong(column),
        array: new JsonArray(),
        bytes: Buffer.alloc(0),
        at: 0,
      };
    });
  }

  /**
   * Calls `row` after each row of the batch has been written into the record.
   *
   * @throws Irregular, also after some of the rows
   */
  read(batch: Batch, seen: Aggregates, row: () => void): void {
    if (!batch.regular) throw new Irregular();
    const { record, columns } = this;
    const { rows, numbers } = batch;
    this.start(batch);
    let number = 0;
    for (let n = 0; n < rows; n++) {
      record.begin(columns.length);
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i] as Column;
        if (column.reading === "numbers") this.number(column, i, numbers[number++] as number, seen);
        else if (column.array.null()) {
          seen.null(i);
          record.null(column.field.oid);
        } else if (column.reading === "integers") this.integer(column, i, seen);
        else if (column.array.isText()) this.text(column, i, seen);
        else this.apart(column, i, batch, n, seen);
      }
      row();
    }
    for (const { reading, array, at, bytes } of columns) {
      if (reading !== "numbers") array.end();
      if (at !== bytes.length) throw new Irregular();
    }
  }

  private start({ readings, arrays, bytes }: Batch): void {
    for (const [i, column] of this.columns.entries()) {
      column.reading = readings[i] as Reading;
      column.bytes = bytes[i] ?? Buffer.alloc(0);
      column.at = 0;
      if (column.reading !== "numbers") column.array.start(arrays[i] as Buffer);
    }
  }

  private integer({ array, field, width, limit }: Column, i: number, seen: Aggregates): void {
    const { record } = this;
    const magnitude = array.integer();
    const { negative } = array;
    // What the type cannot hold is for the exact way, as are the words of a boolean.
    if (negative ? magnitude > limit || width === 1 : magnitude >= limit) throw new Irregular();
    record.head(field.oid, width);
    const { view, length } = record;
    if (array.digits <= 15) {
      const value = negative ? -magnitude : magnitude;
      seen.integer(i, value);
      if (width === 8) {
        view.setInt32(length, Math.floor(value / two32));
        // `|` takes a number modulo 2^32.
        view.setInt32(length + 4, value | 0);
      } else if (width === 4) view.setInt32(length, value);
      else if (width === 2) view.setInt16(length, value);
      else view.setUint8(length, value);
    } else {
      const exact = array.exactly();
      seen.integer(i, exact);
      view.setBigInt64(length, exact);
    }
    record.length += width;
  }

  private text(column: Column, i: number, seen: Aggregates): void {
    const { record } = this;
    const { array } = column;
    if (column.field.form === "timestamp") {
      const micros = array.moment();
      if (!Number.isNaN(micros)) return void this.micros(column, i, micros, seen);
    }
    const start = record.length + headBytes;
    const { at } = array;
    let end = array.text(record, start);
    if (end > record.bytes.length) {
      record.room(end - start);
      array.at = at;
      end = array.text(record, start);
    }
    this.written(column, i, end - start, seen);
  }

  /** What is no text in the array: bytes, of which it holds the length, or a text that is too long for it. */
  private apart(column: Column, i: number, batch: Batch, row: number, seen: Aggregates): void {
    const { record } = this;
    const { array } = column;
    const magnitude = array.integer();
    const size = array.negative ? -magnitude : magnitude;
    let [from, at] = [column.bytes, column.at];
    if (column.long && (column.reading === "texts" || size > longest)) {
      const long = this.batches.longValue(i, batch, row);
      if (long === null || (size !== -1 && long.length !== size)) throw new Irregular();
      [from, at] = [long, 0];
    } else {
      if (column.reading === "texts") throw new Irregular();
      column.at += size;
    }
    const length = from === column.bytes ? size : from.length;
    record.room(length);
    from.copy(record.bytes, record.length + headBytes, at, at + length);
    this.written(column, i, length, seen);
  }

  /** The value whose bytes stand after where its head will be. */
  private written(column: Column, i: number, length: number, seen: Aggregates): void {
    const { record } = this;
    const { bytes } = record;
    const start = record.length + headBytes;
    let size = length;
    if (column.mended && !isUtf8(bytes.subarray(start, start + size))) throw new Irregular();
    if (column.plain) {
      // Trailing blanks mean nothing in char(n).
      if (column.padded) while (size > 0 && bytes[start + size - 1] === 0x20) size--;
      seen.text(i, bytes, start, size);
      record.head(column.field.oid, size);
      record.length += size;
    } else {
      const text = bytes.toString("utf8", start, start + size);
      // It may stand for bytes that are no text.
      if (text.includes("\u{FFFD}")) throw new Irregular();
      this.asCell(column, i, text, seen);
    }
  }

  /** A moment as most are written; any other goes the exact way. */
  private micros({ field }: Column, i: number, micros: number, seen: Aggregates): void {
    const { record } = this;
    seen.integer(i, micros);
    record.head(field.oid, 8);
    record.view.setInt32(record.length, Math.floor(micros / two32));
    record.view.setInt32(record.length + 4, micros | 0);
    record.length += 8;
  }

  private number(column: Column, i: number, value: number, seen: Aggregates): void {
    const { record } = this;
    const { oid, form } = column.field;
    if (Number.isNaN(value)) {
      seen.null(i);
      record.null(oid);
    } else if (form === "float8") {
      seen.double(i, value);
      record.head(oid, 8);
      record.view.setFloat64(record.length, value);
      record.length += 8;
    } else this.asCell(column, i, value, seen);
  }

  private asCell({ field, cell }: Column, i: number, value: string | number, seen: Aggregates): void {
    const text = cell(value);
    seen.cell(i, text);
    writeCell(this.record, field, text);
  }
}
