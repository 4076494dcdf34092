/** The entries of an index's b-tree, in its order: the records of its leaves and of its interior pages (sqlite.org/fileformat2.html, 1.6). */
import { NotReadHere, PageFile } from "./file";
import { type LocalPart, Overflow } from "./overflow";
import { readVarint, varint } from "./varint";

const indexLeaf = 0x0a;
const indexInterior = 0x02;
/** A tree of a full file of the smallest pages is not as deep. */
const deepest = 40;
/** Neighbours in an index seldom lie next to each other in the file: most of a large window would be read for nothing. */
const windowBytes = 16 * 1024;

export interface EntryVisitor {
  /** Is called at each entry. */
  visit(entries: IndexEntries): void;
}

const nobody: EntryVisitor = { visit() {} };

/** Walks through an index. The record of the current entry lies in `bytes` (and `view`) from `start`, all its `length` bytes. */
export class IndexEntries {
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  start = 0;
  length = 0;
  /** Whether the record still lies there when the next entry is visited. */
  lasting = false;
  readonly #file: PageFile;
  readonly #overflow: Overflow;
  readonly #local: LocalPart = { bytes: this.bytes, start: 0, present: 0, firstOverflow: 0 };
  /** Bytes of a payload that may lie in its cell, and that must where it goes on elsewhere: other than a table's. */
  readonly #most: number;
  readonly #least: number;
  #visitor = nobody;

  constructor(path: string) {
    this.#file = new PageFile(path, 48, windowBytes);
    this.#overflow = new Overflow(path);
    const { usableSize } = this.#file.header;
    this.#most = Math.floor(((usableSize - 12) * 64) / 255) - 23;
    this.#least = Math.floor(((usableSize - 12) * 32) / 255) - 23;
  }

  close(): void {
    this.#file.close();
    this.#overflow.close();
  }

  /**
   * Goes from entry to entry.
   *
   * @param root page of the index
   * @throws NotReadHere for a page that is not as an index's must be
   */
  walk(root: number, visitor: EntryVisitor): void {
    this.#visitor = visitor;
    this.#page(root, 0);
    this.#overflow.relieve();
  }

  #page(page: number, depth: number): void {
    if (depth > deepest) throw new NotReadHere("a tree without an end");
    this.#file.seek(page);
    const type = this.#file.bytes[this.#file.at];
    if (type === indexLeaf) this.#leaf();
    else if (type === indexInterior) this.#interior(page, depth);
    else throw new NotReadHere(`page ${page} is no page of an index`);
  }

  #leaf(): void {
    // Nothing else moves this file while its leaf is read.
    const { bytes, view, at } = this.#file;
    const cells = view.getUint16(at + 3);
    const visitor = this.#visitor;
    for (let cell = 0; cell < cells; cell++) {
      const fits = this.#entry(bytes, view, at, this.#cell(view, at, 8, cells, cell));
      this.lasting = fits && cell < cells - 1;
      visitor.visit(this);
    }
  }

  #interior(page: number, depth: number): void {
    const file = this.#file;
    const cells = file.view.getUint16(file.at + 3);
    for (let cell = 0; cell < cells; cell++) {
      // The memory of its window may have been used for other pages meanwhile.
      file.seek(page);
      this.#page(file.view.getUint32(file.at + this.#cell(file.view, file.at, 12, cells, cell)), depth + 1);
      file.seek(page);
      const { bytes, view, at } = file;
      this.#entry(bytes, view, at, this.#cell(view, at, 12, cells, cell) + 4);
      this.lasting = false;
      this.#visitor.visit(this);
    }
    file.seek(page);
    this.#page(file.view.getUint32(file.at + 8), depth + 1);
  }

  /** Where a cell lies in its page. */
  #cell(view: DataView, at: number, header: number, cells: number, cell: number): number {
    const { usableSize } = this.#file.header;
    if (header + cells * 2 > usableSize) throw new NotReadHere("a page with too many cells");
    const offset = view.getUint16(at + header + cell * 2);
    if (offset < header + cells * 2 || offset + 4 > usableSize) throw new NotReadHere("a cell outside its page");
    return offset;
  }

  /** @returns whether the entry lies in its page, all of it */
  #entry(bytes: Buffer, view: DataView, at: number, offset: number): boolean {
    const { usableSize } = this.#file.header;
    const length = readVarint(bytes, at + offset);
    this.length = length;
    this.start = varint.end;
    this.bytes = bytes;
    this.view = view;
    const end = at + usableSize;
    if (length <= this.#most) {
      if (this.start + length > end) throw new NotReadHere("an entry beyond its page");
      return true;
    }
    const fitting = this.#least + ((length - this.#least) % (usableSize - 4));
    const local = this.#local;
    local.bytes = bytes;
    local.start = this.start;
    local.present = fitting <= this.#most ? fitting : this.#least;
    if (this.start + local.present + 4 > end) throw new NotReadHere("an entry beyond its page");
    local.firstOverflow = view.getUint32(this.start + local.present);
    this.#overflow.assemble(local, length, length);
    this.bytes = this.#overflow.bytes;
    this.view = this.#overflow.view;
    this.start = 0;
    return false;
  }
}
