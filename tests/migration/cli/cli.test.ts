import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../../package.json";
import { connect, describeTarget, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

const bin = join(__dirname, "../../../bin/pgstead.js");
const sample = join(__dirname, "../../../samples/backup-management.sql");
const folder = mkdtempSync(join(tmpdir(), "pgstead-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command in a folder that is not the project's. */
function pgstead(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { PGPASSWORD: _, PGPASSFILE: __, ...inherited } = process.env;
  const done = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...inherited, HOME: folder, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe("help and usage", () => {
  it("--help, and each command's own, tell the options and the exit codes", () => {
    const all = pgstead(["--help"]);
    expect(all).toMatchObject({ code: 0, err: "" });
    for (const command of ["plan", "migrate", "verify", "retry-rejects"]) {
      expect(all.out).toContain(`\n  ${command}`);
      const own = pgstead([command, "--help"]);
      expect(own.code).toBe(0);
      expect(own.out).toContain(`Usage: pgstead ${command}`);
      expect(own.out).toContain("Exit code: 0 done and verified");
    }
    expect(pgstead(["verify", "--help"]).out).not.toContain("--overwrite");
  });

  it("--version tells the package's", () => {
    expect(pgstead(["--version"])).toMatchObject({ code: 0, out: `${version}\n` });
  });

  const target = "postgresql://nobody@127.0.0.1:1/none";
  const wrong: [string, string[], RegExp][] = [
    ["no command", [], /No command was given/],
    ["an unknown command", ["move"], /no command move/],
    ["an unknown option", ["plan", "--sauce", "x"], /--sauce/],
    [
      "an option of another command",
      ["plan", "--source", "x", "--target", target, "--overwrite"],
      /plan has no option --overwrite/,
    ],
    ["no source", ["plan", "--target", target], /--source is missing/],
    ["no reject file", ["retry-rejects", "--target", target], /--rejects is missing/],
    ["no target", ["migrate", "--source", sample], /--target is missing/],
    ["no target in existing mode", ["plan", "--source", sample, "--mode", "existing"], /--target is missing/],
    ["a target that is no URL", ["migrate", "--source", sample, "--target", "localhost"], /not a PostgreSQL URL/],
    [
      "wrong values, all at once",
      ["migrate", "--source", sample, "--target", target, "--mode", "x", "--batch-size", "1e9"],
      /mode is x[\s\S]*batchSize is 1000000000/,
    ],
    [
      "a query without a name",
      ["migrate", "--source", sample, "--target", target, "--compare", "SELECT"],
      /has no name/,
    ],
  ];
  for (const [what, args, message] of wrong)
    it(`${what}: exit code 2 and one message`, () => {
      const { code, out, err } = pgstead(args);
      expect(err).toMatch(message);
      expect(err).toMatch(/^pgstead: .*\n$/);
      expect({ code, out }).toEqual({ code: 2, out: "" });
    });

  it("a failure is one message without a stack, and exit code 1", () => {
    const missing = pgstead(["plan", "--source", "missing.db"]);
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^pgstead: .*missing\.db.*\n$/);
    const unreachable = pgstead(["migrate", "--source", sample, "--target", "postgresql://u:se%2Fcret@127.0.0.1:1/d"]);
    expect(unreachable.code).toBe(1);
    expect(unreachable.err).toMatch(/pgstead: Cannot connect to postgresql:\/\/u@127\.0\.0\.1:1\/d/);
    expect(unreachable.err).not.toMatch(/se(%2F|\/)cret|\n {4}at /);
  });
});

describe("against a server", () => {
  let server: TestServer;
  let target: PostgresTarget;
  let url: string;
  const exclude = ["--exclude", "api_keys,apscheduler_jobs", "--exclude", "refresh_tokens"];
  beforeAll(async () => {
    server = await testServer();
    target = await server.createDatabase();
    url = describeTarget(target);
  });
  afterAll(async () => {
    await server?.stop();
  });
  const password = () => ({ PGPASSWORD: target.password });
  async function inTarget(sql: string) {
    const client = await connect(target);
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const tables = () =>
    inTarget("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')");

  it("plan shows the plan and changes nothing, here or there", async () => {
    const before = readdirSync(folder);
    const { code, out } = pgstead(["plan", "--source", sample, "--target", url, ...exclude], password());
    expect(code).toBe(0);
    expect(out).toContain("15 tables, 33 rows");
    expect(await tables()).toEqual([{ n: 0 }]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("plan in create mode needs no server, and gives JSON", () => {
    const { code, out } = pgstead(["plan", "--source", sample, "--json", ...exclude]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ mode: "create", schema: "public" });
    expect(JSON.parse(out).tables).toHaveLength(15);
  });

  it.each(["UTF-8", "UTF-16le"])("plan names the texts that a run would stop at, in %s", (encoding) => {
    const source = join(folder, `${encoding}.sql`);
    const script = `PRAGMA encoding = '${encoding}'; CREATE TABLE t(id INTEGER PRIMARY KEY, fine TEXT, bad TEXT, b BLOB);
      INSERT INTO t VALUES (1, 'ä\u{fffd}', CAST(x'61006200000061' AS TEXT), x'00'), (2, NULL, 'x', NULL), (3, '', CAST(x'00d8ff' AS TEXT), NULL);`;
    writeFileSync(source, script);
    for (const where of [[], ["--target", url]]) {
      const { out } = pgstead(["plan", "--source", source, ...where], password());
      expect(out).toContain(
        '2 texts hold NUL or bytes that are no text, in t.bad: a run will fail, unless badText makes the column bytea or mends them (for example {"id":"1"}; {"id":"3"}).',
      );
      expect(out).not.toContain("t.fine:");
    }
    expect(pgstead(["plan", "--source", source, "--bad-text", "replace"]).out).not.toContain("no text");
  });

  it("what plan says about a column that a few values make text is what makes it a time, as it is written there", async () => {
    const source = join(folder, "odd.db");
    const db = new Database(source);
    db.exec(`CREATE TABLE "my orders"(id INTEGER PRIMARY KEY, at DATETIME);
      INSERT INTO "my orders" VALUES (1, '2024-01-01'), (2, '2024-01-02 10:00:00'), (3, ''), (4, '2024-01-01 10:00:00.1234567'), (5, '2024-02-02'), (6, 'it''s')`);
    db.close();
    const { out } = pgstead(["plan", "--source", source]);
    const [nulls = "", aside = ""] = [...out.matchAll(/--type "([^"]*)"/g)].map((match) => match[1]);
    expect([nulls, aside]).toEqual([
      "my orders.at=timestamp cut to microseconds null for '', 'it''s'",
      "my orders.at=timestamp",
    ]);
    const asked = async (...options: string[]) => {
      const own = await server.createDatabase();
      const { code } = pgstead(
        ["migrate", "--source", source, "--target", describeTarget(own), "--work-folder", "runs", ...options],
        { PGPASSWORD: own.password },
      );
      expect(code).toBe(0);
      const client = await connect(own);
      const { rows } = await client.query(`SELECT id::int, at::text FROM "my orders" ORDER BY id`);
      await client.end();
      return rows.map(({ id, at }) => [id, at]);
    };
    const kept = [
      [1, "2024-01-01 00:00:00"],
      [2, "2024-01-02 10:00:00"],
    ];
    expect(await asked("--type", nulls)).toEqual([
      ...kept,
      [3, null],
      [4, "2024-01-01 10:00:00.123456"],
      [5, "2024-02-02 00:00:00"],
      [6, null],
    ]);
    expect(await asked("--type", aside, "--bad-rows", "skip")).toEqual([...kept, [5, "2024-02-02 00:00:00"]]);
  });

  it("migrate moves, proves and reports; verify agrees, and tells a difference with exit code 1", async () => {
    const compare = [
      "--compare",
      "actions=SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY action",
    ];
    const moved = pgstead(
      ["migrate", "--source", sample, "--target", url, "--work-folder", "runs", "--json", ...compare, ...exclude],
      password(),
    );
    expect(moved).toMatchObject({ code: 0 });
    const report = JSON.parse(moved.out);
    expect(report).toMatchObject({
      status: "verified",
      totals: { tables: 15, loadedRows: "33", rejectedRows: "0", errors: 0 },
    });
    expect(report.queries).toEqual([
      {
        name: "actions",
        columns: ["action", "n"],
        rows: [
          ["login", "23"],
          ["logout", "8"],
          ["update", "1"],
        ],
      },
    ]);
    expect(existsSync(report.files.markdown)).toBe(true);
    expect(JSON.parse(readFileSync(report.files.json, "utf8"))).toEqual(report);
    expect(readFileSync(report.files.markdown, "utf8")).toContain("**15 tables, 33 rows, 0 errors, verified**");
    for (const file of [report.files.json, report.files.markdown, report.files.log])
      expect(readFileSync(file, "utf8")).not.toContain(target.password);
    expect(await inTarget("SELECT is_active FROM users")).toEqual([{ is_active: true }]);

    const same = pgstead(["verify", "--source", sample, "--target", url, ...exclude], password());
    expect(same).toMatchObject({ code: 0 });
    expect(same.out).toMatch(/^Verified: 15 tables, checks: \d+ passed\n/);

    await inTarget("UPDATE users SET is_active = false");
    const different = pgstead(["verify", "--source", sample, "--target", url, ...exclude], password());
    expect(different.code).toBe(1);
    expect(different.out).toMatch(/users: content failed[\s\S]*id "1": column is_active should be "t", is "f"/);
  });

  it("a run that must not overwrite fails with exit code 1, and says what to do", async () => {
    const again = pgstead(
      ["migrate", "--source", sample, "--target", url, "--work-folder", "runs", ...exclude],
      password(),
    );
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/users/);
    expect(await inTarget("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
  });

  it("the same command again takes over what a run has done, though nobody saw its end; another source, option or a lost table does not", async () => {
    const source = join(folder, "twice.db");
    const fill = (sql: string) => {
      const db = new Database(source);
      db.exec(sql);
      db.close();
    };
    fill("CREATE TABLE twice(id INTEGER PRIMARY KEY, t TEXT); INSERT INTO twice VALUES (1, 'x')");
    const args = ["migrate", "--source", source, "--target", url, "--work-folder", "twice-runs", "--schema", "twice"];
    expect(pgstead(args, password())).toMatchObject({ code: 0 });
    const folders = readdirSync(join(folder, "twice-runs"));
    // As a run leaves it that was killed after its commit.
    for (const name of ["report.json", "report.html"]) rmSync(join(folder, "twice-runs", folders[0] ?? "", name));
    await inTarget("INSERT INTO twice.twice VALUES (2, 'written since')");
    const again = pgstead(args, password());
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("1 table, 1 row, 0 errors, verified") });
    expect(again.err).toContain(
      `The data was moved in by the run ${folders[0]} already, from this source and with these options: nothing is loaded again.`,
    );
    expect(JSON.parse(pgstead([...args, "--json"], password()).out)).toMatchObject({ status: "verified" });
    expect(readdirSync(join(folder, "twice-runs"))).toEqual(folders);
    expect(await inTarget("SELECT count(*)::int AS n FROM twice.twice")).toEqual([{ n: 2 }]);

    const other = pgstead([...args, "--names", "snake_case"], password());
    expect(other).toMatchObject({
      code: 1,
      err: expect.stringMatching(/was loaded there by the run \S+, with other options/),
    });
    fill("INSERT INTO twice VALUES (3, 'new')");
    expect(pgstead(args, password())).toMatchObject({ code: 1, err: expect.not.stringContaining("was loaded there") });
  });

  it("the password comes from PGPASSFILE too, and only from a file that others cannot read", () => {
    const file = join(folder, "pass");
    writeFileSync(file, `# comment\n*:*:other:app:wrong\n127.0.0.1:*:${target.database}:app:${target.password}\n`);
    chmodSync(file, 0o600);
    const args = ["verify", "--source", sample, "--target", url, ...exclude];
    expect(pgstead(args, { PGPASSFILE: file }).out).toMatch(/DIFFERENT/);
    chmodSync(file, 0o644);
    expect(pgstead(args, { PGPASSFILE: file })).toMatchObject({
      code: 2,
      err: expect.stringContaining("can be read by others"),
    });
    expect(pgstead(args)).toMatchObject({ code: 1, err: expect.stringMatching(/Cannot connect/) });
  });
});
