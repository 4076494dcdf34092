/** What one pass over a table says of each column beside its hash: how many NULLs, which least and greatest value, how many bytes. */
import { escapeIdentifier } from "pg";
import type { TablePlan, TargetType } from "../model";
import { countedMask, distinctSql } from "./distinct";
import { asDays, asDecimals, asWritten, CellEnds, type Range, shownCharacters, TextEnds } from "./ends";
import { microsOf } from "./record";
import { cellSql } from "./row-hash";
import type { Cell } from "./value";

/** One column's aggregates: equal texts for equal values on both sides. */
export interface Aggregate {
  nulls: string;
  /** Of texts the first characters, by the order of their bytes. Null for bytes, of which PostgreSQL 16 has none, and without a value. */
  least: string | null;
  greatest: string | null;
  /** Of texts and bytes, all together and the longest one. */
  bytes: string | null;
  longest: string | null;
  /** How many different values; null where they are not counted. */
  distinct: string | null;
}

type Measure =
  | "boolean"
  | "integer"
  | "moment"
  | "double"
  | "single"
  | "decimal"
  | "day"
  | "clock"
  | "uuid"
  | "text"
  | "bytes"
  | "none";

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
    case "real":
      return "single";
    case "numeric":
      return "decimal";
    case "date":
      return "day";
    case "time":
      return "clock";
    case "boolean":
    case "uuid":
      return type.kind;
    // PostgreSQL 16 has no least bytea.
    case "bytea":
      return "bytes";
    default:
      return "text";
  }
}

/** How different values are counted: by themselves in tables of up to so many rows, by their hashes in larger ones, where that is asked for. */
const countedPlainly = 10_000;

export type Counting = "plain" | "hashed" | "none";

/** @param thorough whether the different values of large tables are counted too */
export function countingOf(table: TablePlan, thorough: boolean): Counting {
  if (table.columns.length > widest) return "none";
  return Number(table.rowCount) <= countedPlainly ? "plain" : thorough ? "hashed" : "none";
}

/** The aggregates of the target, as SELECT items: one array of texts for each column. */
export function aggregatesSql(table: TablePlan, seed: bigint, counting: Counting): string[] {
  const measures = measuresOf(table);
  return table.columns.map(({ target, type }, i) => {
    const name = escapeIdentifier(target);
    const measure = measures[i] as Measure;
    const sized = measure === "text" || measure === "bytes";
    const bytes = `octet_length(${measure === "text" ? `${name}::text` : name})`;
    const items = [
      `(count(*) - count(${name}))::text`,
      endSql(measure, "min", name),
      endSql(measure, "max", name),
      sized ? `coalesce(sum(${bytes}), 0)::text` : "NULL",
      sized ? `max(${bytes})::text` : "NULL",
      counting === "none"
        ? "NULL"
        : `${counting === "plain" ? `count(DISTINCT ${comparable(name, type)})` : distinctSql(name, type, seed, countedMask(table))}::text`,
    ];
    return `ARRAY[${items.join(", ")}]`;
  });
}

function endSql(measure: Measure, end: "min" | "max", name: string): string {
  switch (measure) {
    case "none":
    case "bytes":
      return "NULL";
    case "boolean":
      return `${end === "min" ? "bool_and" : "bool_or"}(${name})::text`;
    case "decimal":
      return `trim_scale(${end}(${name}))::text`;
    case "uuid":
      return `${end}(${name}::text COLLATE "C")`;
    case "text":
      return `left(${end}(${name}::text COLLATE "C"), ${shownCharacters})`;
    default:
      return `${end}(${name})::text`;
  }
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
  if (measure === "moment") return String(microsOf(end));
  if (measure === "double") return doubleText(Number(end));
  return measure === "single" ? doubleText(Math.fround(Number(end))) : end;
}

const doubleText = (value: number) => (Object.is(value, -0) ? "0" : String(value));

function endsOf(measure: Measure): CellEnds | TextEnds | undefined {
  switch (measure) {
    case "decimal":
      return new CellEnds(asDecimals);
    case "day":
      return new CellEnds(asDays);
    case "clock":
    case "uuid":
      return new CellEnds(asWritten);
    case "text":
      return new TextEnds();
    default:
      return undefined;
  }
}

