/** The rows in a table's leaf pages: each one's rowid and record, overflow pages followed (sqlite.org/fileformat2.html, 1.6). */
import { NotReadHere, PageFile } from "./file";
import { tableLeaf } from "./leaves";
import { type LocalPart, Overflow } from "./overflow";
import { integer, joined, readInteger, readVarint, varint } from "./varint";

/** Reads row after row. The record of the current row lies in `bytes` (and `view`) from `start`; of its `length` bytes `present` are there. */
export class LeafRows {
  readonly file: PageFile;
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  start = 0;
  length = 0;
  present = 0;
  /** The rowid's halves; `low` as unsigned. */
  high = 0;
  low = 0;
  cells = 0;
  readonly #overflow: Overflow;
  #page = 0;
  #at = 0;
  #pageBytes: Buffer = this.bytes;
  #pageView = this.view;
  readonly #local: LocalPart = { bytes: this.bytes, start: 0, present: 0, firstOverflow: 0 };
  #before: { high: number; low: number } | null = null;

  constructor(path: string) {
    this.file = new PageFile(path);
    this.#overflow = new Overflow(path);
  }

  close(): void {
    this.file.close();
    this.#overflow.close();
  }

  get rowid(): bigint {
    return joined(this.high, this.low);
  }

  /** Forgets the rowid before: what comes need not be greater. */
  restart(): void {
    this.#before = null;
  }

  /** Goes to a leaf. */
  open(page: number): void {
    const { file } = this;
    file.seek(page);
    this.#page = page;
    this.#at = file.at;
    this.#pageBytes = file.bytes;
    this.#pageView = file.view;
    if (file.bytes[file.at] !== tableLeaf) throw new NotReadHere(`page ${page} is no leaf of a table`);
    this.cells = file.view.getUint16(file.at + 3);
    if (8 + this.cells * 2 > file.header.usableSize) throw new NotReadHere(`page ${page} has too many cells`);
  }

  /** Goes to a row of the leaf, by position. */
  row(cell: number): void {
    const { usableSize } = this.file.header;
    const bytes = this.#pageBytes;
    const at = this.#at;
    const offset = this.#pageView.getUint16(at + 8 + cell * 2);
    if (offset < 8 + this.cells * 2 || offset + 4 > usableSize) this.#wrong("a cell outside the page");
    const length = readVarint(bytes, at + offset);
    readInteger(bytes, varint.end);
    this.start = varint.end;
    this.length = length;
    this.bytes = bytes;
    this.view = this.#pageView;
    this.#ascending();
    const most = usableSize - 35;
    if (length <= most) {
      this.present = length;
      if (this.start + length > at + usableSize) this.#wrong("a row beyond the page");
      return;
    }
    const least = Math.floor(((usableSize - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (usableSize - 4));
    this.present = fitting <= most ? fitting : least;
    if (this.start + this.present + 4 > at + usableSize) this.#wrong("a row beyond the page");
    const local = this.#local;
    local.bytes = bytes;
    local.start = this.start;
    local.present = this.present;
    local.firstOverflow = this.view.getUint32(this.start + this.present);
  }

  #ascending(): void {
    const { high, low } = integer;
    const before = this.#before;
    if (before !== null && !(high > before.high || (high === before.high && low > before.low)))
      this.#wrong("rows out of order");
    if (before === null) this.#before = { high, low };
    else {
      before.high = high;
      before.low = low;
    }
    this.high = high;
    this.low = low;
  }

  #wrong(what: string): never {
    throw new NotReadHere(`${what}, on page ${this.#page}`);
  }

  /** Puts the record together up to its first `needed` bytes, where it goes on in overflow pages. */
  assemble(needed: number): void {
    if (needed <= this.present) return;
    // A second call for the same row begins again: few rows need it.
    this.present = this.#overflow.assemble(this.#local, this.length, needed);
    this.bytes = this.#overflow.bytes;
    this.view = this.#overflow.view;
    this.start = 0;
  }

  /** Gives back the memory of a very large row. */
  relieve(): void {
    this.#overflow.relieve();
  }
}
