/**
 * The source at one moment: a copy of the SQLite database, taken without writing to it, which is all that the run reads, and
 * which stays in the run's folder for going back.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3";
import { UserError } from "../../support/errors";
import type { SourceFingerprint } from "../model";
import { canShareBlocks, copyFile, type Sum, sha256Meanwhile } from "./copy-file";
import { makeReadable, type ReadableCopy } from "./missing-collations";
import { explain, openReadOnly, readStart, requireDatabaseFile, type Sqlite, takeAnySchema } from "./open";
import { isScript, runScript } from "./script";
import { headerBytes, settleHeader } from "./settled-header";

/** A copy, whose sum is still being made. */
export interface Copied {
  path: string;
  /** What is read of it. */
  readable: ReadableCopy;
  /** The fingerprint without the sum. */
  described: Omit<SourceFingerprint, "sha256">;
  /** Call `end` where it is not waited for. */
  sum: Sum;
}

export interface FrozenSource extends Pick<Copied, "path" | "readable"> {
  fingerprint: SourceFingerprint;
}

/** As `copyAside`, and waits for the sum. */
export async function freeze(source: string, folder: string, stamp: string): Promise<FrozenSource> {
  const { path, readable, described, sum } = await copyAside(source, folder, stamp);
  return { path, readable, fingerprint: { ...described, sha256: await sum.result } };
}

/**
 * Copies the source into `folder`, as `<its name>.backup_<stamp>` (for a script: `<its name without .sql>.db.backup_<stamp>`, the
 * database it makes).
 *
 * The copy has the pages of one moment of a live database, what its write-ahead log holds included. Its sha256 identifies those pages:
 * the same database gives the same sum before and after a checkpoint, and a change to any row, index or free page gives another.
 *
 * @param stamp `YYYYMMDD_HHMMSS`
 * @throws UserError for a source that is missing, a folder, empty, no database, locked or damaged
 */
export async function copyAside(source: string, folder: string, stamp: string): Promise<Copied> {
  const name = isScript(source) ? basename(source).replace(/\.sql$/i, ".db") : basename(source);
  const path = join(folder, `${name}.backup_${stamp}`);
  try {
    if (isScript(source)) runScript(source, path);
    else await copyDatabase(source, path);
    settle(path);
    const journalMode = isScript(source) ? "delete" : journalModeOf(source);
    const described = describe(source, path, journalMode);
    return { path, described, readable: makeReadable(path), sum: sha256Meanwhile(path) };
  } catch (error) {
    for (const suffix of ["", "-wal", "-shm", "-journal", ".readable"]) rmSync(path + suffix, { force: true });
    throw explain(source, error);
  }
}

/** A step for every few pages would cost more than the copying. */
const pagesAtOnce = 4096;

async function copyDatabase(source: string, path: string): Promise<void> {
  requireDatabaseFile(source);
  for (let attempt = 0; attempt < 5; attempt++) if (await copyOnce(source, path)) return;
  throw new UserError(
    `The SQLite database ${source} is opened and closed by other programs all the time, and could not be copied between.`,
    "Stop the application, or let it keep the database open, then run again.",
  );
}

/** @returns whether the copy is of a single moment: not when the file changed meanwhile */
async function copyOnce(source: string, path: string): Promise<boolean> {
  const isWal = journalModeOf(source) === "wal";
  // Reading a WAL database makes -wal and -shm files where there are none, and leaves them: then it is copied as files.
  const closedWal = isWal && !(existsSync(`${source}-wal`) && existsSync(`${source}-shm`));
  // Not with the lock: it ends when any descriptor of the file is closed (sqlite.org/howtocorrupt.html, 2.2).
  const shared = canShareBlocks(source, path);
  const db = closedWal ? null : openForBackup(source);
  if (db === null) return copyFiles(source, path, shared);
  try {
    // The open transaction keeps the pages as they are now until the last of them is copied.
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    // Without a log all pages are in the file, and no writer may touch it while it is read (sqlite.org/lockingv3.html).
    if (!isWal) return copyUnchanged(source, path, shared);
    await db.backup(path, { progress: () => pagesAtOnce });
    return true;
  } finally {
    db.close();
  }
}

/** Null when a killed program left a transaction that must be rolled back, which a reader may not do. */
function openForBackup(source: string): Sqlite | null {
  try {
    return openReadOnly(source);
  } catch (error) {
    const cause = error instanceof UserError ? error.cause : error;
    if (cause instanceof Database.SqliteError && /READONLY|CANTOPEN/.test(cause.code)) return null;
    throw error;
  }
}

/**
 * Copies the file at once, which takes a quarter of the time of copying its pages.
 *
 * @param shared whether the file system can share blocks
 * @returns false when it changed meanwhile, as where locks do not work
 */
function copyUnchanged(source: string, path: string, shared: boolean): boolean {
  const before = stateOf(source);
  if (shared) copyFileSync(source, path, constants.COPYFILE_FICLONE);
  else copyFile(source, path);
  if (stateOf(source) === before) return true;
  rmSync(path);
  return false;
}

/** Copies the files of a database that no program has open, and lets SQLite recover the copy. @returns false when one opened it meanwhile */
async function copyFiles(source: string, path: string, shared: boolean): Promise<boolean> {
  if (!existsSync(`${source}-wal`) && !existsSync(`${source}-journal`)) return copyUnchanged(source, path, shared);
  const folder = mkdtempSync(`${path}.recovering-`);
  try {
    const copy = join(folder, "database");
    const before = stateOf(source);
    for (const suffix of ["", "-wal", "-journal"])
      if (existsSync(source + suffix)) copyWhileThere(source + suffix, copy + suffix);
    if (stateOf(source) !== before) return false;
    const db = new Database(copy);
    takeAnySchema(db);
    try {
      await db.backup(path, { progress: () => pagesAtOnce });
      return true;
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program that closes the database takes its log away; then the state differs too. */
function copyWhileThere(from: string, to: string): void {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function stateOf(source: string): string {
  return ["", "-wal", "-journal"]
    .map((suffix) => {
      const file = statSync(source + suffix, { bigint: true, throwIfNoEntry: false });
      return file === undefined ? "none" : `${file.size} ${file.mtimeNs} ${file.ino}`;
    })
    .join("; ");
}

function settle(path: string): void {
  const header = readStart(path, headerBytes);
  settleHeader(header, statSync(path).size);
  chmodSync(path, 0o600);
  const file = openSync(path, "r+");
  try {
    writeSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
}

/** Of the file format's read version, byte 19: 2 is WAL. */
function journalModeOf(path: string): string {
  return readStart(path, 20)[19] === 2 ? "wal" : "delete";
}

function describe(source: string, path: string, journalMode: string): Omit<SourceFingerprint, "sha256"> {
  const db = openReadOnly(path);
  try {
    const pragma = (name: string) => db.pragma(name, { simple: true });
    return {
      path: source,
      sizeBytes: String(statSync(path).size),
      pageSize: Number(pragma("page_size")),
      pageCount: Number(pragma("page_count")),
      userVersion: Number(pragma("user_version")),
      applicationId: Number(pragma("application_id")),
      encoding: String(pragma("encoding")),
      journalMode,
      sqliteVersion: String(db.prepare("SELECT sqlite_version()").pluck().get()),
    };
  } finally {
    db.close();
  }
}
