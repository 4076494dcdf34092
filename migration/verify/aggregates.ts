/** What one pass over a table says of each column beside its hash: how many NULLs, which least and greatest value, how many bytes. */
import { escapeIdentifier } from "pg";
import type { TablePlan, TargetType } from "../model";
import { microsOf } from "./record";
import { cellSql } from "./row-hash";
import type { Cell } from "./value";

/** One column's aggregates: equal texts for equal values on both sides. */
export interface Aggregate {
  nulls: string;
  /** Null where the type has none that is cheap on both sides, or the column no value. */
  least: string | null;
  greatest: string | null;
  /** Of texts and bytes, all together and the longest one. */
  bytes: string | null;
  longest: string | null;
  /** How many different values; null where the table is too large to count them in passing. */
  distinct: string | null;
}

type Measure = "integer" | "moment" | "double" | "size" | "none";

/** PostgreSQL computes some 1600 aggregates in one query: of wider tables only NULLs are counted. */
const widest = 250;

function measuresOf({ columns }: TablePlan): Measure[] {
  return columns.map(({ type }) => (columns.length > widest ? "none" : measureOf(type)));
}

function measureOf(type: TargetType): Measure {
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint":
      return "integer";
    case "timestamp":
    case "timestamptz":
      return "moment";
    case "double precision":
      return "double";
    case "text":
    case "varchar":
    case "bytea":
      return "size";
    default:
      return "none";
  }
}

/** Different values are counted in tables of up to so many rows. */
const countedDistinct = 10_000;

export function countsDistinct(table: TablePlan): boolean {
  return Number(table.rowCount) <= countedDistinct && table.columns.length <= widest;
}

/** The aggregates of the target, as SELECT items: one array of texts for each column. */
export function aggregatesSql(table: TablePlan): string[] {
  const measures = measuresOf(table);
  return table.columns.map(({ target, type }, i) => {
    const name = escapeIdentifier(target);
    const [measure, sized] = [measures[i], measures[i] === "size"];
    const ranged = measure !== "none" && !sized;
    const items = [
      `(count(*) - count(${name}))::text`,
      ranged ? `min(${name})::text` : "NULL",
      ranged ? `max(${name})::text` : "NULL",
      sized ? `coalesce(sum(octet_length(${name})), 0)::text` : "NULL",
      sized ? `max(octet_length(${name}))::text` : "NULL",
      countsDistinct(table) ? `count(DISTINCT ${comparable(name, type)})::text` : "NULL",
    ];
    return `ARRAY[${items.join(", ")}]`;
  });
}

function comparable(name: string, type: TargetType): string {
  return type.kind === "bytea" ? name : cellSql(name, type);
}

export function readAggregates(table: TablePlan, values: Cell[][]): Aggregate[] {
  return measuresOf(table).map((measure, i) => {
    const [nulls = "", least, greatest, bytes, longest, distinct] = values[i] as [string, ...Cell[]];
    const shown = (end: Cell | undefined) => (end === null || end === undefined ? null : rangeText(measure, end));
    return {
      nulls,
      least: shown(least),
      greatest: shown(greatest),
      bytes: bytes ?? null,
      longest: longest ?? null,
      distinct: distinct ?? null,
    };
  });
}

function rangeText(measure: Measure, end: string): string {
  return measure === "moment" ? String(microsOf(end)) : measure === "double" ? doubleText(Number(end)) : end;
}

const doubleText = (value: number) => (Object.is(value, -0) ? "0" : String(value));

/** The same, collected on this side. */
export class Aggregates {
  private readonly measures: Measure[];
  private readonly nulls: Float64Array;
  private readonly least: Float64Array;
  private readonly greatest: Float64Array;
  /** Integers that no double holds exactly. */
  private readonly large: (bigint[] | undefined)[];
  private readonly notNumbers: Float64Array;
  private readonly bytes: Float64Array;
  private readonly longest: Float64Array;
  private readonly sized: Float64Array;
  private readonly values: Set<string>[] | null;

