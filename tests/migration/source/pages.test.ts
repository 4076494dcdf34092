/** The page reader against SQLite itself: over made databases, and over damaged ones. */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crew } from "../../../migration/crew";
import type { SourceTable } from "../../../migration/model";
import { readTables } from "../../../migration/source/catalog";
import { openReadOnly, quoteName, type Sqlite } from "../../../migration/source/open";
import { PagedSource } from "../../../migration/source/paged-source";
import { NotReadHere, PageFile } from "../../../migration/source/pages/file";
import { layoutOf } from "../../../migration/source/pages/layout";
import { leavesOf } from "../../../migration/source/pages/leaves";
import { RecordHeader, valueAt } from "../../../migration/source/pages/record";
import { LeafRows } from "../../../migration/source/pages/rows";
import { profileTable } from "../../../migration/source/profile";
import { temporaryFolder } from "../support";

const folder = temporaryFolder();
/** Raised by hand for a long search. */
const runs = Number(process.env.PGSTEAD_FUZZ_RUNS ?? 60);

const declared = [
  "INTEGER",
  "TEXT",
  "REAL",
  "BLOB",
  "NUMERIC",
  "VARCHAR(10)",
  "BOOLEAN",
  "DATETIME",
  "DATE",
  "UUID",
  "JSON",
  "DECIMAL(8,2)",
  "",
];

const value = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -3, max: 3 }).map(BigInt),
  fc.constantFrom(
    -128n,
    127n,
    128n,
    -32768n,
    32768n,
    -8388608n,
    8388608n,
    2147483648n,
    -2147483649n,
    140737488355327n,
    140737488355328n,
  ),
  fc.double(),
  fc.constantFrom(-0.0, 1e300, 5e-324, Infinity, -Infinity, 1.0, 1125899906842624.5),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 10 }),
  fc.constantFrom(
    "2024-02-29 23:59:59",
    "2023-02-29",
    "2024-01-31T01:02:03.5",
    "2024-12-01 00:00:00.123456",
    "2024-06-01",
    "0000-01-01 00:00:00",
    "true",
    "{}",
    "a\0b",
  ),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.integer({ min: 100, max: 20_000 }), fc.constantFrom("x", "é"))
    .map(([length, text]) => text.repeat(length)),
  fc.integer({ min: 100, max: 20_000 }).map((length) => Buffer.alloc(length, "blob")),
);

const database = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 65536),
  autoVacuum: fc.constantFrom("NONE", "FULL", "INCREMENTAL"),
  columns: fc.array(fc.constantFrom(...declared), { minLength: 1, maxLength: 6 }),
  rowidColumn: fc.boolean(),
  withoutRowid: fc.nat({ max: 5 }).map((n) => n === 0),
  rows: fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { maxLength: 40 }),
  copies: fc.constantFrom(0, 0, 30),
  rowids: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 5 }),
  deleted: fc.nat({ max: 4 }),
  added: fc.constantFrom(
    null,
    "added",
    "added DEFAULT 7",
    "added TEXT DEFAULT 'é'",
    "added REAL DEFAULT 3",
    "added GENERATED ALWAYS AS (1 + 1) VIRTUAL",
  ),
  later: fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { maxLength: 4 }),
  dropped: fc.boolean(),
  invalidText: fc.boolean(),
});
type Made = typeof database extends fc.Arbitrary<infer T> ? T : never;

let made = 0;

