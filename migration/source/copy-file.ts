/** Copies of files, and their sums. */
import { createHash } from "node:crypto";
import { closeSync, constants, copyFileSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { inThread, type Thread } from "../../support/thread";

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

/** Copies a file, for the user alone. */
export function copyFile(source: string, copy: string): void {
  const from = openSync(source, "r");
  const to = openSync(copy, "wx", 0o600);
  try {
    eachPiece(from, (bytes) => writeAll(to, bytes));
  } finally {
    closeSync(to);
    closeSync(from);
  }
}

/** Below this the sum is made before a thread for it has started, in bytes. */
const worthThread = 8 * 1024 * 1024;

/** The sha256 of a file, in hex, made in a thread of its own where that is worth it: it takes three times as long as to copy the file. */
export function sha256Beside(path: string): Thread<string> {
  if (statSync(path).size >= worthThread) return inThread(__filename, "sha256", path);
  return { result: Promise.resolve(sha256(path)), end: () => Promise.resolve() };
}

/** The sha256 of a file, in hex. */
export function sha256(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    eachPiece(file, (bytes) => hash.update(bytes));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** Over one buffer that is used again: a stream leaves as many of them as the file is long. */
function eachPiece(file: number, use: (bytes: Buffer) => void): void {
  const buffer = Buffer.allocUnsafe(1 << 18);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) use(buffer.subarray(0, read));
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
