/** Copies of files, and their sums. */
import { createHash } from "node:crypto";
import { closeSync, constants, copyFileSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";

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
    // Over one buffer that is used again: a stream leaves as many of them as the file is long.
    const buffer = Buffer.allocUnsafe(1 << 18);
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer))
      writeAll(to, buffer.subarray(0, read));
  } finally {
    closeSync(to);
    closeSync(from);
  }
}

/** A file's sum that is being made. */
export interface Sum {
  /** The sha256, in hex; rejects when it was given up. */
  result: Promise<string>;
  /** Gives it up, where it is not made yet. */
  end(): Promise<void>;
}

/** The sha256 of a file, made in pieces between what else this thread does: it takes three times as long as to copy the file. */
export function sha256Meanwhile(path: string): Sum {
  let given = false;
  const result = (async () => {
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(1 << 20);
    const file = await open(path);
    try {
      for (;;) {
        const { bytesRead } = await file.read(buffer);
        if (given) throw new Error("the file's sum was given up");
        if (bytesRead === 0) return hash.digest("hex");
        hash.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  })();
  // Whoever waits for it sees the failure; who gave it up need not.
  result.catch(() => {});
  return {
    result,
    async end() {
      given = true;
      await result.catch(() => {});
    },
  };
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
