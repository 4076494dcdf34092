import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MigrationFailed, migrate, plan } from "../../../migration";
import { connect, type PostgresTarget, postgresUrl } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
const workFolder = join(folder, "runs");
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function withClient<T>(target: PostgresTarget, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(target);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const query = (target: PostgresTarget, sql: string) =>
  withClient(target, async (client) => (await client.query({ text: sql, rowMode: "array" })).rows);

/** Everything in the database that is not PostgreSQL's. */
const objects = (target: PostgresTarget) =>
  query(
    target,
    `SELECT n.nspname, c.relname, c.relkind FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
     WHERE n.nspname !~ '^pg_(catalog|toast|temp)' AND n.nspname <> 'information_schema' ORDER BY 1, 2`,
  );

const numbers = (count: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) `;

test("values arrive exactly as SQLite holds them", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE v(id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT, b BLOB, f BOOLEAN, at DATETIME, n NUMERIC(20,4));
     INSERT INTO v VALUES
       (1, 9223372036854775807, 0.1, 'tab	newline
back\\slash \\N \\. ''quote''', x'00ff5c', 1, '2024-02-29T23:59:59.123456', 12345.6789),
       (2, -9223372036854775808, 9e999, '', x'', 'false', '0001-01-01 00:00', -1),
       (3, 9007199254740993, -9e999, '日本語 🎉 ' || char(0xFFFD), NULL, 't', NULL, NULL),
       (4, NULL, 5e-324, NULL, NULL, NULL, '9999-12-31', 0.5);`,
  );
  const target = await server.createDatabase();
  const report = await migrate({ source, target, workFolder });
  expect(report.status).toBe("verified");
  expect(
    await query(target, "SELECT id, i::text, r::text, t, encode(b, 'hex'), f, at::text, n::text FROM v ORDER BY id"),
  ).toEqual([
    [
      "1",
      "9223372036854775807",
      "0.1",
      "tab\tnewline\nback\\slash \\N \\. 'quote'",
      "00ff5c",
      true,
      "2024-02-29 23:59:59.123456",
      "12345.6789",
    ],
    ["2", "-9223372036854775808", "Infinity", "", "", false, "0001-01-01 00:00:00", "-1.0000"],
    ["3", "9007199254740993", "-Infinity", "日本語 🎉 \uFFFD", null, true, null, null],
    ["4", null, "5e-324", null, null, null, "9999-12-31 00:00:00", "0.5000"],
  ]);
});

test("keys, indexes, foreign keys and identities are there and work", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE "Group"(id INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL UNIQUE DEFAULT 'x');
     INSERT INTO "Group" VALUES (1, 'a'), (7, 'b'); DELETE FROM "Group" WHERE id = 7;
     CREATE TABLE member("group" INTEGER REFERENCES "group" ON DELETE CASCADE, who TEXT, boss TEXT, PRIMARY KEY("group", who),
       FOREIGN KEY("group", boss) REFERENCES member DEFERRABLE INITIALLY DEFERRED);
     INSERT INTO member VALUES (1, 'ann', 'bob'), (1, 'bob', 'ann');
     CREATE INDEX by_boss ON member(boss DESC);`,
  );
  const target = await server.createDatabase();
  await migrate({ source, target, workFolder });
  expect(await query(target, `INSERT INTO "Group" DEFAULT VALUES RETURNING id, name`)).toEqual([["8", "x"]]);
  expect(
    await query(
      target,
      "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
    ),
  ).toEqual([
    ["Group_name_key", "UNIQUE (name)"],
    ["Group_pkey", "PRIMARY KEY (id)"],
    [
      "member_group_boss_fkey",
      'FOREIGN KEY ("group", boss) REFERENCES member("group", who) DEFERRABLE INITIALLY DEFERRED',
    ],
    ["member_group_fkey", 'FOREIGN KEY ("group") REFERENCES "Group"(id) ON DELETE CASCADE'],
    ["member_pkey", 'PRIMARY KEY ("group", who)'],
  ]);
  expect(await query(target, "SELECT indexdef FROM pg_indexes WHERE indexname = 'by_boss'")).toEqual([
    ["CREATE INDEX by_boss ON public.member USING btree (boss DESC)"],
  ]);
});

test("keys are made where the server gives a session few temporary files", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE wide(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX wide_name ON wide(name);
     ${numbers(200_000)} INSERT INTO wide SELECT i, hex(randomblob(60)) FROM n;`,
  );
  // From this size on two connections make keys.
  expect(statSync(source).size).toBeGreaterThan(24 * 1024 * 1024);
  const target = await server.createDatabase();
  await withClient(server.superuser(), (client) =>
    client.query(`ALTER DATABASE ${target.database} SET temp_file_limit TO '1MB'`),
  );
  const report = await migrate({ source, target, workFolder });
  expect(report.status).toBe("verified");
});