function make(description: Made): string {
  const path = join(folder, `pages${++made}.db`);
  const db = new Database(path);
  db.pragma(`page_size = ${description.pageSize}`);
  db.pragma(`auto_vacuum = ${description.autoVacuum}`);
  db.pragma("synchronous = OFF");
  db.pragma("journal_mode = MEMORY");
  const names = description.columns.map((_, index) => `c${index}`);
  const columns = [
    ...(description.rowidColumn || description.withoutRowid ? ["id INTEGER PRIMARY KEY"] : []),
    ...description.columns.map((type, index) => `c${index} ${type}`),
  ];
  db.exec(
    `CREATE TABLE other (x); CREATE TABLE t (${columns.join(", ")})${description.withoutRowid ? " WITHOUT ROWID" : ""}`,
  );
  const key = description.rowidColumn || description.withoutRowid ? "id" : "rowid";
  db.exec("BEGIN");
  let next = 0n;
  const insert = (row: unknown[], rowid: bigint) =>
    db
      .prepare(`INSERT OR IGNORE INTO t (${key}, ${names.join(", ")}) VALUES (?, ${names.map(() => "?").join(", ")})`)
      .run(rowid, ...row.slice(0, names.length));
  for (const row of description.rows) insert(row, ++next);
  for (let copy = 0; copy < description.copies; copy++) for (const row of description.rows) insert(row, ++next);
  for (const rowid of description.rowids) insert(description.rows[0] ?? [null, 1n, "a", 2.5, null, "b"], rowid);
  if (description.invalidText) db.exec(`UPDATE t SET c0 = CAST(x'61ff80c3' AS TEXT) WHERE ${key} % 3 = 0`);
  if (description.deleted > 1) db.exec(`DELETE FROM t WHERE ${key} % ${description.deleted} = 0`);
  if (description.added !== null) db.exec(`ALTER TABLE t ADD COLUMN ${description.added}`);
  for (const row of description.later) insert(row, ++next);
  db.exec("COMMIT");
  if (description.dropped && description.columns.length > 1) db.exec("ALTER TABLE t DROP COLUMN c0");
  db.close();
  return path;
}

/** As the page reader has them: each value with its storage class, texts as bytes. */
function byPages(path: string, db: Sqlite, table: SourceTable): unknown[][] {
  const layout = layoutOf(db, table);
  const file = new PageFile(path);
  const rows = new LeafRows(path);
  try {
    const header = new RecordHeader(layout.columns.length);
    const found: unknown[][] = [];
    for (const page of leavesOf(file, layout.root)) {
      rows.open(page);
      for (let cell = 0; cell < rows.cells; cell++) {
        rows.row(cell);
        rows.assemble(rows.length);
        header.read(rows.bytes, rows.start, rows.length);
        const row: unknown[] = [rows.rowid];
        for (const [index, column] of layout.columns.entries()) {
          if (index >= header.count) row.push("default");
          else if (column.isRowid) row.push(rows.rowid);
          else {
            const type = header.types[index] as number;
            const at = rows.start + (header.offsets[index] as number);
            row.push(
              type >= 13 && type % 2 === 1
                ? text(rows.bytes.subarray(at, at + (type - 13) / 2))
                : plain(valueAt(rows.bytes, rows.view, at, type, column.asReal)),
            );
          }
        }
        found.push(row);
      }
    }
    return found;
  } finally {
    file.close();
    rows.close();
  }
}

const text = (bytes: Buffer) => `text ${bytes.toString("latin1")}`;
const plain = (given: unknown) =>
  Buffer.isBuffer(given) ? `blob ${given.toString("latin1")}` : Object.is(given, -0) ? "-0.0" : given;

function bySqlite(db: Sqlite, table: SourceTable): unknown[][] {
  const stored = layoutOf(db, table).columns.map(({ name }) => name);
  const select = stored.flatMap((name) => [
    `typeof(${quoteName(name)})`,
    quoteName(name),
    `CAST(${quoteName(name)} AS BLOB)`,
  ]);
  return db
    .prepare<[], unknown[]>(
      `SELECT ${[table.rowidName ?? "", ...select].join(", ")} FROM ${quoteName(table.name)} NOT INDEXED ORDER BY rowid`,
    )
    .raw()
    .all()
    .map((row) => [
      row[0],
      ...stored.map((_, index) =>
        row[1 + index * 3] === "text" ? text(row[3 + index * 3] as Buffer) : plain(row[2 + index * 3]),
      ),
    ]);
}

/** A default in place of a value is compared where it is loaded. */
function withoutDefaults(rows: unknown[][], like: unknown[][]): unknown[][] {
  return rows.map((row, index) =>
    row.map((found, column) => (like[index]?.[column] === "default" ? "default" : found)),
  );
}

