/** The rows of a batch as records (record.ts), made from SQLite's bytes without a JavaScript value for each. */
import type { ColumnPlan } from "../model";
import type { Aggregates } from "./aggregates";
import { type Batch, longest, mayBeLong, type Reading, readingOf } from "./batches";
import { cellReader } from "./cell";
import { type Field, fieldOf, type RecordBuffer, writeCell } from "./record";
import type { SqliteValue } from "./value";

/** A value that the fast way does not know: the batch is read in the exact way. */
export class Irregular extends Error {}

const [comma, colon, minus, zero] = [0x2c, 0x3a, 0x2d, 0x30];
const two32 = 4294967296;

type ToCell = (value: SqliteValue) => string | null;

interface Column {
  reading: Reading;
  kind: ColumnPlan["type"]["kind"];
  field: Field;
  cell: ToCell;
  /** Whether a long value is read by itself. */
  long: boolean;
}

/** Reads batches of one table. */
export class RecordRows {
  private readonly columns: Column[];
  private at = 0;
  private bytes: Buffer = Buffer.alloc(0);

  constructor(
    columns: ColumnPlan[],
    private readonly record: RecordBuffer,
    private readonly longValue: (column: number, rowid: bigint) => Buffer,
  ) {
    this.columns = columns.map((column) => ({
      reading: readingOf(column),
      kind: column.type.kind,
      field: fieldOf(column.type),
      cell: cellReader(column),
      long: mayBeLong(column),
    }));
  }

