/** What becomes of views whose proof fails, of those of an earlier run, and of those over rows that were set aside. */
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate, plan } from "../../../migration/migrate";
import { SetAside } from "../../../migration/set-aside";
import { verifyMigration } from "../../../migration/verify/verify";
import { verifyTarget } from "../../../migration/verify/verify-target";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

let server: TestServer;
const folder = temporaryFolder();
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function query(target: PostgresTarget, sql: string): Promise<unknown[][]> {
  const client = await connect(target);
  try {
    const result = await client.query({ text: sql, rowMode: "array" });
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

const quiet = () => {};

describe("a view that is not proved stays behind, and the run goes on without it", () => {
  test("where it gives other rows, with the first of them", async () => {
    // SQLite reads the names from the index, in its order; PostgreSQL in the table's.
    const source = sqliteFile(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t(name) VALUES ('c'), ('a'), ('b'); CREATE INDEX n ON t(name);
       CREATE VIEW names AS SELECT group_concat(name) AS all_names FROM t WHERE name > ''; CREATE VIEW on_names AS SELECT length(all_names) AS l FROM names; CREATE VIEW fine AS SELECT id FROM t;`,
    );
    const target = await server.createDatabase();
    const report = await migrate({ source, target, workFolder: folder });
    expect(report.leftBehind.map(({ name, reason }) => [name, reason])).toEqual([
      [
        "names",
        'Its translation gives other rows: only SQLite gives (all_names "a,b,c"); only PostgreSQL gives (all_names "c,a,b"). Create it by hand.',
      ],
      ["on_names", "It reads the view names, which stays behind. Create it by hand."],
    ]);
    expect(report.notProved.join()).toContain("Left behind and not looked at: view names, on_names.");
    expect(
      await query(target, "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"),
    ).toEqual([["fine"]]);
    expect(await verifyTarget({ source, target }, report.files.json, quiet)).toMatchObject({ status: "verified" });
  });

  test("where PostgreSQL cannot run it", async () => {
    const source = sqliteFile(
      folder,
      "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (2); CREATE VIEW big AS SELECT id * 9223372036854775807 AS x FROM t;",
    );
    const report = await migrate({ source, target: await server.createDatabase(), workFolder: folder });
    expect(report.leftBehind[0]?.reason).toBe("It could not be compared: bigint out of range. Create it by hand.");
  });
});

test("sums of reals may differ in their last digits, and the check says so", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE t(g INT, x REAL); INSERT INTO t VALUES ${Array.from({ length: 10 }, () => "(1, 0.1)").join()}, (2, 5.5);
     CREATE VIEW sums AS SELECT g, sum(x) AS s, avg(x) AS a FROM t GROUP BY g;`,
  );
  const report = await migrate({ source, target: await server.createDatabase(), workFolder: folder });
  expect(report.leftBehind).toEqual([]);
  expect(report.checks.find((check) => check.name === "view sums")).toMatchObject({
    status: "passed",
    detail: expect.stringMatching(/within a billionth/),
  });
});

test("rows that were set aside are missing on both sides", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, CAST(x'6200' AS TEXT)), (3, 'c');
     CREATE VIEW all_t AS SELECT id FROM t; CREATE VIEW counted AS SELECT count(*) AS n FROM all_t;`,
  );
  const target = await server.createDatabase();
  const report = await migrate({ source, target, workFolder: folder, badRows: "skip" });
  expect(report.rejects).toHaveLength(1);
  expect(report.leftBehind).toEqual([]);
  expect(await query(target, "SELECT n FROM counted")).toEqual([["2"]]);
});

describe("a target that has views already", () => {
  const script = `CREATE TABLE t(id INTEGER PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 5);
    CREATE VIEW v AS SELECT n FROM t; CREATE VIEW w AS SELECT n + 1 AS m FROM v;`;

  test("of an earlier run: they are replaced with their tables", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await migrate({ source, target, workFolder: folder });
    await query(target, "UPDATE t SET n = 7");
    await expect(migrate({ source, target, workFolder: folder })).rejects.toThrow(/already has the table t/);
    await migrate({ source, target, workFolder: folder, overwrite: true });
    expect(await query(target, "SELECT m FROM w")).toEqual([["6"]]);
  });

  test("of somebody else on a planned view: it is refused by name", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await migrate({ source, target, workFolder: folder });
    await query(target, "CREATE VIEW mine AS SELECT m FROM w");
    await expect(migrate({ source, target, workFolder: folder, overwrite: true })).rejects.toThrow(
      /other objects depend on them: view mine depends on view w/,
    );
    expect(await query(target, "SELECT m FROM mine")).toEqual([["6"]]);
  });

  test("a view alone is refused, unless it may be replaced", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await query(target, "CREATE VIEW w AS SELECT 1 AS x");
    await expect(migrate({ source, target, workFolder: folder })).rejects.toThrow(/already has the view w/);
    expect((await plan({ source, target })).warnings.join()).toMatch(/would be refused: .*view w/);
    await migrate({ source, target, workFolder: folder, overwrite: true });
    expect(await query(target, "SELECT m FROM w")).toEqual([["6"]]);
  });

  test("in mode existing they stay, and the source's are named", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await query(target, "CREATE TABLE t(id bigint PRIMARY KEY, n int); CREATE VIEW v AS SELECT 1 AS mine");
    const report = await migrate({ source, target, workFolder: folder, mode: "existing" });
    expect(report.leftBehind.map(({ name, reason }) => [name, reason])).toEqual([
      ["v", expect.stringMatching(/^The target has a view of this name/)],
      ["w", expect.stringMatching(/^The target's own schema decides/)],
    ]);
  });
});

test("a verification later finds a view that was dropped, and one that gives other rows", async () => {
  const source = sqliteFile(
    folder,
    "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM t WHERE id > 1;",
  );
  const target = await server.createDatabase();
  await migrate({ source, target, workFolder: folder });
  await query(target, "DROP VIEW v");
  await query(target, "CREATE OR REPLACE VIEW w AS SELECT id FROM t");
  const { status, checks } = await verifyTarget({ source, target }, null, quiet);
  expect(status).toBe("different");
  expect(checks.filter((check) => check.status !== "passed").map(({ name, detail }) => [name, detail])).toEqual([
    ["view v", "the columns differ"],
    ["view w", 'only PostgreSQL gives (id "1")'],
  ]);
});

test("a view that takes longer than anybody waits is not proved, on whichever side, and what comes after it is", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
     CREATE VIEW a_slow AS SELECT count(*) AS n FROM t AS a, t AS b, t AS c WHERE a.id + b.id + c.id > 0; CREATE VIEW fine AS SELECT id FROM t;`,
  );
  const target = await server.createDatabase();
  const options = { source, target, workFolder: folder };
  expect((await migrate(options)).leftBehind).toEqual([]);
  const planned = await plan(options);
  const views = async (viewSeconds: number) => {
    const client = await connect(target);
    try {
      const { checks } = await verifyMigration({
        sourcePath: source,
        client,
        schema: "public",
        plan: planned,
        rejects: new SetAside(),
        loaded: [],
        compareQueries: [],
        viewSeconds,
        onProgress: quiet,
      });
      return checks.flatMap(({ name, status, detail }) => (name.startsWith("view ") ? [[name, status, detail]] : []));
    } finally {
      await client.end();
    }
  };
  await query(target, "INSERT INTO t SELECT generate_series(2, 5000)");
  expect(await views(3)).toMatchObject([
    ["view a_slow", "not done", "not proved: on PostgreSQL's side it took longer than 3 s"],
    ["view fine", "failed", expect.stringContaining("only PostgreSQL gives")],
  ]);
  const db = new Database(source);
  db.exec(
    "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n",
  );
  db.close();
  expect(await views(3)).toEqual([
    ["view a_slow", "not done", "not proved: on SQLite's side it took longer than 3 s"],
    ["view fine", "passed", null],
  ]);
}, 60_000);
