/** Opening SQLite databases: read-only, and with an error that says what is wrong with the file. */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { messageOf, UserError } from "../../support/errors";

export type Sqlite = Database.Database;

const magic = "SQLite format 3\0";
/** In bytes (sqlite.org/fileformat2.html, 1.3.2). */
const smallestPage = 512;

/** Opens a database for reading: integers come as bigint, and nothing its schema says can call out of SQLite. @throws UserError */
export function openReadOnly(path: string): Sqlite {
  requireDatabaseFile(path);
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    takeAnySchema(db);
    db.defaultSafeIntegers(true);
    db.pragma("trusted_schema = OFF");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (error) {
    throw explain(path, error);
  }
}

/**
 * The driver's defensive mode refuses a whole database for what other builds of SQLite let into its schema, such as a trigger on a full-text
 * table's storage (sqlite.org/c3ref/c_dbconfig_defensive.html). What it guards is the file, which is only read here, or is a copy.
 */
export function takeAnySchema(db: Sqlite): void {
  db.unsafeMode(true);
}

/** Refuses what cannot be a SQLite database by looks alone. @throws UserError */
export function requireDatabaseFile(path: string): void {
  requireFile(path);
  if (statSync(path).size === 0)
    throw new UserError(
      `The SQLite database ${path} is an empty file.`,
      "Check the path: SQLite makes such a file when a program opens a database that is not there.",
    );
  if (readStart(path, 16).toString("latin1") !== magic)
    throw new UserError(
      `${path} is not a SQLite database: it does not begin as one. It may be encrypted (as SQLCipher does), or another kind of file.`,
      "Give the path of a plain SQLite database, decrypt it first, or give a script whose name ends in .sql.",
    );
  if (statSync(path).size < smallestPage)
    throw new UserError(
      `The SQLite database ${path} is damaged: it ends within its first page.`,
      "Restore it from a backup, or copy it again.",
    );
}

/** @throws UserError when there is no file that can be read. */
export function requireFile(path: string): void {
  if (!existsSync(path))
    throw new UserError(`The SQLite database ${path} does not exist.`, "Check the path of the source.");
  const kind = statSync(path);
  if (kind.isDirectory())
    throw new UserError(`${path} is a folder, not a SQLite database.`, "Give the path of the database file in it.");
  if (!kind.isFile()) throw new UserError(`${path} is not a regular file.`, "Give the path of a SQLite database file.");
  try {
    closeSync(openSync(path, "r"));
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`, "Run as a user who may read it.", {
      cause: error,
    });
  }
}

/** What SQLite's error means for the user. */
export function explain(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const options = { cause: error };
  if (error.code.startsWith("SQLITE_BUSY") || error.code.startsWith("SQLITE_LOCKED"))
    return new UserError(
      `The SQLite database ${path} is locked: another program holds it for writing.`,
      "Stop the application, or wait until its transaction ends, then run again.",
      options,
    );
  if (error.code.startsWith("SQLITE_CORRUPT"))
    return new UserError(
      `The SQLite database ${path} is damaged or cut short: ${error.message}.`,
      "Restore it from a backup, or rescue what is readable with SQLite's .recover into a new file.",
      options,
    );
  if (error.code.startsWith("SQLITE_NOTADB"))
    return new UserError(
      `${path} is not a SQLite database that can be read here: its pages are encrypted, or overwritten.`,
      "Decrypt it first, or restore it from a backup.",
      options,
    );
  return new UserError(`SQLite cannot read ${path}: ${error.message} (${error.code}).`, "Check the file.", options);
}

/** The first bytes of a file. */
export function readStart(path: string, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}

/** An SQL name for SQLite, whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A collation, function or module that the application gave to SQLite. */
export function onlyTheApplicationHas(error: unknown): boolean {
  return /(no such|unknown) (collation|function|module|tokenizer)/.test(messageOf(error));
}
