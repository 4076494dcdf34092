/**
 * How many different values a column of a large table has, exactly and in bounded memory: values are told apart by their 64-bit hash, and of
 * more than a million rows only those count whose hash ends in so many zero bits. Both sides pick the same values, whatever their order.
 */
import type { TablePlan } from "../model";
import { type Hash64, hashBytes } from "./lookup3";
import { fieldOf, RecordBuffer } from "./record";

const rowsCounted = 1_000_000;

/** The lowest bits of a hash that must be zero for its value to count, as a mask. */
export function countedMask({ rowCount }: Pick<TablePlan, "rowCount">): number {
  const parts = Math.max(1, Math.ceil(Number(rowCount) / rowsCounted));
  return 2 ** Math.ceil(Math.log2(parts)) - 1;
}

/** The count in the target, as a SELECT item. A value is hashed as a row of this one column would be (record.ts). */
export function distinctSql(name: string, type: TablePlan["columns"][number]["type"], seed: bigint, mask: number) {
  const hash = `hash_record_extended(ROW(record_send(ROW(${fieldOf(type).sql(name)}))), ${seed})`;
  const counted = mask === 0 ? "" : ` AND ${hash} & ${mask} = 0`;
  return `count(DISTINCT ${hash}) FILTER (WHERE ${name} IS NOT NULL${counted})`;
}

/** The same count on this side, from the rows' records. */
export class DistinctValues {
  private readonly values: HashSet[];
  private readonly mask: number;
  private readonly one = new RecordBuffer();
  private readonly hash: Hash64 = { high: 0, low: 0 };
  /** Column, high and low half of what a batch has given: it counts when the whole batch has been read. */
  private waiting: number[] = [];

  constructor(
    table: TablePlan,
    private readonly seed: bigint,
  ) {
    this.values = table.columns.map(() => new HashSet());
    this.mask = countedMask(table);
  }

  addRecord({ bytes, view, length }: RecordBuffer): void {
    const { one, hash } = this;
    for (let at = 4, column = 0; at < length; column++) {
      const size = view.getInt32(at + 4);
      const end = at + 8 + Math.max(0, size);
      if (size >= 0) {
        one.begin(1);
        one.room(end - at);
        one.bytes.set(bytes.subarray(at, end), 4);
        hashBytes(one.bytes, one.words, 4 + end - at, 0, Number(this.seed), hash);
        if ((hash.low & this.mask) === 0) this.waiting.push(column, hash.high, hash.low);
      }
      at = end;
    }
  }

  /** What was added since the last call counts, or is forgotten. */
  settle(counts: boolean): void {
    const { waiting } = this;
    for (let i = 0; counts && i < waiting.length; i += 3)
      this.values[waiting[i] as number]?.add(waiting[i + 1] as number, waiting[i + 2] as number);
    this.waiting = [];
  }

  counts(): string[] {
    return this.values.map(({ size }) => String(size));
  }
}

/** Numbers of 64 bits in two halves, in sixteen bytes or less for each. */
class HashSet {
  size = 0;
  /** Pairs of halves; a free place holds two zeros, so that the number zero is kept apart. */
  private places = new Uint32Array(2 * 1024);
  private zero = false;

  add(high: number, low: number): void {
    if (high === 0 && low === 0) {
      if (!this.zero) this.size++;
      this.zero = true;
      return;
    }
    if (4 * this.size > this.places.length) this.grow();
    if (this.put(high, low)) this.size++;
  }

  private put(high: number, low: number): boolean {
    const { places } = this;
    const last = places.length / 2 - 1;
    for (let place = (high ^ low) & last; ; place = (place + 1) & last) {
      const [h, l] = [places[2 * place] as number, places[2 * place + 1] as number];
      if (h === high && l === low) return false;
      if (h !== 0 || l !== 0) continue;
      places[2 * place] = high;
      places[2 * place + 1] = low;
      return true;
    }
  }

  private grow(): void {
    const before = this.places;
    this.places = new Uint32Array(2 * before.length);
    for (let i = 0; i < before.length; i += 2)
      if (before[i] !== 0 || before[i + 1] !== 0) this.put(before[i] as number, before[i + 1] as number);
  }
}
