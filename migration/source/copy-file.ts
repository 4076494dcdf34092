/** A file copied and its sum made, which is one reading of it. */
import { createHash } from "node:crypto";
import { closeSync, constants, copyFileSync, openSync, readSync, rmSync, writeSync } from "node:fs";

/** Whether the file system makes the copy at once, by sharing blocks. */
export function canShareBlocks(source: string, copy: string): boolean {
  try {
    copyFileSync(source, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(copy, { force: true });
  }
}

/**
 * Copies a file, for the user alone.
 *
 * @param change may change the first bytes on their way
 * @returns the sha256 of the copy, in hex
 */
export function copyHashed(source: string, copy: string, change: (start: Buffer) => void): string {
  const from = openSync(source, "r");
  const to = openSync(copy, "wx", 0o600);
  try {
    let first = true;
    return sumOf(from, (bytes) => {
      if (first) change(bytes);
      first = false;
      writeAll(to, bytes);
    });
  } finally {
    closeSync(to);
    closeSync(from);
  }
}

/** The sha256 of a file, in hex. */
export function sha256(path: string): string {
  const file = openSync(path, "r");
  try {
    return sumOf(file, () => {});
  } finally {
    closeSync(file);
  }
}

/** Over one buffer that is used again: a stream leaves as many of them as the file is long. */
function sumOf(file: number, onBytes: (bytes: Buffer) => void): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 18);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
    const bytes = buffer.subarray(0, read);
    onBytes(bytes);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
