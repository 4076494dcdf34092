/**
 * A row in the one form in which both sides are hashed: the bytes that PostgreSQL's `record_send` gives for it. They hold the number of
 * columns and, for each, the OID of its type, its length (-1 for NULL) and its value in the type's binary form, so no two different
 * rows give the same bytes: -0.0 is not 0.0, 1 is not 2^32, and a value knows its column.
 */
import { escapeIdentifier } from "pg";
import type { ColumnPlan, TargetType } from "../model";
import type { Cell } from "./value";

/** The type in which a column stands in the record: where the binary form would be hard to make here, it is the text. */
export type Form =
  | "bool"
  | "int2"
  | "int4"
  | "int8"
  | "float4"
  | "float8"
  | "date"
  | "time"
  | "timestamp"
  | "uuid"
  | "bytea"
  | "text";

/** In pg_type.dat; they never change. */
const oids: Record<Exclude<Form, "timestamp">, number> & { timestamp: number; timestamptz: number } = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  uuid: 2950,
};

export interface Field {
  form: Form;
  oid: number;
  /** The column in the target's SQL. */
  sql: (column: string) => string;
}

const asIt = (column: string) => column;
const asText = (column: string) => `${column}::text`;

export function fieldOf(type: TargetType): Field {
  const field = (form: Form, oid: number = oids[form], sql = asIt): Field => ({ form, oid, sql });
  switch (type.kind) {
    case "boolean":
      return field("bool");
    case "smallint":
      return field("int2");
    case "integer":
      return field("int4");
    case "bigint":
      return field("int8");
    case "real":
      return field("float4");
    case "double precision":
      return field("float8");
    case "date":
    case "time":
    case "timestamp":
    case "uuid":
    case "bytea":
    case "text":
      return field(type.kind);
    case "timestamptz":
      return field("timestamp", oids.timestamptz);
    case "numeric":
      // Scale is no part of the value: 1.50 is 1.5.
      return field("text", oids.text, (column) => `trim_scale(${column})::text`);
    default:
      return field("text", oids.text, asText);
  }
}

/** The bytes of a row in the target's SQL. */
export function recordSql(columns: Pick<ColumnPlan, "target" | "type">[]): string {
  return `record_send(ROW(${columns.map(({ target, type }) => fieldOf(type).sql(escapeIdentifier(target))).join(", ")}))`;
}

/** Grows as needed; `words` and `view` are the same memory as `bytes`. */
export class RecordBuffer {
  bytes = Buffer.alloc(0);
  words = new Int32Array();
  view = new DataView(new ArrayBuffer(0));
  length = 0;

  constructor(size = 1 << 16) {
    this.allot(size);
  }

  /** Starts a row. */
  begin(columns: number): void {
    // What one huge value needed is not kept.
    if (this.bytes.length > 1 << 24) this.allot(1 << 16);
    this.view.setInt32(0, columns);
    this.length = 4;
  }

  /** Makes room for a value, after what stands before it. */
  room(bytes: number): void {
    if (this.length + bytes + 8 <= this.bytes.length) return;
    const before = this.bytes.subarray(0, this.length);
    this.allot(Math.max(2 * this.bytes.length, (this.length + bytes + 16) & ~3));
    this.bytes.set(before);
  }

  null(oid: number): void {
    this.room(0);
    this.view.setInt32(this.length, oid);
    this.view.setInt32(this.length + 4, -1);
    this.length += 8;
  }

  /** The head of a value; its bytes are then written at `length`. */
  head(oid: number, bytes: number): void {
    this.room(bytes);
    this.view.setInt32(this.length, oid);
    this.view.setInt32(this.length + 4, bytes);
    this.length += 8;
  }

  value(oid: number, value: Uint8Array): void {
    this.head(oid, value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  private allot(size: number): void {
    const memory = new ArrayBuffer(size);
    this.bytes = Buffer.from(memory);
    this.words = new Int32Array(memory);
    this.view = new DataView(memory);
  }
}

/** Writes a cell in the column's form. A cell that no target can hold (value.ts) stays one: its bytes are its text, NUL included. */
export function writeCell(to: RecordBuffer, { form, oid }: Field, cell: Cell): void {
  if (cell === null) return void to.null(oid);
  to.value(oid, cell.startsWith("\0") ? Buffer.from(cell) : bytesOfCell(form, cell));
}

function bytesOfCell(form: Form, cell: string): Buffer {
  const integer = (bytes: number, value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64BE(BigInt.asIntN(64, value));
    // What the type cannot hold keeps its length, which differs from the type's.
    return BigInt.asIntN(8 * bytes, value) === value ? buffer.subarray(8 - bytes) : Buffer.from(cell);
  };
  switch (form) {
    case "bool":
      return Buffer.from([cell === "t" ? 1 : 0]);
    case "int2":
      return integer(2, BigInt(cell));
    case "int4":
      return integer(4, BigInt(cell));
    case "int8":
      return integer(8, BigInt(cell));
    case "float4":
    case "float8":
      return Buffer.from(cell.slice(2), "hex");
    case "date":
      return integer(4, daysOf(cell));
    case "time":
    case "timestamp":
      return integer(8, form === "time" ? clockOf(cell) : microsOf(cell));
    case "uuid":
      return Buffer.from(cell.replaceAll("-", ""), "hex");
    default:
      return Buffer.from(cell);
  }
}

const microsPerDay = 86_400_000_000n;
/** PostgreSQL counts from 2000-01-01. */
const epoch = 946_684_800_000;
const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Days since 2000-01-01 of a date as PostgreSQL shows it. */
export function daysOf(cell: string): bigint {
  if (cell === "infinity") return 2n ** 31n - 1n;
  if (cell === "-infinity") return -(2n ** 31n);
  const [, year, month, day] = /^(\d+)-(\d\d)-(\d\d)/.exec(cell) ?? [];
  // PostgreSQL counts no year 0: the year before 1 is 1 BC.
  const counted = cell.endsWith(" BC") ? 1 - Number(year) : Number(year);
  const date = new Date(0).setUTCFullYear(counted, Number(month) - 1, Number(day));
  return BigInt((date - epoch) / 86_400_000);
}

/** Microseconds since 2000-01-01 UTC of a timestamp as PostgreSQL shows it in UTC. */
export function microsOf(cell: string): bigint {
  if (cell === "infinity") return greatest;
  if (cell === "-infinity") return least;
  return daysOf(cell) * microsPerDay + clockOf(cell.slice(cell.indexOf(" ") + 1));
}

function clockOf(cell: string): bigint {
  const [, hours = "0", minutes = "0", seconds = "0", fraction = ""] =
    /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?/.exec(cell) ?? [];
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0") || "0");
}
