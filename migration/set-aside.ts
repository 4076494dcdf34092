/** Which rows were set aside, small enough for millions of them: what is read of a row is only its exact key. */
import { hash } from "node:crypto";
import type { ExactValue } from "./model";
import type { SqliteValue } from "./source/value";

interface TableRows {
  count: number;
  /** Keys of one integer, sorted up to `sorted`. */
  integers: BigInt64Array;
  used: number;
  sorted: boolean;
  /** Of other keys the first half of a SHA-256. */
  hashes: Set<string>;
}

/** Plain data, which a thread can be given. */
export type SetAsideRows = Map<string, TableRows>;

/** Eight bytes a row where the key is an integer, some sixty where it is not. */
export class SetAside {
  #total = 0;

  /** @param rows of another, which this one then has as its own; in a thread they are a copy */
  constructor(readonly rows: SetAsideRows = new Map()) {
    for (const { count } of rows.values()) this.#total += count;
  }

  add(table: string, key: readonly (ExactValue | SqliteValue)[]): void {
    const rows = this.rows.get(table) ?? newRows();
    this.rows.set(table, rows);
    rows.count++;
    this.#total++;
    const values = key.map(plainValue);
    const [first] = values;
    if (values.length !== 1 || typeof first !== "bigint") {
      rows.hashes.add(hashOf(values));
      return;
    }
    if (rows.used === rows.integers.length) {
      const larger = new BigInt64Array(rows.used * 2);
      larger.set(rows.integers);
      rows.integers = larger;
    }
    rows.sorted &&= rows.used === 0 || (rows.integers[rows.used - 1] ?? 0n) <= first;
    rows.integers[rows.used++] = first;
  }

  has(table: string, key: readonly (ExactValue | SqliteValue)[]): boolean {
    const rows = this.rows.get(table);
    if (rows === undefined) return false;
    const values = key.map(plainValue);
    const [first] = values;
    return values.length === 1 && typeof first === "bigint"
      ? hasInteger(rows, first)
      : rows.hashes.size > 0 && rows.hashes.has(hashOf(values));
  }

  addAll(other: SetAside): void {
    for (const [table, { integers, used, hashes, count }] of other.rows) {
      for (const value of integers.subarray(0, used)) this.add(table, [value]);
      const own = this.rows.get(table) ?? newRows();
      this.rows.set(table, own);
      for (const one of hashes) own.hashes.add(one);
      own.count += count - used;
      this.#total += count - used;
    }
  }

  /** Rows of one table, or of all. */
  count(table?: string): number {
    return table === undefined ? this.#total : (this.rows.get(table)?.count ?? 0);
  }
}

function newRows(): TableRows {
  return { count: 0, integers: new BigInt64Array(16), used: 0, sorted: true, hashes: new Set() };
}

function hasInteger(rows: TableRows, value: bigint): boolean {
  if (!rows.sorted) rows.integers.subarray(0, rows.used).sort();
  rows.sorted = true;
  let [from, to] = [0, rows.used - 1];
  while (from <= to) {
    const middle = (from + to) >> 1;
    const found = rows.integers[middle] ?? 0n;
    if (found === value) return true;
    if (found < value) from = middle + 1;
    else to = middle - 1;
  }
  return false;
}

function hashOf(values: SqliteValue[]): string {
  const text = JSON.stringify(
    values.map((value) => [typeof value, Buffer.isBuffer(value) ? value.toString("hex") : String(value)]),
  );
  return hash("sha256", text, "buffer").toString("latin1", 0, 16);
}

/** As SQLite's driver gives it. */
export function plainValue(value: ExactValue | SqliteValue): SqliteValue {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value)) return value;
  if (value.t === "null") return null;
  if ("base64" in value) {
    const bytes = Buffer.from(value.base64, "base64");
    return value.t === "blob" ? bytes : bytes.toString();
  }
  return value.t === "integer" ? BigInt(value.v) : value.t === "real" ? Number(value.v) : value.v;
}
