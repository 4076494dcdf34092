/** The keys that a table's rows must have in its indexes. */
import { NotReadHere } from "../pages/file";
import { RecordHeader, sizeOf } from "../pages/record";
import type { LeafRows } from "../pages/rows";
import { readVarint } from "../pages/varint";
import type { IndexKey } from "./index-key";
import type { IndexedTable } from "./index-layout";
import { KeyColumns, KeySum } from "./key-sum";

export class RowKeys {
  readonly sums: KeySum[];
  readonly #columns: KeyColumns[];
  readonly #header: RecordHeader;
  readonly #rowidAt: number;
  readonly #nullWhenMissing: boolean[];

  readonly #key: IndexKey;

  constructor(table: IndexedTable, key: IndexKey) {
    this.#key = key;
    this.sums = table.indexes.map(() => new KeySum());
    this.#columns = table.indexes.map((index) => new KeyColumns(index));
    this.#header = new RecordHeader(table.columns);
    this.#rowidAt = table.rowidAt;
    this.#nullWhenMissing = table.nullWhenMissing;
  }

  /** Adds the keys of the current row. */
  add(rows: LeafRows): void {
    const header = this.#header;
    if (rows.present < rows.length) rows.assemble(readVarint(rows.bytes, rows.start));
    header.read(rows.bytes, rows.start, rows.length);
    if (rows.present < rows.length) rows.assemble(this.#needed());
    const { sums } = this;
    for (let index = 0; index < sums.length; index++) {
      this.#make(this.#columns[index] as KeyColumns, rows);
      (sums[index] as KeySum).add(this.#key, rows.high, rows.low | 0);
    }
  }

  /** Bytes of the record from its start that hold the keys. */
  #needed(): number {
    const { types, offsets, count } = this.#header;
    let needed = 0;
    for (const { positions } of this.#columns)
      for (const position of positions)
        if (position < count)
          needed = Math.max(needed, (offsets[position] as number) + sizeOf(types[position] as number));
    return needed;
  }

  #make({ positions, flips }: KeyColumns, rows: LeafRows): void {
    const key = this.#key;
    const { types, offsets, count } = this.#header;
    key.length = 0;
    for (let place = 0; place < positions.length; place++) {
      const position = positions[place] as number;
      const flip = flips[place] as number;
      if (position === this.#rowidAt) key.addInteger(rows.high, rows.low | 0, flip);
      else if (position < count)
        key.add(rows.bytes, rows.view, rows.start + (offsets[position] as number), types[position] as number, flip);
      else if (this.#nullWhenMissing[position]) key.addNull(flip);
      else throw new NotReadHere("a row from before a column was added");
    }
  }
}