describe("rows that do not fit", () => {
  const script = `CREATE TABLE good(id INTEGER PRIMARY KEY, t TEXT); INSERT INTO good VALUES (1, 'x');
     CREATE TABLE bad(id INTEGER PRIMARY KEY, t TEXT, n INT);
     INSERT INTO bad VALUES (1, 'fine', 1), (2, CAST(x'ff41' AS TEXT), 2), (3, 'a' || char(0) || 'b', 9007199254740993), (4, 'fine', 4);
     CREATE TABLE child(id INTEGER PRIMARY KEY, bad INT REFERENCES bad(id)); INSERT INTO child VALUES (1, 1), (2, 2);`;

  test("are all found and named, and leave the target as it was", async () => {
    const target = await server.createDatabase();
    const before = await objects(target);
    const error = await migrate({ source: sqliteFile(folder, script), target, workFolder }).catch((reason) => reason);
    expect(error).toBeInstanceOf(MigrationFailed);
    expect(error.message).toMatch(
      /2 rows do not fit, the first in bad \{"id":"2"\}, column t: Its bytes are not valid UTF-8/,
    );
    expect(error.report.status).toBe("failed");
    expect(error.report.rejects.map((row: { key: unknown; code: string }) => [row.key, row.code])).toEqual([
      [{ id: "2" }, "invalid text"],
      [{ id: "3" }, "NUL in text"],
    ]);
    expect(JSON.parse(readFileSync(error.report.files.json, "utf8")).failure).toContain("2 rows do not fit");
    expect(await objects(target)).toEqual(before);
  });

  test("are set aside whole where that is wanted, and the counts add up", async () => {
    const target = await server.createDatabase();
    const report = await migrate({ source: sqliteFile(folder, script), target, workFolder, badRows: "skip" });
    expect(report.status).toBe("verified");
    expect(report.tables.find((table) => table.source === "bad")).toMatchObject({
      sourceRows: "4",
      loadedRows: "2",
      rejectedRows: "2",
    });
    const lines = readFileSync(report.files.rejects ?? "", "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.row)).toEqual([
      { id: { t: "integer", v: "2" }, t: { t: "text", base64: "/0E=" }, n: { t: "integer", v: "2" } },
      { id: { t: "integer", v: "3" }, t: { t: "text", v: "a\0b" }, n: { t: "integer", v: "9007199254740993" } },
    ]);
    expect(report.warnings.join()).toMatch(
      /1 row of child refers to rows of bad that do not exist \(id 2\): they come over/,
    );
    expect(await query(target, "SELECT convalidated FROM pg_constraint WHERE conname = 'child_bad_fkey'")).toEqual([
      [false],
    ]);
  });
});

test("batches hold as many rows as the option says", async () => {
  const source = sqliteFile(
    folder,
    // Not read from its pages, and so not sent in parts of these.
    `CREATE TABLE t(id INTEGER PRIMARY KEY) WITHOUT ROWID; INSERT INTO t ${numbers(2500)} SELECT i FROM n;`,
  );
  const report = await migrate({ source, target: await server.createDatabase(), workFolder, batchSize: 700 });
  const log = readFileSync(report.files.log, "utf8");
  expect([...log.matchAll(/t: batch (\d+), (\d+) rows/g)].map((match) => match[2])).toEqual([
    "700",
    "700",
    "700",
    "400",
  ]);
});

test("progress is told every 5000 rows", async () => {
  const source = sqliteFile(
    folder,
    `CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t ${numbers(12000)} SELECT i FROM n;`,
  );
  const lines: string[] = [];
  await migrate({ source, target: await server.createDatabase(), workFolder }, (line) => lines.push(line));
  expect(lines.filter((line) => line.startsWith("t: "))).toEqual([
    "t: 5000 of 12000 rows",
    "t: 10000 of 12000 rows",
    "t: 12000 rows loaded",
  ]);
});

