/** The keys that an index's entries have, each after the one before. */
import { NotReadHere } from "../pages/file";
import type { EntryVisitor, IndexEntries } from "../pages/index-entries";
import { isInteger, RecordHeader, readWhole, sizeOf, whole } from "../pages/record";
import type { IndexLayout } from "./index-layout";
import { hashValue } from "./key-hash";
import { KeySum, ValueHashes } from "./key-sum";
import { type Collation, compareHalves, compareValues } from "./value-order";

/** With this many values or fewer SQLite takes a record's header for one of at most 63 bytes (its sqlite3VdbeFindCompare). */
const fewValues = 13;
/** A longer entry is left to SQLite. */
const longestEntry = 1024 * 1024;

export class EntryKeys implements EntryVisitor {
  readonly sum: KeySum;
  readonly #hashes: ValueHashes;
  readonly #unique: boolean;
  readonly #values: number;
  /** By value of the key: -1 for a descending one, else 1. */
  readonly #directions: Int8Array;
  readonly #nullable: Uint8Array;
  readonly #collations: Collation[];
  /** The current entry's; and one that is free for the next. */
  #header: RecordHeader;
  #free: RecordHeader;
  /** How many values, from the first on, lie there byte by byte as in the entry before. */
  #same = 0;
  /** Where the entry before lies. */
  #view: DataView | null = null;
  #start = 0;
  #length = 0;
  #high = 0;
  #low = 0;
  /** The entry before, where its own place is used again. */
  #kept = Buffer.alloc(0);
  #keptView = new DataView(this.#kept.buffer);

  constructor({ key, unique }: IndexLayout) {
    this.sum = new KeySum([...key.keys()]);
    this.#hashes = new ValueHashes(key.length);
    this.#unique = unique;
    this.#values = key.length;
    this.#directions = Int8Array.from(key, ({ descending }) => (descending ? -1 : 1));
    this.#nullable = Uint8Array.from(key, ({ nullable }) => (nullable ? 1 : 0));
    this.#collations = key.map(({ collation }) => collation);
    // After the key stands the rowid.
    this.#header = new RecordHeader(key.length + 1);
    this.#free = new RecordHeader(key.length + 1);
  }

  /** @throws NotReadHere for an entry that does not stand where it must, or is no record of the index */
  visit(entries: IndexEntries): void {
    const { bytes, view, start, length } = entries;
    const values = this.#values;
    const equal = this.#isEqual(entries);
    const { types, offsets } = this.#header;
    readWhole(view, start + (offsets[values] as number), types[values] as number);
    const { high, low } = whole;
    if (equal) this.#mayBeEqual(high, low);
    // What is the same has the same hash.
    for (let place = this.#same; place < values; place++) {
      hashValue(bytes, view, start + (offsets[place] as number), types[place] as number);
      this.#hashes.keep(place);
    }
    this.sum.add(this.#hashes, high, low);
    this.#high = high;
    this.#low = low;
    this.#view = view;
    this.#start = start;
    this.#length = length;
    if (!entries.lasting) this.#keep(bytes, start, length);
  }

  /** Whether the key equals that of the entry before; else it must come after it. Reads the header, where it is another. */
  #isEqual(entries: IndexEntries): boolean {
    const { view, start, length } = entries;
    const before = this.#view;
    const header = this.#header;
    this.#same = 0;
    if (before === null) {
      this.#read(entries);
      return false;
    }
    const shared = length === this.#length ? sharedBytes(view, start, before, this.#start, length) : 0;
    const { types, offsets } = header;
    if (shared < (offsets[0] as number)) {
      this.#read(entries);
      return this.#compare(view, start, before, header, 0);
    }
    // The headers are the same, and so is all that they say.
    const values = this.#values;
    let place = 0;
    while (place < values && (offsets[place + 1] as number) <= shared) place++;
    this.#same = place;
    if (place === values) return true;
    const type = types[place] as number;
    if (type === 7 || this.#collations[place] !== "BINARY") return this.#compare(view, start, before, header, place);
    // Integers are big-endian: they too are in the order of their bytes, but for the sign in the first.
    const sign = type < 7 && shared === offsets[place] ? 0x80 : 0;
    const order = (view.getUint8(start + shared) ^ sign) - (before.getUint8(this.#start + shared) ^ sign);
    if (order * (this.#directions[place] as number) < 0) throw new NotReadHere("entries out of order");
    return false;
  }

  /** Reads an entry's header. */
  #read({ bytes, start, length }: IndexEntries): void {
    const header = this.#free;
    const values = this.#values;
    if (length > longestEntry) throw new NotReadHere("a very long entry");
    if (values < fewValues && (bytes[start] as number) > 63) throw new NotReadHere("a long header");
    header.read(bytes, start, length);
    const type = header.types[values] as number;
    if (header.count !== values + 1 || !isInteger(type)) throw new NotReadHere("an entry without a rowid");
    if ((header.offsets[values] as number) + sizeOf(type) !== length) throw new NotReadHere("an entry that goes on");
    this.#free = this.#header;
    this.#header = header;
  }

  /** The same for values of whatever types. @param from the first that may differ */
  #compare(view: DataView, start: number, before: DataView, headerBefore: RecordHeader, from: number): boolean {
    const { types, offsets } = this.#header;
    const { types: typesBefore, offsets: offsetsBefore } = headerBefore;
    const values = this.#values;
    for (let place = from; place < values; place++) {
      const order = compareValues(
        view,
        start + (offsets[place] as number),
        types[place] as number,
        before,
        this.#start + (offsetsBefore[place] as number),
        typesBefore[place] as number,
        this.#collations[place] as Collation,
      );
      if (order === 0) continue;
      if (order * (this.#directions[place] as number) < 0) throw new NotReadHere("entries out of order");
      return false;
    }
    return true;
  }

  /** Entries with equal keys are in the order of their rowids; a NULL lets what is unique have them, too. */
  #mayBeEqual(high: number, low: number): void {
    if (compareHalves(high, low, this.#high, this.#low) <= 0) throw new NotReadHere("entries out of order");
    if (!this.#unique) return;
    const { types } = this.#header;
    if (!this.#nullable.some((nullable, place) => nullable === 1 && types[place] === 0))
      throw new NotReadHere("equal keys in a unique index");
  }

  #keep(bytes: Buffer, start: number, length: number): void {
    if (this.#kept.length < length) {
      this.#kept = Buffer.allocUnsafeSlow(length * 2);
      this.#keptView = new DataView(this.#kept.buffer);
    }
    bytes.copy(this.#kept, 0, start, start + length);
    this.#view = this.#keptView;
    this.#start = 0;
  }
}

/** How many bytes two places have in common, of `length`. */
function sharedBytes(view: DataView, at: number, other: DataView, otherAt: number, length: number): number {
  let place = 0;
  for (; place <= length - 4; place += 4) {
    const differing = view.getInt32(at + place) ^ other.getInt32(otherAt + place);
    if (differing !== 0) return place + (Math.clz32(differing) >> 3);
  }
  while (place < length && view.getUint8(at + place) === other.getUint8(otherAt + place)) place++;
  return place;
}
