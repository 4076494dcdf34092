import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../migration/migrate";
import type { Check } from "../../../migration/model";
import { verifyTarget } from "../../../migration/verify/verify-target";
import { makeRichSample } from "../../../samples/rich-sample";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

const folder = mkdtempSync(join(tmpdir(), "pgstead-verify-target-"));
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const quiet = () => {};
const workFolder = join(folder, "runs");

async function inTarget<T>(target: PostgresTarget, sql: string): Promise<T[]> {
  const client = await connect(target);
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

function sqlite(name: string, sql: string): string {
  const path = join(folder, name);
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return path;
}

const reader = "CREATE ROLE reader LOGIN PASSWORD 'test-only'";

const notPassed = (checks: Check[]) => checks.filter(({ status }) => status !== "passed");

describe("the richer sample", () => {
  const source = join(folder, "rich.db");
  let target: PostgresTarget;
  beforeAll(async () => {
    makeRichSample(source, 4000);
    target = await server.createDatabase();
    await inTarget(server.superuser(), reader);
    const report = await migrate({ source, target, workFolder });
    expect(report.totals).toMatchObject({ tables: 18, loadedRows: report.totals.sourceRows, errors: 0 });
  });

  it("is the same in the target, in every check, and verifying changes neither side", async () => {
    const before = await inTarget(target, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables");
    const { status, checks, notProved } = await verifyTarget({ source, target }, null, quiet);
    expect(notPassed(checks)).toEqual([]);
    expect(status).toBe("verified");
    expect(new Set(checks.map(({ name }) => name.split(" ")[0]))).toEqual(
      new Set([
        "connection",
        "table",
        "checks",
        "columns",
        "keys",
        "foreign",
        "identity",
        "row",
        "content",
        "NULLs",
        "ranges",
        "orphans",
        "join",
      ]),
    );
    expect(checks.filter(({ name }) => name === "content")).toHaveLength(18);
    expect(notProved.join()).toMatch(/after its copy was taken/);
    expect(await inTarget(target, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")).toEqual(
      before,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith("rich"))).toEqual(["rich.db"]);
  });

  it.each([
    ["may only read the tables", ""],
    ["is in sessions that only read", "ALTER ROLE reader SET default_transaction_read_only TO on"],
  ])("verifying needs no more than a role that %s", async (_, also) => {
    const superuser = server.superuser(target.database);
    await inTarget(
      superuser,
      `DROP OWNED BY reader; DROP ROLE reader; ${reader}; GRANT USAGE ON SCHEMA public TO reader;
       GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader; ${also}`,
    );
    const as = { ...target, user: "reader" };
    await expect(inTarget(as, "DELETE FROM system_settings")).rejects.toThrow(/permission denied|read-only/);
    const { status, checks } = await verifyTarget({ source, target: as }, null, quiet);
    expect(notPassed(checks)).toEqual([]);
    expect(status).toBe("verified");
  });

  it("a row that the application wrote since is told", async () => {
    await inTarget(target, "UPDATE system_settings SET setting_value = 'written since' WHERE id = 2");
    const { status, checks } = await verifyTarget({ source, target }, null, quiet);
    expect(status).toBe("different");
    expect(
      notPassed(checks)
        .map((check) => check.detail)
        .join(),
    ).toMatch(/id "2": column setting_value should be .*, is "written since"/);
    await inTarget(target, "TRUNCATE system_settings");
  });

  it("a changed source is told", async () => {
    const changed = join(folder, "changed.db");
    copyFileSync(source, changed);
    const database = new Database(changed);
    database.exec("UPDATE users SET role = 'changed' WHERE id = 1");
    database.close();
    const { checks } = await verifyTarget({ source: changed, target }, null, quiet);
    const users = checks.find(({ table, name }) => table === "users" && name === "content");
    expect(users).toMatchObject({ status: "failed", detail: expect.stringContaining('should be "changed"') });
  });
});

describe("rows set aside", () => {
  const sql = `
    CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id), note TEXT);
    INSERT INTO parent VALUES (1, 'one'), (2, 'tw' || char(0) || 'o'), (3, CAST(x'ff66' AS TEXT)), (4, 'four');
    INSERT INTO child VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 4, 'c' || char(0)), (4, NULL, 'd'), (5, 3, 'e');`;

  it("are not looked for, are counted, and their children are known to be without them", async () => {
    const source = sqlite("rejects.db", sql);
    const target = await server.createDatabase();
    const report = await migrate({ source, target, workFolder, badRows: "skip" });
    expect(report.totals).toMatchObject({ sourceRows: "9", loadedRows: "6", rejectedRows: "3" });
    expect(notPassed(report.checks)).toEqual([]);
    expect(report.checks.find(({ table, name }) => table === "parent" && name === "row count")).toMatchObject({
      source: "4 rows, 2 of them set aside",
      target: "2 rows",
    });
    const later = await verifyTarget({ source, target }, report.files.json, quiet);
    expect(notPassed(later.checks)).toEqual([]);
    const without = await verifyTarget({ source, target }, null, quiet);
    expect(without.status).toBe("different");
  });
});

describe("existing mode", () => {
  it("compares by the target's own types, also those that only the server knows", async () => {
    const source = sqlite(
      "existing.db",
      `CREATE TABLE host (id INTEGER PRIMARY KEY, address TEXT, mood TEXT, tags TEXT, seen TEXT, active INTEGER, gone TEXT);
       INSERT INTO host VALUES (1, '192.0.2.7', 'glad', '{a,"b c"}', '2025-01-02 03:04:05.25', 1, 'x'), (2, '::1', NULL, '{}', NULL, 0, NULL);`,
    );
    const target = await server.createDatabase();
    await inTarget(
      target,
      `CREATE TYPE mood AS ENUM ('glad', 'sad');
       CREATE TABLE host (id serial PRIMARY KEY, address inet, mood mood, tags text[], seen timestamptz(3), active boolean NOT NULL, extra text DEFAULT 'e')`,
    );
    const options = { source, target, workFolder, mode: "existing" } as const;
    const report = await migrate(options);
    expect(notPassed(report.checks)).toEqual([]);
    expect(report.notProved.join("\n")).toMatch(/column host\.gone/);
    await inTarget(target, "UPDATE host SET address = '192.0.2.8' WHERE id = 1");
    const { checks } = await verifyTarget(options, null, quiet);
    expect(notPassed(checks)).toMatchObject([
      {
        name: "content",
        detail: expect.stringMatching(/column address should be "192.0.2.7\/32", is "192.0.2.8\/32"/),
      },
      {
        name: "ranges and lengths",
        detail: "address: the least value is 192.0.2.7/32 in the source, 192.0.2.8/32 in the target",
      },
    ]);
  });
});

describe("a target's own names and keys", () => {
  it("types of another schema, and a foreign key on a column that has no source", async () => {
    const source = sqlite(
      "own.db",
      "CREATE TABLE pet (id INTEGER PRIMARY KEY, kind TEXT, size TEXT); INSERT INTO pet VALUES (1, 'cat', 'big')",
    );
    const target = await server.createDatabase();
    await inTarget(
      target,
      `CREATE SCHEMA app; CREATE TYPE size AS ENUM ('small', 'big'); CREATE TYPE app.kind AS ENUM ('cat', 'dog');
       CREATE TABLE app.pet (id int PRIMARY KEY, kind app.kind, size size, mother_id int REFERENCES app.pet (id))`,
    );
    const report = await migrate({ source, target, workFolder, mode: "existing", schema: "app" });
    expect(notPassed(report.checks)).toEqual([]);
    expect(report.totals.loadedRows).toBe("1");
  });

  it("a reference that only SQLite's NOCASE sees is a row without a parent on both sides", async () => {
    const source = sqlite(
      "nocase.db",
      `CREATE TABLE tag (name TEXT COLLATE NOCASE PRIMARY KEY);
       CREATE TABLE item (id INTEGER PRIMARY KEY, tag TEXT REFERENCES tag (name));
       INSERT INTO tag VALUES ('Red'), ('Blue'); INSERT INTO item VALUES (1, 'red'), (2, 'Blue')`,
    );
    const target = await server.createDatabase();
    const report = await migrate({ source, target, workFolder });
    expect(notPassed(report.checks)).toEqual([]);
    expect(report.checks.find(({ name }) => name.startsWith("orphans"))).toMatchObject({
      source: "1 row without a parent",
      target: "1 row without a parent",
    });
    expect(notPassed((await verifyTarget({ source, target }, null, quiet)).checks)).toEqual([]);
  });
});

describe("text that is not valid UTF-8", () => {
  it("is never taken as the text with replacement characters", async () => {
    const source = sqlite(
      "text.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, '�')",
    );
    const target = await server.createDatabase();
    await migrate({ source, target, workFolder });
    const database = new Database(source);
    database.exec("UPDATE t SET v = CAST(x'ff' AS TEXT) WHERE id = 2");
    database.close();
    const { checks } = await verifyTarget({ source, target }, null, quiet);
    expect(checks.find(({ name }) => name === "content")).toMatchObject({
      status: "failed",
      detail: expect.stringMatching(/id "2": column v should be the blob x'ff' is no text, is "�"/),
    });
  });
});

describe("compared queries", () => {
  let target: PostgresTarget;
  const source = join(folder, "queries.db");
  beforeAll(async () => {
    sqlite(
      "queries.db",
      `CREATE TABLE t (id INTEGER PRIMARY KEY, ok BOOLEAN, at DATETIME, day DATE, x REAL, m DECIMAL(8,2), b BLOB);
       INSERT INTO t VALUES (1, 1, '2025-01-01 10:00:00.500000', '2025-01-01', 0.1, 1.5, x'00ff'), (2, 0, NULL, NULL, 2.0, 10, NULL);`,
    );
    target = await server.createDatabase();
    await migrate({ source, target, workFolder });
  });
  const compare = async (sql: string) => {
    const { checks, queries } = await verifyTarget(
      { source, target, compareQueries: [{ name: "q", sql }] },
      null,
      quiet,
    );
    return { check: checks.find(({ name }) => name === "query q"), queries };
  };

  it("are equal by the types PostgreSQL gives them, and kept for the report", async () => {
    const { check, queries } = await compare(
      "SELECT id, ok, at, day, x, m, b, count(*) AS n FROM t GROUP BY id ORDER BY id",
    );
    expect(check).toMatchObject({ status: "passed", source: "2 rows, 8 columns" });
    expect(queries).toEqual([
      {
        name: "q",
        columns: ["id", "ok", "at", "day", "x", "m", "b", "n"],
        rows: [
          ["1", "t", "2025-01-01 10:00:00.5", "2025-01-01", "0.1", "1.50", "\\x00ff", "1"],
          ["2", "f", null, null, "2", "10.00", null, "1"],
        ],
      },
    ]);
  });

  it("tell the row and the column that differ", async () => {
    const differing = await compare("SELECT id, 'a' LIKE 'A' AS same FROM t ORDER BY id");
    expect(differing.check).toMatchObject({
      status: "failed",
      detail: 'row 1, column same: the source gives 1, the target "f"',
    });
  });

  it("are not done where one side does not know them", async () => {
    const { check } = await compare("SELECT date_trunc('day', at) FROM t");
    expect(check).toMatchObject({ status: "not done", detail: expect.stringContaining("date_trunc") });
  });

  it("must be queries that read", async () => {
    const { check } = await compare("DELETE FROM t RETURNING id");
    expect(check).toMatchObject({ status: "not done" });
    const two = await compare("SELECT 1; COMMIT; DELETE FROM t");
    expect(two.check).toMatchObject({ status: "not done" });
    expect(await inTarget(target, "SELECT count(*)::int AS n FROM t")).toEqual([{ n: 2 }]);
  });
});