describe("a target that has tables already", () => {
  const script =
    "CREATE TABLE a(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO a VALUES (1, 'new'); CREATE TABLE b(id INTEGER PRIMARY KEY);";

  test("is refused before anything is done, with tables and counts", async () => {
    const target = await server.createDatabase();
    await query(target, "CREATE TABLE a(old int); INSERT INTO a VALUES (1), (2)");
    const before = await objects(target);
    const source = sqliteFile(folder, script);
    await expect(migrate({ source, target, workFolder })).rejects.toThrow(/already has the table a \(2 rows\)/);
    expect(await objects(target)).toEqual(before);
    expect((await plan({ source, target })).warnings.join()).toMatch(/would be refused: .*a \(2 rows\)/);
  });

  test("has exactly these replaced where that is allowed", async () => {
    const target = await server.createDatabase();
    await query(
      target,
      "CREATE TABLE a(id int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE other(x int); INSERT INTO other VALUES (5)",
    );
    await migrate({ source: sqliteFile(folder, script), target, workFolder, overwrite: true });
    expect(await query(target, "SELECT a.x, other.x FROM a, other")).toEqual([["new", 5]]);
  });

  test("is told which privileges go with a table that is replaced", async () => {
    const target = await server.createDatabase();
    await query(target, "CREATE TABLE a(id int); GRANT SELECT ON a TO PUBLIC");
    const report = await migrate({ source: sqliteFile(folder, script), target, workFolder, overwrite: true });
    expect(report.warnings.join()).toMatch(
      /The table a is replaced, and the privileges granted on it go with it: .*=r\/app/,
    );
  });

  test("is refused where others depend on a table to replace, and nothing of it is dropped", async () => {
    const target = await server.createDatabase();
    await query(target, "CREATE TABLE a(old int); CREATE VIEW on_a AS SELECT * FROM a");
    const before = await objects(target);
    await expect(migrate({ source: sqliteFile(folder, script), target, workFolder, overwrite: true })).rejects.toThrow(
      /cannot be replaced: other objects depend on them: .*view on_a/,
    );
    expect(await objects(target)).toEqual(before);
  });

  test("is refused where a name is taken by something else", async () => {
    const target = await server.createDatabase();
    await query(target, "CREATE VIEW b AS SELECT 1 AS x");
    await expect(migrate({ source: sqliteFile(folder, script), target, workFolder, overwrite: true })).rejects.toThrow(
      /taken by other objects: b/,
    );
  });
});

test("a table that is left out is named, and so are foreign keys to it", async () => {
  const source = sqliteFile(
    folder,
    "CREATE TABLE keep(id INTEGER PRIMARY KEY, s INT REFERENCES secret(id)); CREATE TABLE secret(id INTEGER PRIMARY KEY);",
  );
  const report = await migrate({
    source,
    target: await server.createDatabase(),
    workFolder,
    excludeTables: ["secret", "nothing"],
  });
  expect(report.tables.map((table) => table.source)).toEqual(["keep"]);
  expect(report.leftBehind.map(({ kind, name, reason }) => [kind, name, reason])).toEqual([
    ["table", "secret", "Excluded by excludeTables."],
    ["foreign key", "keep", "It refers to secret, which is excluded."],
  ]);
  expect(report.warnings).toEqual(["excludeTables names nothing, which is no table of the source."]);
});

test("the ledger in the target says what was loaded from where", async () => {
  const source = sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
  const target = await server.createDatabase();
  const report = await migrate({ source, target, workFolder });
  expect(await query(target, "SELECT status, source_sha256, tables FROM pgstead.runs")).toEqual([
    [
      "verified",
      report.source.sha256,
      [{ source: "t", target: "t", sourceRows: "1", loadedRows: "1", rejectedRows: "0" }],
    ],
  ]);
});