describe("the page reader", () => {
  it("gives what SQLite gives", () => {
    fc.assert(
      fc.property(database, (description) => {
        const path = make(description);
        const db = openReadOnly(path);
        try {
          for (const table of readTables(db)) {
            if (table.withoutRowid) {
              expect(() => layoutOf(db, table)).toThrow(NotReadHere);
              continue;
            }
            const found = byPages(path, db, table);
            expect(found).toEqual(withoutDefaults(bySqlite(db, table), found));
          }
        } finally {
          db.close();
          rmSync(path);
        }
      }),
      { numRuns: runs },
    );
  });

  it("sees in the columns what SQLite's own look at them sees", async () => {
    await fc.assert(
      fc.asyncProperty(database, async (description) => {
        const path = make(description);
        const db = openReadOnly(path);
        try {
          const tables = readTables(db);
          const profiles = await new PagedSource(path, db, tables).profile(
            tables,
            () => undefined,
            new Crew(0),
            Promise.resolve(),
          );
          for (const table of tables) expect(profiles.get(table.name)).toEqual(profileTable(db, table));
        } finally {
          db.close();
          rmSync(path);
        }
      }),
      { numRuns: runs },
    );
  });

  it("never gives other rows than SQLite from a damaged file that passes SQLite's own check", () => {
    const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(database, damage, (description, bytes) => {
        const path = make({ ...description, withoutRowid: false });
        const size = readFileSync(path).length;
        const file = openSync(path, "r+");
        for (const { at, byte } of bytes) writeSync(file, Buffer.of(byte), 0, 1, 100 + (at % (size - 100)));
        closeSync(file);
        try {
          const sqlite = attempt(path, (db, table) => bySqlite(db, table));
          const pages = attempt(path, (db, table) => byPages(path, db, table));
          if (sqlite === null || pages === null || !isWhole(path)) return;
          expect(pages.length).toBe(sqlite.length);
          for (const [index, rows] of pages.entries()) expect(rows).toEqual(withoutDefaults(sqlite[index] ?? [], rows));
        } finally {
          rmSync(path);
        }
      }),
      { numRuns: runs },
    );
  });

  it("reads rows of many kinds of pages: overflow chains, deep trees, a freelist", () => {
    const path = join(folder, "deep.db");
    const db = new Database(path);
    db.pragma("page_size = 512");
    db.exec("CREATE TABLE gone (x); CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB)");
    const insert = db.prepare("INSERT INTO t VALUES (?, ?, ?)");
    db.transaction(() => {
      for (let n = 1; n <= 3000; n++)
        insert.run(n * 7, "x".repeat(n % 700), n % 100 === 0 ? Buffer.alloc(30_000, n) : null);
      db.exec("INSERT INTO gone SELECT randomblob(2000) FROM t; DROP TABLE gone");
    })();
    db.close();
    const read = openReadOnly(path);
    const [table] = readTables(read);
    expect(byPages(path, read, table as SourceTable)).toEqual(bySqlite(read, table as SourceTable));
    read.close();
  });

  it.each([
    ["UTF-16", "PRAGMA encoding = 'UTF-16le'"],
    ["a write-ahead log", "PRAGMA journal_mode = WAL"],
  ])("leaves a file with %s to SQLite", (_, pragma) => {
    const path = join(folder, `left${++made}.db`);
    const db = new Database(path);
    db.exec(`${pragma}; CREATE TABLE t (a)`);
    db.close();
    writeFileSync(path, readFileSync(path));
    expect(() => new PageFile(path)).toThrow(NotReadHere);
  });
});

function attempt(path: string, read: (db: Sqlite, table: SourceTable) => unknown[][]): unknown[][][] | null {
  let db: Sqlite | null = null;
  try {
    db = openReadOnly(path);
    const opened = db;
    return readTables(opened).map((table) => read(opened, table));
  } catch {
    return null;
  } finally {
    db?.close();
  }
}

function isWhole(path: string): boolean {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare("PRAGMA integrity_check").pluck().get() === "ok";
  } catch {
    return false;
  } finally {
    db.close();
  }
}