/** The same, collected on this side. */
export class Aggregates {
  private readonly measures: Measure[];
  private readonly nulls: Float64Array;
  private readonly least: Float64Array;
  private readonly greatest: Float64Array;
  /** Integers that no double holds exactly. */
  private readonly large: (bigint[] | undefined)[];
  private readonly notNumbers: Float64Array;
  /** Of what is no number. */
  private readonly ends: (CellEnds | TextEnds | undefined)[];
  private readonly bytes: Float64Array;
  private readonly longest: Float64Array;
  private readonly sized: Float64Array;
  private readonly values: Set<string>[] | null;

  constructor(table: TablePlan, counting: Counting) {
    const width = table.columns.length;
    this.measures = measuresOf(table);
    this.nulls = new Float64Array(width);
    this.least = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.greatest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
    this.large = new Array(width);
    this.notNumbers = new Float64Array(width);
    this.ends = this.measures.map(endsOf);
    this.bytes = new Float64Array(width);
    this.longest = new Float64Array(width);
    this.sized = new Float64Array(width);
    this.values = counting === "plain" ? table.columns.map(() => new Set<string>()) : null;
  }

  null(i: number): void {
    this.nulls[i] = (this.nulls[i] as number) + 1;
  }

  /** An integer, a boolean as 0 or 1, or the microseconds of a moment. */
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

  /** The bytes of a text, or of a blob. */
  text(i: number, from: Uint8Array, start: number, length: number): void {
    this.sized[i] = 1;
    this.bytes[i] = (this.bytes[i] as number) + length;
    if (length > (this.longest[i] as number)) this.longest[i] = length;
    const ends = this.ends[i];
    if (ends instanceof TextEnds) ends.add(from, start, length);
  }

  /** A cell of any type but bytea, whose cell is a hash. */
  cell(i: number, cell: Cell): void {
    if (cell === null) return void this.null(i);
    if (cell.startsWith("\0")) return;
    const measure = this.measures[i];
    const ends = this.ends[i];
    if (measure === "integer") this.integer(i, BigInt(cell));
    else if (measure === "boolean") this.integer(i, cell === "t" ? 1 : 0);
    else if (measure === "moment") this.integer(i, microsOf(cell));
    else if (measure === "double") this.double(i, Buffer.from(cell.slice(2), "hex").readDoubleBE());
    else if (measure === "single") this.double(i, Buffer.from(cell.slice(2), "hex").readFloatBE());
    else if (ends instanceof CellEnds) ends.add(cell);
    else if (ends instanceof TextEnds) {
      const bytes = Buffer.from(cell);
      this.text(i, bytes, 0, bytes.length);
    }
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
      // Both have one of the same class, by the same measure.
      this.ends[i]?.addAll(other.ends[i] as CellEnds & TextEnds);
      this.bytes[i] = (this.bytes[i] as number) + (other.bytes[i] as number);
      this.longest[i] = Math.max(this.longest[i] as number, other.longest[i] as number);
      this.sized[i] = Math.max(this.sized[i] as number, other.sized[i] as number);
      for (const value of other.values?.[i] ?? []) this.values?.[i]?.add(value);
    }
  }

  /** @param distinct the numbers of different values, where they were counted by their hashes */
  result(distinct: string[] | null): Aggregate[] {
    return this.measures.map((measure, i) => {
      const [least, greatest] = this.range(measure, i);
      const size = measure === "text" || measure === "bytes";
      return {
        nulls: String(this.nulls[i]),
        least,
        greatest,
        bytes: size ? String(this.bytes[i]) : null,
        longest: size && this.sized[i] === 1 ? String(this.longest[i]) : null,
        distinct: distinct?.[i] ?? (this.values === null ? null : String(this.values[i]?.size)),
      };
    });
  }

  private range(measure: Measure, i: number): Range {
    const ends = this.ends[i];
    if (ends !== undefined) return ends.range();
    if (measure === "none" || measure === "bytes") return [null, null];
    const [least, greatest] = [this.least[i] as number, this.greatest[i] as number];
    const none = least > greatest;
    if (measure === "double" || measure === "single") {
      if (this.notNumbers[i] === 1) return [none ? "NaN" : doubleText(least), "NaN"];
      return none ? [null, null] : [doubleText(least), doubleText(greatest)];
    }
    if (measure === "boolean") return none ? [null, null] : [String(least === 1), String(greatest === 1)];
    const all = [...(none ? [] : [BigInt(least), BigInt(greatest)]), ...(this.large[i] ?? [])];
    if (all.length === 0) return [null, null];
    const order = all.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return [String(order[0]), String(order.at(-1))];
  }
}