test("an index that PostgreSQL has no room for is left behind by name; one that keeps rows unique becomes one on hashes", async () => {
  const rows = "CREATE TABLE t(x TEXT); INSERT INTO t SELECT hex(randomblob(9000));";
  const target = await server.createDatabase();
  const unique = sqliteFile(folder, `${rows} CREATE UNIQUE INDEX too_long ON t(x);`);
  const kept = await migrate({ source: unique, target: await server.createDatabase(), workFolder });
  expect(kept.leftBehind).toEqual([
    {
      kind: "index",
      name: "too_long",
      reason: expect.stringMatching(/unique index of the same name on SHA-256/),
      sql: null,
    },
  ]);
  const plain = sqliteFile(folder, `${rows} CREATE INDEX too_long ON t(x);`);
  const report = await migrate({ source: plain, target, workFolder });
  expect(report.leftBehind).toEqual([
    {
      kind: "index",
      name: "too_long",
      reason: expect.stringMatching(/PostgreSQL cannot make it: index row .* md5/),
      sql: 'CREATE INDEX "too_long" ON "public"."t" ("x")',
    },
  ]);
});

describe("a run that is killed", () => {
  const source = () =>
    sqliteFile(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t ${numbers(60_000)} SELECT i, hex(randomblob(40)) FROM n;`,
    );
  const start = (path: string, target: PostgresTarget) =>
    spawn(
      process.execPath,
      [
        "-r",
        "./support/typescript.cjs",
        "-e",
        `const { migrate } = require("./migration"); const { parsePostgresUrl } = require("./support/postgres");
         migrate({ source: process.argv[1], target: parsePostgresUrl(process.env.TARGET), workFolder: process.argv[2], batchSize: 50 }, (line) => console.log(line));`,
        path,
        workFolder,
      ],
      {
        env: { ...process.env, TARGET: postgresUrl(target) },
        stdio: ["ignore", "pipe", "inherit"],
        cwd: join(__dirname, "../../.."),
      },
    );
  const until = (child: ReturnType<typeof start>, text: string) =>
    new Promise<void>((done) => {
      let said = "";
      child.stdout?.on("data", (chunk) => {
        said += chunk;
        if (said.includes(text)) done();
      });
    });

  test("leaves the target as it was, and the next run clears up and succeeds", async () => {
    const target = await server.createDatabase();
    const before = await query(target, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    const path = source();
    const child = start(path, target);
    await until(child, "t: 5000 of");
    child.kill("SIGKILL");
    expect(await query(target, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual(
      before,
    );
    expect(await query(target, "SELECT count(*)::int FROM pg_namespace WHERE nspname LIKE 'pgstead%'")).toEqual([[1]]);
    expect((await migrate({ source: path, target, workFolder })).status).toBe("verified");
    expect(await query(target, "SELECT count(*)::int FROM t")).toEqual([[60_000]]);
    expect(await query(target, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgstead%'")).toEqual([
      ["pgstead"],
    ]);
  });

  test("while it works keeps a second one out", async () => {
    const target = await server.createDatabase();
    const path = source();
    const child = start(path, target);
    try {
      await until(child, "t: 5000 of");
      child.kill("SIGSTOP");
      await expect(migrate({ source: path, target, workFolder })).rejects.toThrow(
        /Another run is migrating into the schema public/,
      );
    } finally {
      child.kill("SIGKILL");
    }
  }, 30_000);

  test("because its connection is cut says so, and the target is as it was", async () => {
    const target = await server.createDatabase();
    const path = source();
    // The server looks out for it itself: this process is busy with the run, and the load is short.
    const cut = query(
      server.superuser(target.database),
      `DO $$ BEGIN LOOP
         PERFORM pg_stat_clear_snapshot();
         PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND datname = current_database() AND query LIKE 'COPY%' AND state = 'active';
         EXIT WHEN FOUND;
         PERFORM pg_sleep(0.001);
       END LOOP; END $$`,
    );
    const running = migrate({ source: path, target, workFolder, batchSize: 50 }).catch((reason: Error) => reason);
    await Promise.race([cut, running]);
    expect(String(await running)).toMatch(/MigrationFailed|UserError|failed/);
    expect(await objects(target)).toEqual([["public", null, null]]);
  });
});

test("no password is in what a run leaves", async () => {
  const target = await server.createDatabase();
  const report = await migrate({ source: sqliteFile(folder, "CREATE TABLE t(x);"), target, workFolder });
  for (const name of readdirSync(report.files.folder))
    expect(readFileSync(join(report.files.folder, name)).includes(target.password)).toBe(false);
});
