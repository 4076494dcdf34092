/** The keys that an index's entries have, each after the one before. */
import { NotReadHere } from "../pages/file";
import type { IndexEntries } from "../pages/index-entries";
import { isInteger, RecordHeader, readWhole, sizeOf, whole } from "../pages/record";
import type { IndexKey } from "./index-key";
import type { IndexLayout } from "./index-layout";
import { KeyColumns, KeySum } from "./key-sum";

/** With this many values or fewer SQLite takes a record's header for one of at most 63 bytes (its sqlite3VdbeFindCompare). */
const fewValues = 13;

export class EntryKeys {
  readonly sum = new KeySum();
  readonly #columns: KeyColumns;
  readonly #unique: boolean;
  readonly #header: RecordHeader;
  #key: IndexKey;
  #before: IndexKey;
  #beforeHigh = 0;
  #beforeLow = 0;
  #first = true;

  constructor(index: IndexLayout, [key, before]: [IndexKey, IndexKey]) {
    this.#key = key;
    this.#before = before;
    this.#columns = new KeyColumns(index);
    this.#unique = index.unique;
    // After the key stands the rowid.
    this.#header = new RecordHeader(index.key.length + 1);
  }

  add(entries: IndexEntries): void {
    const { bytes, view, start, length } = entries;
    const header = this.#header;
    const { types, offsets, columns } = header;
    if (columns <= fewValues && (bytes[start] as number) > 63) throw new NotReadHere("a long header");
    header.read(bytes, start, length);
    const last = columns - 1;
    const type = (types[last] as number) | 0;
    if (header.count !== columns || !isInteger(type)) throw new NotReadHere("an entry without a rowid");
    if ((offsets[last] as number) + sizeOf(type) !== length) throw new NotReadHere("an entry that goes on");
    const key = this.#before;
    this.#before = this.#key;
    this.#key = key;
    const exempt = this.#make(entries);
    readWhole(view, start + (offsets[last] as number), type);
    const { high, low } = whole;
    this.#follows(exempt, high, low);
    this.sum.add(key, high, low);
    this.#beforeHigh = high;
    this.#beforeLow = low;
  }

  /** @returns whether a NULL in the key lets it be there more than once */
  #make({ bytes, view, start }: IndexEntries): boolean {
    const { flips, nullable } = this.#columns;
    const { types, offsets } = this.#header;
    const key = this.#key;
    key.length = 0;
    let exempt = false;
    for (let place = 0; place < flips.length; place++) {
      const at = start + (offsets[place] as number);
      const isNull = key.add(bytes, view, at, types[place] as number, flips[place] as number);
      if (isNull && nullable[place] === 1) exempt = true;
    }
    return exempt;
  }

  /** The entry stands after the one before. */
  #follows(exempt: boolean, high: number, low: number): void {
    const before = this.#before;
    const first = this.#first;
    this.#first = false;
    if (first) return;
    const differs = this.#key.differsAt(before);
    if (differs < this.#key.length) {
      if ((this.#key.bytes[differs] as number) < (before.bytes[differs] as number))
        throw new NotReadHere("entries out of order");
      return;
    }
    if (this.#unique && !exempt) throw new NotReadHere("equal keys in a unique index");
    const greater = high > this.#beforeHigh || (high === this.#beforeHigh && low >>> 0 > this.#beforeLow >>> 0);
    if (!greater) throw new NotReadHere("entries out of order");
  }
}
