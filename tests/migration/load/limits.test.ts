import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MigrationFailed, migrate } from "../../../migration/migrate";
import type { MigrationOptions } from "../../../migration/model";
import { SetAside } from "../../../migration/set-aside";
import { verifyTarget } from "../../../migration/verify/verify-target";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let folder: string;
let source: string;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-limits-"));
  source = join(folder, "app.db");
  const db = new Database(source);
  // Of 3000 rows of a, 1500 do not fit; of b, 2 of 4.
  db.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT); CREATE TABLE b(k TEXT PRIMARY KEY, t TEXT) WITHOUT ROWID;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO a SELECT i, CASE WHEN i % 2 THEN CAST(x'00' AS TEXT) ELSE 'x' END FROM n;
    INSERT INTO b SELECT 'k' || id, t FROM a WHERE id <= 4`);
  db.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(target: PostgresTarget, options: Partial<MigrationOptions>) {
  const input = { source, target, workFolder: join(folder, "runs"), ...options };
  return await migrate(input).catch((error) => {
    if (error instanceof MigrationFailed) return error.report;
    throw error;
  });
}

const lines = (path: string | null) =>
  readFileSync(path ?? "", "utf8")
    .trim()
    .split("\n").length;

test("a report shows a part of many rows set aside, the file has all, and the verification knows them all", async () => {
  const target = await server.createDatabase();
  const report = await run(target, { badRows: "skip", maxRejectsByTable: { b: 2 } });
  expect(report.failure).toBeNull();
  expect(report.tables.map(({ source, loadedRows, rejectedRows }) => [source, loadedRows, rejectedRows])).toEqual([
    ["a", "1500", "1500"],
    ["b", "2", "2"],
  ]);
  expect(report.rejects.filter(({ table }) => table === "a")).toHaveLength(100);
  expect(report.totals).toMatchObject({ rejectedRows: "1502", errors: 1502 });
  expect(lines(report.files.rejects)).toBe(1502);
  expect(await verifyTarget({ source, target }, report.files.json, () => {})).toMatchObject({ status: "verified" });
});

test.each([
  [{ maxRejects: 5 }, /^6 rows of all tables do not fit, and maxRejects allows 5; the last is a \{"id":"11"\}/, 6],
  [
    { badRows: "skip" as const, maxRejectsByTable: { a: 7 } },
    /^8 rows of a do not fit, and maxRejectsByTable allows 7/,
    8,
  ],
  [{ maxRejectsByTable: { a: 1500 } }, /^1502 rows do not fit, the first in a/, 1502],
  [{ maxRejectsByTable: { a: 1500, b: 1 } }, /^2 rows of b do not fit, and maxRejectsByTable allows 1/, 1502],
])("%j leaves the target as it was where more do not fit", async (options, failure, found) => {
  const target = await server.createDatabase();
  const report = await run(target, options);
  expect(report.failure).toMatch(failure);
  expect(existsSync(report.files.rejects ?? "")).toBe(true);
  expect(lines(report.files.rejects)).toBe(found);
  const client = await connect(target);
  const { rows } = await client.query(
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'",
  );
  await client.end();
  expect(rows).toEqual([]);
});

test("as many rows as the limits allow are set aside, whatever badRows says", async () => {
  const report = await run(await server.createDatabase(), { maxRejectsByTable: { a: 1500, b: 2 } });
  expect(report).toMatchObject({ status: "verified", totals: { rejectedRows: "1502" } });
});

test("a limit for a table that is none is told before anything is done", async () => {
  await expect(run(await server.createDatabase(), { maxRejectsByTable: { c: 1 } })).rejects.toThrow(
    /maxRejectsByTable names c, which is no table of the source/,
  );
});

test("rows set aside are told from others by their keys, whatever these are and in whatever order they come", () => {
  const rows = new SetAside();
  const integers = [5n, -3n, 9223372036854775807n, -9223372036854775808n, 0n];
  for (const key of integers) rows.add("t", [{ t: "integer", v: String(key) }]);
  rows.add("t", ["5"]);
  rows.add("t", [5n, Buffer.from([1])]);
  for (const key of integers) expect(rows.has("t", [key])).toBe(true);
  expect([[4n], ["0"], [0], [5n, Buffer.from([2])], [null]].map((key) => rows.has("t", key))).toEqual(
    Array(5).fill(false),
  );
  expect(
    [
      ["5"],
      [
        { t: "integer", v: "5" },
        { t: "blob", base64: "AQ==" },
      ],
    ].map((key) => rows.has("t", key as never)),
  ).toEqual([true, true]);
  const more = new SetAside();
  more.add("t", [1n]);
  more.addAll(rows);
  expect([more.count("t"), more.count(), more.has("t", [-3n]), more.has("t", ["5"])]).toEqual([8, 8, true, true]);
});

test("threads that find too many rows stop the run with the limit's own message, and those found so far are in the file", async () => {
  const large = join(folder, "large.db");
  const db = new Database(large);
  // More bytes than one thread reads alone.
  db.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
    INSERT INTO a SELECT i, CASE WHEN i % 2 THEN CAST(x'00' AS TEXT) ELSE '' END || hex(zeroblob(500)) FROM n`);
  db.close();
  const target = await server.createDatabase();
  const report = await run(target, { source: large, badRows: "skip", maxRejects: 9000 });
  expect(report.failure).toMatch(/^9001 rows of all tables do not fit, and maxRejects allows 9000/);
  // Each thread may have found one more.
  expect([9001, 9002, 9003, 9004]).toContain(lines(report.files.rejects));
  const client = await connect(target);
  const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgstead%'");
  await client.end();
  expect(rows).toEqual([]);
}, 60_000);
