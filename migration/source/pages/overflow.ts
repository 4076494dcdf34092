/** Payloads that go on in overflow pages (sqlite.org/fileformat2.html, 1.7), put together in memory that is used again. */
import { NotReadHere, PageFile } from "./file";

const scratchBytes = 64 * 1024;
/** A scratch above this is given back. */
const scratchKept = 4 * 1024 * 1024;

/** A payload's beginning in its cell. */
export interface LocalPart {
  bytes: Buffer;
  start: number;
  /** Bytes of it that lie in the cell. */
  present: number;
  firstOverflow: number;
}

export class Overflow {
  /** What was put together last, from its first byte on. */
  bytes: Buffer;
  view: DataView;
  readonly #file: PageFile;

  constructor(path: string) {
    this.#file = new PageFile(path, 2);
    this.bytes = Buffer.allocUnsafeSlow(scratchBytes);
    this.view = viewOf(this.bytes);
  }

  close(): void {
    this.#file.close();
  }

  /**
   * Puts a payload of `length` bytes together, up to its first `needed` bytes at least.
   *
   * @returns how many bytes are there
   */
  assemble(local: LocalPart, length: number, needed: number): number {
    const { usableSize, pageCount } = this.#file.header;
    const carried = usableSize - 4;
    // The whole payload might be asked for next: one that is larger than the file is none.
    if (length > pageCount * usableSize) throw new NotReadHere("a row larger than the file");
    const whole = Math.min(length, needed + carried);
    if (this.bytes.length < whole) this.#resize(Math.min(length, whole * 2));
    const scratch = this.bytes;
    let filled = local.present;
    local.bytes.copy(scratch, 0, local.start, local.start + filled);
    let next = local.firstOverflow;
    while (filled < whole) {
      this.#file.seek(next);
      const { bytes, view, at } = this.#file;
      next = view.getUint32(at);
      const taken = Math.min(carried, length - filled, scratch.length - filled);
      bytes.copy(scratch, filled, at + 4, at + 4 + taken);
      filled += taken;
      if (filled === length && next !== 0) throw new NotReadHere("an overflow chain that goes on");
    }
    return filled;
  }

  /** Gives back the memory of a very large payload. */
  relieve(): void {
    if (this.bytes.length > scratchKept) this.#resize(scratchBytes);
  }

  #resize(length: number): void {
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.view = viewOf(this.bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
