import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate, plan } from "../../../migration";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
const workFolder = join(folder, "runs");
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function query(target: PostgresTarget, sql: string): Promise<unknown[][]> {
  const client = await connect(target);
  try {
    const result = await client.query({ text: sql, rowMode: "array" });
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}

async function made(ddl: string): Promise<PostgresTarget> {
  const target = await server.createDatabase();
  await query(target, ddl);
  return target;
}

const existing = (source: string, target: PostgresTarget, more: object = {}) =>
  migrate({ source, target, workFolder, mode: "existing", ...more });

test("the target's types decide", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE Item(id INTEGER PRIMARY KEY, Name VARCHAR(20), active INTEGER, at INTEGER, made TEXT, tz TEXT, u CHAR(32), u16 BLOB, j TEXT, mood TEXT, small INT, price REAL, day TEXT, code TEXT, even INT);
     INSERT INTO item VALUES
       (5, 'é', 1, 1700000000123, '2024-01-02T03:04:05Z', '2024-01-02 03:04:05', '0190a6a27b5e7c0e8f00000000000001', x'0190a6a27b5e7c0e8f00000000000002', '{"b":1, "a":2}', 'happy', 32767, 12.5, '2024-02-29 00:00:00', 'ab', 4),
       (6, NULL, 0, 1700000001000, NULL, '2024-06-01T00:00:00+02:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`,
  );
  const target = await made(
    `CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
     CREATE TABLE item(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20), active boolean, at timestamptz, made timestamp(0), tz timestamptz,
       u uuid, u16 uuid, j jsonb, mood mood, small smallint, price numeric(6,2), day date, code char(4), even even, extra text DEFAULT 'd', twice int GENERATED ALWAYS AS (small * 2) STORED)`,
  );
  const report = await existing(source, target);
  expect(report.status).toBe("verified");
  expect(
    await query(
      target,
      "SELECT id, name, active, at::text, made::text, tz::text, u::text, u16::text, j::text, mood, small, price, day::text, code, even, extra, twice FROM item ORDER BY id",
    ),
  ).toEqual([
    [
      5,
      "é",
      true,
      "2023-11-14 22:13:20.123+00",
      "2024-01-02 03:04:05",
      "2024-01-02 03:04:05+00",
      "0190a6a2-7b5e-7c0e-8f00-000000000001",
      "0190a6a2-7b5e-7c0e-8f00-000000000002",
      '{"a": 2, "b": 1}',
      "happy",
      32767,
      "12.50",
      "2024-02-29",
      "ab  ",
      4,
      "d",
      65534,
    ],
    [
      6,
      null,
      false,
      "2023-11-14 22:13:21+00",
      null,
      "2024-05-31 22:00:00+00",
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      "d",
      null,
    ],
  ]);
  expect(await query(target, "INSERT INTO item(name) VALUES ('next') RETURNING id")).toEqual([[7]]);
  expect(report.warnings.join("\n")).toMatch(/tz holds times without an offset.*taken as UTC/);
});

describe("rows that the target's types or rules refuse", () => {
  const source = () =>
    sqliteFile(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, s TEXT, at TEXT, b INT, mood TEXT, p INT);
       INSERT INTO t VALUES (1, 1, 'ok', '2024-01-01 00:00:00', 1, 'happy', 1), (2, 3000000000, 'ok', NULL, NULL, NULL, 1), (3, 1, 'too long', NULL, NULL, NULL, 1),
        (4, 1, 'ok', '2024-01-01 00:00:00.1234567', NULL, NULL, 1), (5, 1, 'ok', NULL, 2, NULL, 1), (6, 1, 'ok', NULL, NULL, 'angry', 1), (7, 1, 'ok', NULL, NULL, NULL, -5),
        (8, 1, NULL, NULL, NULL, NULL, 1), (9, 1, 'ok', NULL, NULL, NULL, 1), (10, 'toto', 'ok', NULL, NULL, NULL, 1);`,
    );
  const ddl = `CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE TABLE t(id int PRIMARY KEY, n int, s varchar(5) NOT NULL, at timestamp, b boolean, mood mood, p int CHECK (p > 0))`;
  const expected = [
    ["2", "n", "out of range"],
    ["3", "s", "too long"],
    ["4", "at", "invalid time"],
    ["5", "b", "invalid boolean"],
    ["8", "s", "null value"],
    ["10", "n", "not an integer"],
    ["6", "mood", "22P02"],
    ["7", null, "23514"],
  ];

  test("are all found, each with its column and reason, and the target is as it was", async () => {
    const target = await made(ddl);
    const error = await existing(source(), target).catch((reason) => reason);
    expect(error.message).toMatch(/8 rows do not fit/);
    expect(
      error.report.rejects.map((row: { key: { id: string }; column: string; code: string }) => [
        row.key.id,
        row.column,
        row.code,
      ]),
    ).toEqual(expected);
    expect(await query(target, "SELECT count(*)::int FROM t")).toEqual([[0]]);
  });

  test("are set aside where that is wanted, and the good ones of their batches stay", async () => {
    const target = await made(ddl);
    const report = await existing(source(), target, { badRows: "skip" });
    expect(report.status).toBe("verified");
    expect(report.totals).toMatchObject({ sourceRows: "10", loadedRows: "2", rejectedRows: "8" });
    expect(await query(target, "SELECT id FROM t ORDER BY id")).toEqual([[1], [9]]);
  });
});

test("foreign keys in any order, in cycles and to themselves hold afterwards as before", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE a(id INTEGER PRIMARY KEY, b INT, self INT); CREATE TABLE b(id INTEGER PRIMARY KEY, a INT);
     INSERT INTO a VALUES (1, 1, 2), (2, 2, 1); INSERT INTO b VALUES (1, 2), (2, 1);`,
  );
  const target = await made(
    `CREATE TABLE a(id serial PRIMARY KEY, b int NOT NULL, self int REFERENCES a); CREATE TABLE b(id bigserial PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE CASCADE);
     ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b DEFERRABLE`,
  );
  const constraints = () =>
    query(
      target,
      "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1",
    );
  const before = await constraints();
  const report = await existing(source, target);
  expect(report.status).toBe("verified");
  expect(await constraints()).toEqual(before);
  expect(await query(target, "SELECT nextval('a_id_seq')::int, nextval('b_id_seq')::int")).toEqual([[3, 3]]);
});

