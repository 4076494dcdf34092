import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeRichSample } from "../../samples/rich-sample";

const folder = mkdtempSync(join(tmpdir(), "pgstead-samples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tablesOf = (database: Database.Database) =>
  database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
const countOf = (database: Database.Database, table: string) =>
  database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;

describe("the sample application's database", () => {
  const database = new Database(":memory:");
  beforeAll(() => {
    database.exec(readFileSync(join(__dirname, "../../samples/backup-management.sql"), "utf8"));
  });
  afterAll(() => {
    database.close();
  });

  it("holds 18 tables, 33 rows and 47 indexes", () => {
    const counts = Object.fromEntries(tablesOf(database).map((table) => [table, countOf(database, table)]));
    expect(Object.keys(counts)).toHaveLength(18);
    expect(Object.entries(counts).filter(([, count]) => count > 0)).toEqual([
      ["users", 1],
      ["audit_logs", 32],
    ]);
    expect(
      database
        .prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name LIKE 'ix\\_%' ESCAPE '\\'")
        .pluck()
        .get(),
    ).toBe(47);
  });

  it("logs 23 logins, 8 logouts and 1 update", () => {
    expect(database.prepare("SELECT action, count(*) FROM audit_logs GROUP BY 1 ORDER BY 1").raw().all()).toEqual([
      ["login", 23],
      ["logout", 8],
      ["update", 1],
    ]);
  });

  it("is whole and its foreign keys hold", () => {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("foreign_key_check")).toEqual([]);
  });
});

describe("the richer sample", () => {
  const path = join(folder, "rich.db");
  let counts: Record<string, number> = {};
  let database: Database.Database;
  beforeAll(() => {
    counts = makeRichSample(path, 3000);
    database = new Database(path, { readonly: true });
  });
  afterAll(() => {
    database.close();
  });

  it("holds about as many rows as asked, in all 18 tables, as it says", () => {
    const found = Object.fromEntries(tablesOf(database).map((table) => [table, countOf(database, table)]));
    expect(found).toEqual(counts);
    const total = Object.values(found).reduce((sum, count) => sum + count, 0);
    expect(Object.keys(found)).toHaveLength(18);
    expect(total).toBeGreaterThanOrEqual(2900);
    expect(total).toBeLessThanOrEqual(3300);
  });

  it("uses every column, and leaves every column that allows it NULL somewhere", () => {
    for (const table of tablesOf(database)) {
      const columns = database.pragma(`table_info(${table})`) as { name: string; notnull: number; pk: number }[];
      for (const column of columns) {
        const [filled, total] = database
          .prepare(`SELECT count(${column.name}), count(*) FROM ${table}`)
          .raw()
          .get() as [number, number];
        expect(filled, `${table}.${column.name}`).toBeGreaterThan(0);
        if (column.notnull === 1) expect(filled, `${table}.${column.name}`).toBe(total);
      }
    }
    expect(database.prepare("SELECT count(*) FROM backup_executions WHERE checksum IS NULL").pluck().get()).not.toBe(0);
  });

  it("is whole, its foreign keys hold, and its extremes are there", () => {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("foreign_key_check")).toEqual([]);
    const count = (sql: string) => database.prepare(sql).pluck().get() as number;
    expect(count("SELECT count(*) FROM backup_copies WHERE last_backup_size = 9223372036854775807")).toBeGreaterThan(0);
    expect(count("SELECT count(*) FROM alerts WHERE message LIKE '%東京支社%'")).toBeGreaterThan(0);
    expect(count("SELECT max(length(label_image)) FROM offline_media")).toBeGreaterThan(4000);
  });

  it("is the same every time", () => {
    const again = join(folder, "again.db");
    makeRichSample(again, 3000);
    expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
  });
});

describe("make-rich-sample", () => {
  const script = join(__dirname, "../../samples/make-rich-sample.ts");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["-r", "./support/typescript.cjs", script, ...args], {
      encoding: "utf8",
      cwd: join(__dirname, "../.."),
    });

  it("writes the file, and says what is in it", () => {
    const path = join(folder, "made.db");
    expect(run(path, "600")).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 18 tables, 6\d\d rows\n$/) });
    const database = new Database(path, { readonly: true });
    expect(tablesOf(database)).toHaveLength(18);
    database.close();
  });

  it("tells how it is used", () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("Usage") });
    expect(run(join(folder, "x.db"), "many").status).toBe(2);
  });
});