  /**
   * Calls `row` after each row of the batch has been written into the record.
   *
   * @throws Irregular, also after some of the rows
   */
  read(batch: Batch, seen: Aggregates, row: () => void): void {
    if (!batch.regular) throw new Irregular();
    const { record, columns } = this;
    const numbers = batch.numbers();
    this.bytes = batch.bytes;
    this.at = 0;
    for (let n = 0; n < batch.rows; n++) {
      const idAt = this.at;
      this.at = this.bytes.indexOf(comma, this.at) + 1;
      const values = numbers[n];
      let number = 0;
      record.begin(columns.length);
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i] as Column;
        if (column.reading === "digits") this.digits(column, i, seen);
        else if (column.reading === "bytes") this.value(column, i, idAt, seen);
        else this.number(column, i, values?.[number++] ?? null, seen);
      }
      row();
    }
    if (this.at !== this.bytes.length) throw new Irregular();
  }

  private digits({ field: { oid, form } }: Column, i: number, seen: Aggregates): void {
    const { bytes, record } = this;
    let at = this.at;
    if (bytes[at] === comma) {
      this.at = at + 1;
      seen.null(i);
      return void record.null(oid);
    }
    const negative = bytes[at] === minus;
    if (negative) at++;
    const start = at;
    let magnitude = 0;
    for (let byte = bytes[at] as number; byte !== comma; byte = bytes[++at] as number) {
      const digit = byte - zero;
      if (digit < 0 || digit > 9) throw new Irregular();
      magnitude = magnitude * 10 + digit;
    }
    const value = negative ? -magnitude : magnitude;
    const width = form === "int8" ? 8 : form === "int4" ? 4 : form === "int2" ? 2 : 1;
    // What the type cannot hold is for the exact way, as are the words of a boolean.
    const limit = width === 8 ? Number.POSITIVE_INFINITY : width === 1 ? 2 : 2 ** (8 * width - 1);
    if (magnitude >= limit || (width === 1 && negative)) throw new Irregular();
    record.head(oid, width);
    const { view, length } = record;
    if (at - start <= 15) {
      seen.integer(i, value);
      if (width === 8) {
        view.setInt32(length, Math.floor(value / two32));
        // `|` takes a number modulo 2^32.
        view.setInt32(length + 4, value | 0);
      } else if (width === 4) view.setInt32(length, value);
      else if (width === 2) view.setInt16(length, value);
      else view.setUint8(length, value);
    } else {
      const exact = BigInt(bytes.toString("latin1", negative ? start - 1 : start, at));
      seen.integer(i, exact);
      view.setBigInt64(length, exact);
    }
    record.length += width;
    this.at = at + 1;
  }

  private value(column: Column, i: number, idAt: number, seen: Aggregates): void {
    const { bytes, record } = this;
    const { oid, form } = column.field;
    let at = this.at;
    if (bytes[at] === colon) {
      this.at = at + 1;
      seen.null(i);
      return void record.null(oid);
    }
    let size = 0;
    for (let byte = bytes[at] as number; byte !== colon; byte = bytes[++at] as number) size = size * 10 + (byte - zero);
    at++;
    if (size > longest && column.long) {
      const id = bytes.toString("latin1", idAt, bytes.indexOf(comma, idAt));
      const whole = this.longValue(i, BigInt(id));
      this.at = at;
      return void this.plain(column, i, whole, 0, whole.length, seen);
    }
    this.at = at + size;
    if (form === "timestamp") this.moment(column, i, at, size, seen);
    else if (form === "bytea" || (form === "text" && column.kind !== "jsonb"))
      this.plain(column, i, bytes, at, size, seen);
    else this.asCell(column, i, bytes.toString("utf8", at, at + size), seen);
  }

  /** Bytes that stand in the record as they are. */
  private plain(column: Column, i: number, from: Buffer, start: number, length: number, seen: Aggregates): void {
    const { record } = this;
    let size = length;
    // Trailing blanks mean nothing in char(n).
    if (column.kind === "char") while (size > 0 && from[start + size - 1] === 0x20) size--;
    if (column.kind === "jsonb" || (column.field.form !== "text" && column.field.form !== "bytea"))
      return void this.asCell(column, i, from.toString("utf8", start, start + size), seen);
    seen.text(i, from, start, size);
    record.head(column.field.oid, size);
    const { bytes } = record;
    let at = record.length;
    if (size < 128) for (let n = start; n < start + size; n++) bytes[at++] = from[n] as number;
    else from.copy(bytes, at, start, start + size);
    record.length += size;
  }

  /** `YYYY-MM-DD HH:MM:SS` with up to six digits more, as most are; any other goes the exact way. */
  private moment(column: Column, i: number, at: number, size: number, seen: Aggregates): void {
    const { bytes, record } = this;
    const micros = momentAt(bytes, at, size);
    if (Number.isNaN(micros)) return void this.asCell(column, i, bytes.toString("utf8", at, at + size), seen);
    seen.integer(i, micros);
    record.head(column.field.oid, 8);
    record.view.setInt32(record.length, Math.floor(micros / two32));
    record.view.setInt32(record.length + 4, micros | 0);
    record.length += 8;
  }

  private number(column: Column, i: number, value: number | null, seen: Aggregates): void {
    const { record } = this;
    const { oid, form } = column.field;
    if (value === null) {
      seen.null(i);
      return void record.null(oid);
    }
    if (form === "float8") {
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

/** Days from 2000-01-01 to the first of a month, and days in the month, by year since 1800 and month. */
const [firstYear, lastYear] = [1800, 2200];
const monthStart = new Int32Array((lastYear - firstYear) * 12 + 1);
for (let i = 0; i < monthStart.length; i++)
  monthStart[i] = (Date.UTC(firstYear + Math.floor(i / 12), i % 12, 1) - 946_684_800_000) / 86_400_000;

/** @returns microseconds since 2000-01-01, or NaN for what is written in another way. All are whole numbers below 2^53. */
function momentAt(bytes: Buffer, at: number, size: number): number {
  if (size !== 19 && (size < 21 || size > 26)) return Number.NaN;
  if (bytes[at + 4] !== minus || bytes[at + 7] !== minus || bytes[at + 10] !== 0x20) return Number.NaN;
  if (bytes[at + 13] !== colon || bytes[at + 16] !== colon) return Number.NaN;
  const year = 100 * two(bytes, at) + two(bytes, at + 2);
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  const hours = two(bytes, at + 11);
  const minutes = two(bytes, at + 14);
  const seconds = two(bytes, at + 17);
  if (!(year >= firstYear && year < lastYear && month >= 1 && month <= 12)) return Number.NaN;
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN;
  const index = (year - firstYear) * 12 + month - 1;
  const start = monthStart[index] as number;
  const end = monthStart[index + 1] as number;
  if (!(day >= 1 && day <= end - start)) return Number.NaN;
  let fraction = 0;
  if (size > 19) {
    if (bytes[at + 19] !== 0x2e) return Number.NaN;
    for (let i = 20; i < 26; i++) {
      const digit = i < size ? (bytes[at + i] as number) - zero : 0;
      if (digit < 0 || digit > 9) return Number.NaN;
      fraction = fraction * 10 + digit;
    }
  }
  return ((start + day - 1) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1_000_000 + fraction;
}

/** Two digits, or NaN. */
function two(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - zero;
  const ones = (bytes[at + 1] as number) - zero;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : 10 * tens + ones;
}
