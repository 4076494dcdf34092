/** Made databases with indexes of many kinds, on values of all storage classes. */
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import type { Sqlite } from "../../../migration/source/open";

export const value = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }).map(BigInt) },
  { weight: 2, arbitrary: fc.constant(null) },
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(
    ...[2n ** 53n, 2n ** 53n + 1n, 2n ** 53n - 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, 2n ** 63n - 513n, -(2n ** 63n)],
    ...[127n, 128n, -32769n, 8388608n, -2147483649n, 2147483648n, 140737488355328n, 2n ** 62n + 1n],
  ),
  fc.double(),
  fc.constantFrom(
    -0.0,
    0.5,
    -0.5,
    1.0,
    -1.0,
    2 ** 53,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e300,
    5e-324,
    Infinity,
    -Infinity,
  ),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    "",
    "a",
    "A",
    "a ",
    "a\0",
    "a\0b",
    "1",
    "1.0",
    "é",
    "\u{1f600}",
    "2024-02-29 23:59:59",
    "abcd",
    "abcd\0",
  ),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(Buffer.alloc(0), Buffer.from("a"), Buffer.alloc(5), Buffer.of(0, 255), Buffer.of(255, 255, 0)),
  fc
    .tuple(fc.integer({ min: 100, max: 5000 }), fc.constantFrom("x", "é", "x\0"))
    .map(([length, text]) => text.repeat(length)),
  fc.integer({ min: 100, max: 5000 }).map((length) => Buffer.alloc(length, "blob")),
);

export const width = 4;
const rows = (maxLength: number) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength });

export const database = fc.record({
  pageSize: fc.constantFrom(512, 512, 1024, 4096, 65536),
  autoVacuum: fc.constantFrom("NONE", "FULL", "INCREMENTAL"),
  columns: fc.array(
    fc.constantFrom(
      "INTEGER",
      "TEXT",
      "REAL",
      "BLOB",
      "NUMERIC",
      "",
      "TEXT UNIQUE",
      "REAL UNIQUE",
      "ANY NOT NULL",
      "INT",
    ),
    { minLength: width, maxLength: width },
  ),
  key: fc.constantFrom(
    "id INTEGER PRIMARY KEY",
    "id INTEGER PRIMARY KEY AUTOINCREMENT",
    "id INTEGER PRIMARY KEY DESC",
    "id INT",
  ),
  indexes: fc.array(
    fc.record({
      columns: fc.uniqueArray(fc.constantFrom("id", "c0", "c1", "c2", "c3"), { minLength: 1, maxLength: 4 }),
      descending: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      collations: fc.array(fc.constantFrom(...["", "", "", "", "", ""], " COLLATE NOCASE", " COLLATE RTRIM"), {
        minLength: 4,
        maxLength: 4,
      }),
      unique: fc.boolean(),
      where: fc.constantFrom(
        ...[
          "",
          "",
          "",
          "",
          "",
          "",
          " WHERE c1 IS NOT NULL",
          ' WHERE "C0" IS NULL',
          " WHERE c1 IS NULL AND c2 IS NOT NULL",
        ],
      ),
      early: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  odd: fc.constantFrom(
    ...[null, null, null, "(c2 || 'x')", "(c0) WHERE c1 > 1", "(c0 COLLATE NOCASE, c1) WHERE c0 IS NOT NULL OR c1 > 1"],
  ),
  rows: rows(40),
  copies: fc.constantFrom(0, 0, 10),
  rowids: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 }),
  changed: rows(5),
  deleted: fc.nat({ max: 4 }),
  added: fc.constantFrom(null, "added", "added DEFAULT NULL", "added TEXT DEFAULT 'é'", "added REAL DEFAULT 3"),
  later: rows(4),
  vacuum: fc.boolean(),
});
export type Made = typeof database extends fc.Arbitrary<infer T> ? T : never;

let made = 0;

/** Two tables alike, `t` and `u`. */
export function make(folder: string, description: Made): string {
  const path = join(folder, `agree${++made}.db`);
  const db = new Database(path);
  db.pragma(`page_size = ${description.pageSize}`);
  db.pragma(`auto_vacuum = ${description.autoVacuum}`);
  db.pragma("synchronous = OFF");
  db.pragma("journal_mode = MEMORY");
  for (const table of ["t", "u"]) fill(db, table, description);
  if (description.vacuum) db.exec("VACUUM");
  db.close();
  return path;
}

function fill(db: Sqlite, table: string, description: Made): void {
  const columns = description.columns.map((type, index) => `c${index} ${type}`);
  db.exec(`CREATE TABLE ${table} (${[description.key, ...columns].join(", ")})`);
  const index = (early: boolean) => {
    for (const [
      number,
      { columns, collations, descending, unique, where, early: when },
    ] of description.indexes.entries()) {
      const key = columns
        .map((column, place) => `${column}${collations[place]}${descending[place] ? " DESC" : ""}`)
        .join(", ");
      if (when === early)
        attempt(db, `CREATE ${unique ? "UNIQUE " : ""}INDEX ${table}${number} ON ${table} (${key})${where}`);
    }
  };
  index(true);
  if (description.odd !== null) db.exec(`CREATE INDEX ${table}odd ON ${table} ${description.odd}`);
  db.exec("BEGIN");
  let next = 0n;
  const insert = db.prepare(`INSERT OR IGNORE INTO ${table} (rowid, id, c0, c1, c2, c3) VALUES (?, ?, ?, ?, ?, ?)`);
  const add = (row: unknown[], rowid: bigint) => insert.run(rowid, rowid, ...row);
  for (let copy = 0; copy <= description.copies; copy++) for (const row of description.rows) add(row, ++next);
  for (const rowid of description.rowids) add([1n, "a", 2.5, "b"], rowid);
  const update = db.prepare(`UPDATE OR IGNORE ${table} SET c0 = ?, c1 = ?, c2 = ?, c3 = ? WHERE rowid % 7 = ?`);
  for (const [number, row] of description.changed.entries()) update.run(...row, number);
  if (description.deleted > 1) db.exec(`DELETE FROM ${table} WHERE rowid % ${description.deleted} = 0`);
  if (description.added !== null) {
    db.exec(`ALTER TABLE ${table} ADD COLUMN ${description.added}`);
    db.exec(`CREATE INDEX ${table}added ON ${table} (added, c0)`);
  }
  for (const row of description.later) add(row, ++next);
  db.exec("COMMIT");
  index(false);
}

function attempt(db: Sqlite, sql: string): void {
  try {
    db.exec(sql);
  } catch {
    // Not unique.
  }
}

/** Whether nothing in it is left to SQLite, as texts with zeros are in NOCASE, and conditions on what is NOT NULL. */
export function isPlain({ odd, added, columns, indexes, rows, changed, later }: Made): boolean {
  const zeros = [rows, changed, later].flat(2).some((value) => typeof value === "string" && value.includes("\0"));
  const known = indexes.every(
    ({ columns: key, collations, where }) =>
      !(zeros && collations.slice(0, key.length).includes(" COLLATE NOCASE")) &&
      !(where !== "" && columns.includes("ANY NOT NULL")),
  );
  return known && odd === null && !added?.includes("DEFAULT ");
}