describe("rows without a parent", () => {
  const source = () =>
    sqliteFile(
      folder,
      `CREATE TABLE p(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT);
       INSERT INTO p VALUES (1, 'ok'), (2, 'too long'); INSERT INTO c VALUES (1, 1), (2, 2), (3, 99), (4, NULL);`,
    );
  const ddl =
    "CREATE TABLE p(id int PRIMARY KEY, v varchar(3)); CREATE TABLE c(id int PRIMARY KEY, p int REFERENCES p)";

  test("fail the run by name", async () => {
    const target = await made(ddl);
    const error = await existing(source(), target).catch((reason) => reason);
    expect(
      error.report.rejects.map((row: { table: string; key: { id: string }; reason: string }) => [
        row.table,
        row.key.id,
        row.reason,
      ]),
    ).toEqual([
      ["p", "2", "It has 8 characters, and the column is varchar(3)."],
      ["c", "2", "Its p refers to a row of p that was set aside."],
      ["c", "3", "Its p refers to a row of p that does not exist."],
    ]);
    expect(await query(target, "SELECT count(*)::int FROM p")).toEqual([[0]]);
  });

  test("are set aside where that is wanted", async () => {
    const target = await made(ddl);
    const report = await existing(source(), target, { badRows: "skip" });
    expect(report.status).toBe("verified");
    expect(await query(target, "SELECT id FROM c ORDER BY id")).toEqual([[1], [4]]);
  });
});

describe("what stands on one side only", () => {
  test("is named: tables, columns, triggers", async () => {
    const source = sqliteFile(
      folder,
      "CREATE TABLE t(id INTEGER PRIMARY KEY, old TEXT); INSERT INTO t VALUES (1, 'x'); CREATE TABLE gone(x); INSERT INTO gone VALUES (1);",
    );
    const target = await made(
      `CREATE TABLE t(id int PRIMARY KEY, fresh text); CREATE TABLE other(x int);
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.fresh := ''by trigger''; RETURN NEW; END'; CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    );
    const result = await plan({ source, target, mode: "existing" });
    expect(result.leftBehind.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`)).toEqual([
      "table gone: The schema public of the target has no such table; its 1 rows stay behind.",
      "column t.old: The target's table t has no such column, and it holds 1 text.",
    ]);
    expect(result.warnings).toEqual([
      "t.fresh has no source: it gets NULL.",
      "The triggers of t run for every row that is loaded: fill.",
      "The target's table other has no source, and is left as it is.",
    ]);
  });

  test("is refused where the target needs a value: all such columns at once", async () => {
    const source = sqliteFile(
      folder,
      "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE u(id INTEGER PRIMARY KEY);",
    );
    const target = await made(
      "CREATE TABLE t(id int PRIMARY KEY, a int NOT NULL, b int NOT NULL DEFAULT 1); CREATE TABLE u(id int, c text NOT NULL)",
    );
    await expect(plan({ source, target, mode: "existing" })).rejects.toThrow(
      /t\.a is NOT NULL without a default.*u\.c is NOT NULL without a default/,
    );
  });

  test("is refused where no table of the source is there", async () => {
    const source = sqliteFile(folder, "CREATE TABLE t(x);");
    await expect(plan({ source, target: await server.createDatabase(), mode: "existing" })).rejects.toThrow(
      /none of the source's tables/,
    );
  });
});

describe("tables that hold rows", () => {
  const source = () => sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);");

  test("are refused with their counts", async () => {
    const target = await made("CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (7)");
    await expect(existing(source(), target)).rejects.toThrow(/already hold rows: t \(1 row\)/);
    expect(await query(target, "SELECT id FROM t")).toEqual([[7]]);
  });

  test("have them replaced where that is allowed", async () => {
    const target = await made(
      "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (7); CREATE TABLE log(t int REFERENCES t)",
    );
    await existing(source(), target, { overwrite: true });
    expect(await query(target, "SELECT id FROM t ORDER BY id")).toEqual([[1], [2]]);
  });

  test("are refused all the same when rows of another table refer to them", async () => {
    const target = await made(
      "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (7); CREATE TABLE log(t int REFERENCES t ON DELETE CASCADE); INSERT INTO log VALUES (7)",
    );
    await expect(existing(source(), target, { overwrite: true })).rejects.toThrow(
      /the rows of public.log, which has no source, refer to them/,
    );
    expect(await query(target, "SELECT t FROM log")).toEqual([[7]]);
  });
});

test("a role that only owns the tables is enough; the missing ledger is said", async () => {
  const target = await server.createDatabase();
  await query(
    server.superuser(target.database),
    "CREATE TABLE t(id int PRIMARY KEY); ALTER TABLE t OWNER TO app; ALTER SCHEMA public OWNER TO postgres; GRANT USAGE ON SCHEMA public TO app",
  );
  await query(server.superuser(), `ALTER DATABASE ${target.database} OWNER TO postgres`);
  const report = await existing(
    sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);"),
    target,
  );
  expect(report.status).toBe("verified");
  expect(report.warnings.join()).toMatch(/not recorded/);
  expect(readFileSync(report.files.log, "utf8")).toContain("t: 1 rows loaded");
});
