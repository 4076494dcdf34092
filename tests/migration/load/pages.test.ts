/** Rows that go from pages in binary form are the rows that go through SQLite as text: the same values, the same rows set aside for the same reasons. */

import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../../migration/migrate";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { temporaryFolder } from "../support";

const folder = temporaryFolder();
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const types = [
  "bigint",
  "integer",
  "smallint",
  "boolean",
  "double precision",
  "text",
  "varchar(5)",
  "bytea",
  "timestamp",
  "timestamptz",
  "timestamp(3)",
  "date",
  "time",
  "uuid",
  "json",
  "jsonb",
  "numeric",
  "numeric(12,3)",
];

const value = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -70_000, max: 70_000 }).map(BigInt),
  fc.constantFrom(0n, 1n, 1700000000n, 9007199254740993n),
  fc.double(),
  fc.constantFrom(-0.0, 1.5, 1e21, 1.25e-7, Infinity, 5e-324),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom(
    "2024-02-29 23:59:59",
    "2023-02-29",
    "2024-01-31T01:02:03.5",
    "2024-12-01 00:00:00.123456",
    "2024-12-01 00:00:00.1234567",
    "2024-06-01",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999",
    "2024-06-01 10:00:00+02:00",
    "2024-06-01T10:00Z",
    "1066-10-14 12:00:00",
    "10:11",
    "10:11:12.5",
    "24:00:00",
    "2024-02-30 00:00:00",
  ),
  fc.constantFrom(
    "t",
    "FALSE",
    "1",
    "-0",
    "007",
    "1.50",
    "-0.000",
    "1e5",
    "12345678901234567890.123",
    ".5",
    "+3",
    "1e-30",
    "00012.30",
    "99999999.999",
  ),
  fc.constantFrom(
    '{"a": [1, 2]}',
    "[]",
    '"\\u0000"',
    '"\\ud800"',
    "{}x",
    " 1 ",
    "tab\tnew\nback\\slash",
    "a\0b",
    "abcdé",
    "abcdef",
    "ab  ",
    "\uFFFD",
  ),
  fc.constantFrom(
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "3F2504E04F8911D39A0C0305E82C3301",
    "3f2504e0-4f89-11d3-9a0c",
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    Buffer.alloc(16, 7),
    Buffer.alloc(300_000, "blob"),
    "é".repeat(200),
    "x".repeat(150_000),
    "long\n".repeat(40_000),
  ),
);

async function rowsOf(target: PostgresTarget, table: string): Promise<unknown[][]> {
  const client = await connect(target);
  try {
    const { rows } = await client.query({
      text: `SELECT md5(t::text), t::text FROM ${table} t ORDER BY id`,
      rowMode: "array",
    });
    return rows.map(([sum, text]) => [sum, String(text).slice(0, 300)]);
  } finally {
    await client.end();
  }
}

test("pages and SQLite load the same rows and set the same aside", async () => {
  const target = await server.createDatabase();
  const client = await connect(target);
  const columns = types.map((type, index) => `c${index} ${type}`).join(", ");
  let made = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: types.length - 1 }), value), { minLength: 40, maxLength: 120 }),
      async (cells) => {
        const source = join(folder, `${++made}.db`);
        const db = new Database(source);
        db.pragma("synchronous = OFF");
        db.exec("BEGIN");
        const list = types.map((_, index) => `c${index}`).join(", ");
        db.exec(
          `CREATE TABLE paged (id INTEGER PRIMARY KEY, ${list}); CREATE TABLE plain (id INTEGER PRIMARY KEY, ${list}) WITHOUT ROWID`,
        );
        for (const [n, [column, cell]] of cells.entries())
          for (const table of ["paged", "plain"])
            db.prepare(`INSERT INTO ${table} (id, c${column}) VALUES (?, ?)`).run(n, cell);
        db.exec(`INSERT INTO paged (id, c5) VALUES (1000, CAST(x'61ff' AS TEXT)); INSERT INTO plain (id, c5) VALUES (1000, CAST(x'61ff' AS TEXT));
        INSERT INTO paged (id, c7) VALUES (1001, CAST(x'61ff' AS TEXT)); INSERT INTO plain (id, c7) VALUES (1001, CAST(x'61ff' AS TEXT)); COMMIT`);
        db.close();
        await client.query(
          `DROP TABLE IF EXISTS paged, plain; CREATE TABLE paged (id bigint PRIMARY KEY, ${columns}); CREATE TABLE plain (id integer PRIMARY KEY, ${columns})`,
        );
        const report = await migrate({
          source,
          target,
          mode: "existing",
          badRows: "skip",
          workFolder: folder,
          verification: "off",
        });
        expect(report.tables.map(({ target: name, reader }) => [name, reader]).sort()).toEqual([
          ["paged", "pages"],
          ["plain", "sqlite"],
        ]);
        expect(await rowsOf(target, "paged")).toEqual(await rowsOf(target, "plain"));
        const rejects = (table: string) =>
          report.rejects.filter((row) => row.table === table).map(({ table: _, ...row }) => row);
        expect(rejects("paged")).toEqual(rejects("plain"));
      },
    ),
    { numRuns: Number(process.env.PGSTEAD_FUZZ_RUNS ?? 6) },
  );
  await client.end();
}, 600_000);
