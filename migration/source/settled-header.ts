import Database from "better-sqlite3";
import { pageSizeOf } from "./pages/file";

/** Bytes of a database's header (sqlite.org/fileformat2.html, 1.3). */
export const headerBytes = 100;

/**
 * Makes the header's counters what SQLite's backup makes them, so that the sum of a copy does not depend on the way it was made; and the
 * journal mode one that needs no file beside the copy (sqlite.org/fileformat2.html, 1.3: the bytes at 18, 24, 40 and 92).
 *
 * @param header changed in place
 * @param size of the file, in bytes
 */
export function settleHeader(header: Buffer, size: number): void {
  const isWal = header[19] === 2;
  header[18] = header[19] = 1;
  // SQLite before 3.7 did not count the pages: then the file's length does.
  if (header.readUInt32BE(24) !== header.readUInt32BE(92))
    header.writeUInt32BE(Math.floor(size / pageSizeOf(header)), 28);
  for (const changeCounter of [24, 92]) header.writeUInt32BE(isWal ? 2 : 1, changeCounter);
  header.writeUInt32BE(1, 40);
  header.writeUInt32BE(sqliteVersionNumber(), 96);
}

/** As SQLite writes it: 3.53.1 is 3053001. */
function sqliteVersionNumber(): number {
  const db = new Database(":memory:");
  try {
    const version = db.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "";
    const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
    return major * 1_000_000 + minor * 1000 + patch;
  } finally {
    db.close();
  }
}
