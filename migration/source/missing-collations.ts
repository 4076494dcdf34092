/**
 * Tables that SQLite cannot read here: WITHOUT ROWID, and with a collation that only the application has, such as Anki's `unicase`. (The order of
 * their rows depends on it, sqlite.org/withoutrowid.html; of other tables only indexes do.) They are put into the order of bytes in a copy for reading.
 */
import { copyFileSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { onlyTheApplicationHas, openReadOnly, quoteName, type Sqlite, takeAnySchema } from "./open";
import { isWord, nameOf, tokens } from "./tokens";

export interface ReadableCopy {
  /** What is read: the frozen copy itself where nothing is in the way. */
  path: string;
  /** The CREATE TABLE of each table that was put into another order, as the application wrote it. */
  originalSql: Map<string, string>;
}

/** Makes the copy for reading beside the frozen one, where one is needed. The frozen copy stays as it is. */
export function makeReadable(frozen: string): ReadableCopy {
  const originalSql = findUnreadable(frozen);
  if (originalSql.size === 0) return { path: frozen, originalSql };
  const path = `${frozen}.readable`;
  copyFileSync(frozen, path);
  try {
    inEachTurn(path, [
      (db) => {
        for (const table of originalSql.keys()) compareBytes(db, table);
      },
      (db) => {
        for (const table of originalSql.keys()) orderAnew(db, table);
      },
    ]);
    return { path, originalSql };
  } catch (error) {
    rmSync(path, { force: true });
    // Something else is in the way too, such as a function that only the application has: the tables stay behind by name.
    if (error instanceof Database.SqliteError) return { path: frozen, originalSql: new Map() };
    throw error;
  }
}

function findUnreadable(path: string): Map<string, string> {
  const db = openReadOnly(path);
  try {
    const tables = db
      .prepare<[], { name: string; sql: string }>(
        "SELECT l.name, s.sql FROM pragma_table_list l JOIN sqlite_schema s ON s.name = l.name AND s.type = 'table' WHERE l.schema = 'main' AND l.wr = 1 AND l.type = 'table'",
      )
      .all();
    return new Map(tables.flatMap(({ name, sql }) => (isReadable(db, name) ? [] : [[name, sql]])));
  } finally {
    db.close();
  }
}

function isReadable(db: Sqlite, table: string): boolean {
  try {
    db.prepare(`SELECT count(*) FROM ${quoteName(table)} NOT INDEXED`);
    return true;
  } catch (error) {
    if (onlyTheApplicationHas(error)) return false;
    throw error;
  }
}

/** Each turn sees the schema that the one before has written: SQLite reads it when a connection first needs it. */
function inEachTurn(path: string, turns: ((db: Sqlite) => void)[]): void {
  for (const turn of turns) {
    const db = new Database(path);
    try {
      takeAnySchema(db);
      db.pragma("writable_schema = ON");
      db.pragma("foreign_keys = OFF");
      db.pragma("ignore_check_constraints = ON");
      db.pragma("synchronous = OFF");
      db.transaction(turn)(db);
    } finally {
      db.close();
    }
  }
}

/** Lets the table, and the indexes on it, compare texts by their bytes. */
function compareBytes(db: Sqlite, table: string): void {
  const entries = db
    .prepare<[string], { name: string; type: string; sql: string }>(
      "SELECT name, type, sql FROM sqlite_schema WHERE lower(tbl_name) = lower(?) AND type IN ('table', 'index') AND sql IS NOT NULL",
    )
    .all(table);
  const update = db.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = ? AND type = ?");
  for (const { name, type, sql } of entries) update.run(withoutCollations(sql), name, type);
}

const ownCollations = ["BINARY", "NOCASE", "RTRIM"];

function withoutCollations(sql: string): string {
  const all = [...tokens(sql)];
  let result = sql;
  for (const [place, token] of [...all.entries()].reverse()) {
    const name = all[place + 1];
    if (!isWord(token, "COLLATE") || name === undefined || ownCollations.includes(nameOf(name).toUpperCase())) continue;
    result = `${result.slice(0, name.start)}BINARY${result.slice(name.end)}`;
  }
  return result;
}

/** Takes all rows out and puts them in again. Triggers are not there meanwhile. */
function orderAnew(db: Sqlite, table: string): void {
  const columns = db
    .prepare<[string], string>("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid")
    .pluck()
    .all(table)
    .map(quoteName)
    .join(", ");
  const triggers = db
    .prepare<[string], unknown[]>("SELECT * FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower(?)")
    .raw()
    .all(table);
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${quoteName(String(trigger[1]))}`);
  db.exec(`CREATE TEMP TABLE aside AS SELECT ${columns} FROM main.${quoteName(table)} NOT INDEXED;
    DELETE FROM main.${quoteName(table)};
    INSERT INTO main.${quoteName(table)} (${columns}) SELECT ${columns} FROM temp.aside;
    DROP TABLE temp.aside;`);
  for (const trigger of triggers) db.prepare("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)").run(...trigger);
}
