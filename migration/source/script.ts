/** A `.sql` script as the source: SQLite runs it into a new database. */
import { isUtf8 } from "node:buffer";
import { readFileSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { messageOf, UserError } from "../../support/errors";
import { requireFile } from "./open";
import { statements } from "./tokens";

/** Whether a source is a script and not a database, by its name. */
export function isScript(path: string): boolean {
  return path.toLowerCase().endsWith(".sql");
}

/** Makes the database that the script describes. @throws UserError that names the statement which fails, and its line. */
export function runScript(scriptPath: string, databasePath: string): void {
  const script = readScript(scriptPath);
  rmSync(databasePath, { force: true });
  const db = new Database(databasePath);
  try {
    // A dump of a database with virtual tables writes into sqlite_schema.
    db.unsafeMode(true);
    db.pragma("foreign_keys = OFF");
    db.pragma("synchronous = OFF");
    db.pragma("journal_mode = MEMORY");
    for (const { sql, line } of statements(script)) {
      try {
        db.exec(sql);
      } catch (error) {
        throw new UserError(
          `The script ${scriptPath} fails at line ${line}: ${messageOf(error)}, in: ${shorten(sql)}`,
          "Correct that statement; the script must be in SQLite's SQL, as its .dump writes it.",
          { cause: error },
        );
      }
    }
    if (db.inTransaction)
      throw new UserError(
        `The script ${scriptPath} ends inside a transaction: its COMMIT is missing, so it was probably cut short.`,
        "Make the dump again.",
      );
    if (db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined)
      throw new UserError(
        `The script ${scriptPath} makes no table${/\bROLLBACK\b/i.test(script.slice(-200)) ? ": it ends with ROLLBACK, as a dump does that met errors" : ""}.`,
        "Check that it is the dump of a whole database.",
      );
  } finally {
    db.close();
  }
}

/** JavaScript's longest string has about 512 million characters. */
const longestScript = 500_000_000;

/** @throws UserError for bytes that are no text, which would be read as something else in silence */
function readScript(path: string): string {
  requireFile(path);
  const next = "Give the path of the SQLite database itself instead.";
  if (statSync(path).size > longestScript)
    throw new UserError(`The script ${path} is larger than ${longestScript} bytes.`, next);
  const bytes = readFileSync(path);
  // What PowerShell's > makes of a dump.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UserError(`The script ${path} holds bytes that are not valid UTF-8 text.`, next);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return line.length <= 160 ? line : `${line.slice(0, 160)}…`;
}
