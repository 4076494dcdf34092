/** What the engine's tests share: throwaway folders and SQLite databases. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll } from "vitest";

/** A folder that goes when the file's tests have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-case-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let made = 0;

/** Makes a SQLite database from a script. @returns its path */
export function sqliteFile(folder: string, script: string, name = `case${++made}.db`): string {
  const path = join(folder, name);
  const db = new Database(path);
  db.unsafeMode(true);
  db.pragma("foreign_keys = OFF");
  db.exec(script);
  db.close();
  return path;
}
