/** The keys that a table's rows must have in its indexes. */
import { NotReadHere } from "../pages/file";
import { RecordHeader, sizeOf } from "../pages/record";
import type { LeafRows } from "../pages/rows";
import { readVarint } from "../pages/varint";
import type { IndexedTable } from "./index-layout";
import { hashInteger, hashNull, hashValue } from "./key-hash";
import { KeySum, ValueHashes } from "./key-sum";

type Conditions = { value: number; isNull: boolean }[];

export class RowKeys {
  readonly sums: KeySum[];
  readonly #header: RecordHeader;
  readonly #rowidAt: number;
  readonly #nullWhenMissing: boolean[];
  /** The columns that are in any key or condition, each once. */
  readonly #positions: Int32Array;
  /** Of the current row: whether they are NULL. */
  readonly #nulls: boolean[];
  /** By index: what it asks of a row, as places in `#nulls`; null where it has all rows. */
  readonly #conditions: (Conditions | null)[];
  readonly #hashes: ValueHashes;

  constructor(table: IndexedTable) {
    const named = table.indexes.flatMap(({ key, where }) => [...key, ...where].map(({ position }) => position));
    const positions = [...new Set(named)];
    const placeOf = ({ position }: { position: number }) => positions.indexOf(position);
    this.sums = table.indexes.map(({ key }) => new KeySum(key.map(placeOf)));
    this.#conditions = table.indexes.map(({ where }) =>
      where.length === 0 ? null : where.map((column) => ({ value: placeOf(column), isNull: column.isNull })),
    );
    this.#nulls = positions.map(() => false);
    this.#positions = Int32Array.from(positions);
    this.#hashes = new ValueHashes(positions.length);
    this.#header = new RecordHeader(table.columns);
    this.#rowidAt = table.rowidAt;
    this.#nullWhenMissing = table.nullWhenMissing;
  }

  /** Adds the keys of the rows of a leaf. */
  addPage(rows: LeafRows, page: number): void {
    rows.open(page);
    const { cells } = rows;
    for (let cell = 0; cell < cells; cell++) {
      rows.row(cell);
      this.#add(rows);
    }
    rows.relieve();
  }

  #add(rows: LeafRows): void {
    const header = this.#header;
    if (rows.present < rows.length) rows.assemble(readVarint(rows.bytes, rows.start));
    header.read(rows.bytes, rows.start, rows.length);
    if (rows.present < rows.length) rows.assemble(this.#needed());
    const positions = this.#positions;
    const hashes = this.#hashes;
    for (let value = 0; value < positions.length; value++) {
      this.#nulls[value] = this.#hash(positions[value] as number, rows);
      hashes.keep(value);
    }
    const { sums } = this;
    const { high, low } = rows;
    for (let index = 0; index < sums.length; index++) {
      const conditions = this.#conditions[index] as Conditions | null;
      if (conditions === null || this.#meets(conditions)) (sums[index] as KeySum).add(hashes, high, low | 0);
    }
  }

  #meets(conditions: Conditions): boolean {
    return conditions.every(({ value, isNull }) => this.#nulls[value] === isNull);
  }

  /** Bytes of the record from its start that hold the keys. */
  #needed(): number {
    const { types, offsets, count } = this.#header;
    let needed = 0;
    for (const position of this.#positions)
      if (position < count)
        needed = Math.max(needed, (offsets[position] as number) + sizeOf(types[position] as number));
    return needed;
  }

  /** @returns whether the value is NULL */
  #hash(position: number, rows: LeafRows): boolean {
    const { types, offsets, count } = this.#header;
    if (position === this.#rowidAt) {
      hashInteger(rows.high, rows.low | 0);
      return false;
    }
    if (position < count) {
      const type = types[position] as number;
      hashValue(rows.bytes, rows.view, rows.start + (offsets[position] as number), type);
      return type === 0;
    }
    if (!this.#nullWhenMissing[position]) throw new NotReadHere("a row from before a column was added");
    hashNull();
    return true;
  }
}