  constructor(private readonly table: TablePlan) {
    const width = table.columns.length;
    this.measures = measuresOf(table);
    this.nulls = new Float64Array(width);
    this.least = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.greatest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
    this.large = new Array(width);
    this.notNumbers = new Float64Array(width);
    this.bytes = new Float64Array(width);
    this.longest = new Float64Array(width);
    this.sized = new Float64Array(width);
    this.values = countsDistinct(table) ? table.columns.map(() => new Set<string>()) : null;
  }

  null(i: number): void {
    this.nulls[i] = (this.nulls[i] as number) + 1;
  }

  /** An integer, or the microseconds of a moment. */
  integer(i: number, value: number | bigint): void {
    if (typeof value === "number") return void this.double(i, value);
    const [least, greatest] = this.large[i] ?? [value, value];
    this.large[i] = [
      value < (least as bigint) ? value : (least as bigint),
      value > (greatest as bigint) ? value : (greatest as bigint),
    ];
  }

  double(i: number, value: number): void {
    if (value < (this.least[i] as number)) this.least[i] = value;
    if (value > (this.greatest[i] as number)) this.greatest[i] = value;
    if (Number.isNaN(value)) this.notNumbers[i] = 1;
  }

  size(i: number, bytes: number): void {
    this.sized[i] = 1;
    this.bytes[i] = (this.bytes[i] as number) + bytes;
    if (bytes > (this.longest[i] as number)) this.longest[i] = bytes;
  }

  /** A cell of any type. */
  cell(i: number, cell: Cell): void {
    if (cell === null) return void this.null(i);
    if (cell.startsWith("\0")) return;
    const measure = this.measures[i];
    if (measure === "integer") this.integer(i, BigInt(cell));
    else if (measure === "moment") this.integer(i, microsOf(cell));
    else if (measure === "double") this.double(i, Buffer.from(cell.slice(2), "hex").readDoubleBE());
    // The cell of bytes is their hash.
    else if (measure === "size" && this.table.columns[i]?.type.kind !== "bytea") this.size(i, Buffer.byteLength(cell));
  }

  /** A cell of a small table, whose different values are counted. */
  distinct(i: number, cell: Cell): void {
    if (cell !== null) this.values?.[i]?.add(cell);
  }

  /** Adds what another one has collected. */
  add(other: Aggregates): void {
    for (let i = 0; i < this.measures.length; i++) {
      this.nulls[i] = (this.nulls[i] as number) + (other.nulls[i] as number);
      this.least[i] = Math.min(this.least[i] as number, other.least[i] as number);
      this.greatest[i] = Math.max(this.greatest[i] as number, other.greatest[i] as number);
      for (const value of other.large[i] ?? []) this.integer(i, value);
      this.notNumbers[i] = Math.max(this.notNumbers[i] as number, other.notNumbers[i] as number);
      this.bytes[i] = (this.bytes[i] as number) + (other.bytes[i] as number);
      this.longest[i] = Math.max(this.longest[i] as number, other.longest[i] as number);
      this.sized[i] = Math.max(this.sized[i] as number, other.sized[i] as number);
      for (const value of other.values?.[i] ?? []) this.values?.[i]?.add(value);
    }
  }

  result(): Aggregate[] {
    return this.measures.map((measure, i) => {
      const [least, greatest] = this.range(measure, i);
      const size = measure === "size";
      return {
        nulls: String(this.nulls[i]),
        least,
        greatest,
        bytes: size ? String(this.bytes[i]) : null,
        longest: size && this.sized[i] === 1 ? String(this.longest[i]) : null,
        distinct: this.values === null ? null : String(this.values[i]?.size),
      };
    });
  }

  private range(measure: Measure, i: number): [string | null, string | null] {
    if (measure === "none" || measure === "size") return [null, null];
    const [least, greatest] = [this.least[i] as number, this.greatest[i] as number];
    const none = least > greatest;
    if (measure === "double") {
      if (this.notNumbers[i] === 1) return [none ? "NaN" : doubleText(least), "NaN"];
      return none ? [null, null] : [doubleText(least), doubleText(greatest)];
    }
    const all = [...(none ? [] : [BigInt(least), BigInt(greatest)]), ...(this.large[i] ?? [])];
    if (all.length === 0) return [null, null];
    const order = all.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return [String(order[0]), String(order.at(-1))];
  }
}
