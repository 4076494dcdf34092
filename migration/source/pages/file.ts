/** The database file as pages (sqlite.org/fileformat2.html, 1.2 and 1.3). Only the frozen copy is read so: it has no write-ahead log and never changes. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** What this reader does not know, or what cannot be right: better-sqlite3 reads such a table. */
export class NotReadHere extends Error {}

/** Bytes that are read at once, since a table's pages often lie next to each other. */
const usualWindow = 64 * 1024;
const windowsKept = 48;

interface Window {
  bytes: Buffer;
  view: DataView;
}

/** The header's fields that reading needs. */
export interface FileHeader {
  pageSize: number;
  /** Bytes of a page without those reserved at its end. */
  usableSize: number;
  pageCount: number;
}

/**
 * Pages through a few windows on the file. `bytes`, `view` and `at` tell where the page lies that was asked for last; they are good until the next is
 * asked for, since the memory of a window is used again.
 */
export class PageFile {
  readonly header: FileHeader;
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  readonly #file: number;
  readonly #windowBytes: number;
  readonly #kept = new Map<number, Window>();
  readonly #most: number;

  /** @throws NotReadHere for a header that is not as this reader knows it */
  constructor(path: string, most = windowsKept, windowBytes = usualWindow) {
    this.#file = openSync(path, "r");
    this.#most = most;
    try {
      this.header = readHeader(this.#file);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#windowBytes = Math.max(windowBytes, this.header.pageSize);
  }

  /** Goes to a page, by number from 1. */
  seek(page: number): void {
    const { pageSize, pageCount } = this.header;
    if (page < 1 || page > pageCount) throw new NotReadHere(`page ${page} is not in the file`);
    const position = (page - 1) * pageSize;
    const number = Math.floor(position / this.#windowBytes);
    let window = this.#kept.get(number);
    if (window === undefined) {
      window = this.#read(number, this.#pushOut());
      this.#kept.set(number, window);
    }
    this.bytes = window.bytes;
    this.view = window.view;
    this.at = position - number * this.#windowBytes;
  }

  /** The window that was read first of those kept, when there are enough. */
  #pushOut(): Window | undefined {
    if (this.#kept.size < this.#most) return undefined;
    const [[number, window] = [-1, undefined]] = this.#kept;
    this.#kept.delete(number);
    return window;
  }

  #read(number: number, used: Window | undefined): Window {
    const start = number * this.#windowBytes;
    const expected = Math.min(this.#windowBytes, this.header.pageCount * this.header.pageSize - start);
    const window = used ?? newWindow(this.#windowBytes);
    if (readSync(this.#file, window.bytes, 0, expected, start) !== expected)
      throw new NotReadHere("the file is cut short");
    return window;
  }

  close(): void {
    closeSync(this.#file);
  }
}

function newWindow(length: number): Window {
  const bytes = Buffer.allocUnsafeSlow(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length) };
}

/** Of a file's first bytes; 1 stands for 65536, which two bytes cannot hold. */
export function pageSizeOf(header: Buffer): number {
  const written = header.readUInt16BE(16);
  return written === 1 ? 65_536 : written;
}

function readHeader(file: number): FileHeader {
  const header = Buffer.alloc(100);
  if (readSync(file, header, 0, 100, 0) !== 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
    throw new NotReadHere("not a database");
  const pageSize = pageSizeOf(header);
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw new NotReadHere(`page size ${pageSize}`);
  // Write-ahead log, other payload fractions, UTF-16: not here.
  if (header[18] !== 1 || header[19] !== 1) throw new NotReadHere("a journal mode other than rollback");
  if (header[21] !== 64 || header[22] !== 32 || header[23] !== 32) throw new NotReadHere("odd payload fractions");
  const format = header.readUInt32BE(44);
  if (format < 1 || format > 4) throw new NotReadHere(`schema format ${format}`);
  if (header.readUInt32BE(56) !== 1) throw new NotReadHere("its encoding is not UTF-8");
  const usableSize = pageSize - (header[20] ?? 0);
  if (usableSize < 480) throw new NotReadHere("too many reserved bytes");
  return { pageSize, usableSize, pageCount: Math.floor(fstatSync(file).size / pageSize) };
}
