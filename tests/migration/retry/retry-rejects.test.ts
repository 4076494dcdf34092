import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../../migration/cli";
import { migrate } from "../../../migration/migrate";
import type { MigrationOptions } from "../../../migration/model";
import type { RejectLine } from "../../../migration/rejects-file";
import { retryRejects } from "../../../migration/retry/retry-rejects";
import { connect, describeTarget, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.stop();
});

async function moved(script: string, before = "", options: Partial<MigrationOptions> = {}) {
  const target = await server.createDatabase();
  if (before !== "") await ask(target, before);
  const source = sqliteFile(folder, script);
  const report = await migrate({ source, target, badRows: "skip", workFolder: join(folder, "runs"), ...options });
  return { source, target, report, rejects: report.files.rejects ?? "" };
}

async function ask(target: PostgresTarget, sql: string) {
  const client = await connect(target);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const linesOf = (path: string): RejectLine[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Edits the rows of a reject file in place. */
function mend(path: string, edit: (line: RejectLine) => void) {
  const lines = linesOf(path);
  for (const line of lines) edit(line);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const counts = (result: Awaited<ReturnType<typeof retryRejects>>) =>
  result.tables.map(({ target, loaded, alreadyLoaded, stillSetAside }) => [
    target,
    loaded,
    alreadyLoaded,
    stillSetAside,
  ]);

const nul = `CREATE TABLE notes(id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT NOT NULL, n INTEGER);
  INSERT INTO notes VALUES (1, 'fine', 10), (7, 'a' || char(0) || 'b', 9223372036854775807), (9, char(0), NULL);`;

test("a row that was mended in the file is loaded once, and what still does not fit stays, with its reason, in a new file", async () => {
  const { target, rejects } = await moved(nul);
  expect(statSync(join(dirname(rejects), "plan.json")).mode & 0o777).toBe(0o600);
  mend(rejects, (line) => {
    if (line.key.id === "7") line.row.t = { t: "text", v: "a\tb\\" };
  });
  const given = readFileSync(rejects);
  const first = await retryRejects({ rejects, target });
  expect(counts(first)).toEqual([["notes", 1, 0, 1]]);
  expect(first.tables[0]?.reasons).toMatchObject([{ key: { id: "9" }, column: "t", code: "NUL in text" }]);
  expect(await ask(target, "SELECT * FROM notes ORDER BY id")).toEqual([
    { id: "1", t: "fine", n: "10" },
    { id: "7", t: "a\tb\\", n: "9223372036854775807" },
  ]);
  expect(readFileSync(rejects)).toEqual(given);
  const left = first.rejects ?? "";
  expect(dirname(left)).toBe(dirname(rejects));
  expect(linesOf(left)).toMatchObject([
    { table: "notes", key: { id: "9" }, code: "NUL in text", row: { n: { t: "null" } } },
  ]);
  expect(counts(await retryRejects({ rejects, target }))).toEqual([["notes", 0, 1, 1]]);

  mend(left, (line) => {
    line.row.t = { t: "text", v: "mended" };
  });
  const second = await retryRejects({ rejects: left, target });
  expect([counts(second), second.rejects]).toEqual([[["notes", 1, 0, 0]], null]);
  // The next key is past those loaded.
  expect(await ask(target, "INSERT INTO notes(t) VALUES ('new') RETURNING id")).toEqual([{ id: "10" }]);
});

test("the command prints the counts, and ends with 0 only when nothing is left", async () => {
  const { target, rejects } = await moved(nul);
  const args = ["retry-rejects", "--rejects", rejects, "--target", describeTarget(target), "--json"];
  const password = process.env.PGPASSWORD;
  process.env.PGPASSWORD = target.password;
  const write = process.stdout.write;
  const run = async () => {
    let out = "";
    process.stdout.write = ((text: string) => {
      out += text;
      return true;
    }) as typeof write;
    try {
      return { code: await main(args), out };
    } finally {
      process.stdout.write = write;
    }
  };
  try {
    const bad = await run();
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out).tables).toMatchObject([
      { target: "notes", loaded: 0, stillSetAside: 2, reasons: [{ code: "NUL in text" }, { code: "NUL in text" }] },
    ]);
    mend(rejects, (line) => {
      line.row.t = { t: "text", v: "mended" };
    });
    expect((await run()).code).toBe(0);
    args.pop();
    expect(await run()).toMatchObject({
      code: 0,
      out: expect.stringContaining("notes: 0 loaded, 2 already loaded, 0 still set aside"),
    });
  } finally {
    if (password === undefined) delete process.env.PGPASSWORD;
    else process.env.PGPASSWORD = password;
  }
});

test("a child of a row set aside is loaded after its parent, in whatever order of the tables' own rows", async () => {
  const { target, rejects, report } = await moved(
    `CREATE TABLE nodes(id INTEGER PRIMARY KEY, up INTEGER REFERENCES nodes(id), t TEXT);
     CREATE TABLE leaves(id INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES nodes(id));
     INSERT INTO nodes VALUES (1, 2, char(0)), (2, 3, 'ok'), (3, NULL, char(0)); INSERT INTO leaves VALUES (1, 1), (2, 2);`,
    "",
    { orphans: "setAside" },
  );
  expect(report.totals.rejectedRows).toBe("5");
  expect(counts(await retryRejects({ rejects, target }))).toEqual([
    ["nodes", 0, 0, 3],
    ["leaves", 0, 0, 2],
  ]);
  mend(rejects, (line) => {
    if (line.key.id === "3" && line.table === "nodes") line.row.t = { t: "text", v: "root" };
  });
  const part = await retryRejects({ rejects, target });
  expect(counts(part)).toEqual([
    ["nodes", 2, 0, 1],
    ["leaves", 1, 0, 1],
  ]);
  expect(part.tables[1]?.reasons).toMatchObject([{ key: { id: "1" }, code: "23503" }]);
  mend(rejects, (line) => {
    if (line.row.t !== undefined) line.row.t = { t: "text", v: "mended" };
  });
  const all = await retryRejects({ rejects, target });
  expect([counts(all), all.rejects]).toEqual([
    [
      ["nodes", 1, 2, 0],
      ["leaves", 1, 1, 0],
    ],
    null,
  ]);
  expect(await ask(target, "SELECT id::int, up::int, t FROM nodes ORDER BY id")).toEqual([
    { id: 1, up: 2, t: "mended" },
    { id: 2, up: 3, t: "ok" },
    { id: 3, up: null, t: "root" },
  ]);
});

test("in an application's own tables, rows go in by the types that these have now", async () => {
  const { target, rejects } = await moved(
    "CREATE TABLE p(id INTEGER PRIMARY KEY, d TEXT, s TEXT); INSERT INTO p VALUES (1, '2024-01-02', 'a'), (2, 'soon', 'b'), (40, '2024-02-30', 'longer');",
    "CREATE TABLE p(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, d date, s varchar(3))",
    { mode: "existing" },
  );
  mend(rejects, (line) => {
    if (line.key.id === "40") line.row.d = { t: "text", v: "2024-02-29" };
  });
  const first = await retryRejects({ rejects, target });
  expect(first.tables[0]?.reasons.map(({ column, code }) => [column, code])).toEqual([
    ["d", "invalid time"],
    ["s", "too long"],
  ]);
  await ask(target, "ALTER TABLE p ALTER s TYPE text");
  expect(counts(await retryRejects({ rejects, target }))).toEqual([["p", 1, 0, 1]]);
  expect(await ask(target, "INSERT INTO p(s) VALUES ('new') RETURNING id")).toEqual([{ id: 41 }]);
  expect(await ask(target, "SELECT id, d::text, s FROM p WHERE id = 40")).toEqual([
    { id: 40, d: "2024-02-29", s: "longer" },
  ]);
});

test("bytes come back exactly where the column was made bytea, in place of mending the rows", async () => {
  const { target, rejects } = await moved(
    `CREATE TABLE files(name TEXT PRIMARY KEY, body TEXT, raw BLOB) WITHOUT ROWID;
     INSERT INTO files VALUES ('text', CAST(x'fffe00' AS TEXT), x'00ff5c'), ('nul', 'a' || char(0), NULL), ('ok', 'fine', x'');`,
  );
  expect(linesOf(rejects).find(({ key }) => key.name === "text")?.row).toMatchObject({
    body: { t: "text", base64: "//4A" },
    raw: { t: "blob", base64: "AP9c" },
  });
  await ask(target, "ALTER TABLE files ALTER COLUMN body TYPE bytea USING convert_to(body, 'UTF8')");
  const result = await retryRejects({ rejects, target });
  expect([counts(result), result.rejects]).toEqual([[["files", 2, 0, 0]], null]);
  expect(
    await ask(target, "SELECT name, encode(body, 'hex') AS body, encode(raw, 'hex') AS raw FROM files ORDER BY name"),
  ).toEqual([
    { name: "nul", body: "6100", raw: null },
    { name: "ok", body: "66696e65", raw: "" },
    { name: "text", body: "fffe00", raw: "00ff5c" },
  ]);
});

test("a generated column is computed, the run's own triggers do not run again, and others are there afterwards", async () => {
  const { target, rejects, report } = await moved(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, s TEXT, b INTEGER GENERATED ALWAYS AS (a + 1) STORED);
     CREATE TABLE log(n INTEGER);
     CREATE TRIGGER count_t AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.id); END;
     INSERT INTO t(id, a, s) VALUES (1, 1, 'x'), (2, 5, char(0));`,
  );
  expect(report.triggers).toHaveLength(1);
  mend(rejects, (line) => {
    line.row.s = { t: "text", v: "y" };
  });
  expect(counts(await retryRejects({ rejects, target }))).toEqual([["t", 1, 0, 0]]);
  expect(await ask(target, "SELECT id::int, b::int FROM t ORDER BY id")).toEqual([
    { id: 1, b: 2 },
    { id: 2, b: 6 },
  ]);
  expect(await ask(target, "SELECT count(*)::int AS n FROM log")).toEqual([{ n: 2 }]);
  await ask(target, "INSERT INTO t(id, a) VALUES (3, 1)");
  expect(await ask(target, "SELECT count(*)::int AS n FROM log")).toEqual([{ n: 3 }]);
});

test("what cannot be used is refused, with the line, before anything is changed", async () => {
  const { target, rejects } = await moved(nul);
  const [first = "", second = ""] = readFileSync(rejects, "utf8").trim().split("\n");
  const wrong: [string, RegExp][] = [
    [`${first}\n${second.slice(0, -2)}\n`, /rejects\.jsonl, line 2: .*JSON/],
    [`${first}\n\nnull\n`, /line 3: it has no table, locator or row/],
    [first.replace(/"n":\{[^}]*\}/, '"m":{"t":"null"}'), /line 1: its row lacks n/],
    [
      first.replace(/"n":\{[^}]*\}/, '"n":{"t":"integer","v":"9223372036854775808"}'),
      /the value of n is no integer of 64 bits/,
    ],
    [first.replace(/"n":\{[^}]*\}/, '"n":5'), /the value of n must be/],
    [first.replace(/"n":\{[^}]*\}/, '"n":{"t":"blob","base64":"x"}'), /the value of n is not valid base64/],
    [first.replace(/"n":\{[^}]*\}/, '"n":{"t":"text","v":"\\ud800"}'), /half of a surrogate pair/],
    [first.replace('"table":"notes"', '"table":"none"'), /the run has no table none/],
    [`${first}\n${first}\n`, /line 2: it is the same row as .*line 1/],
  ];
  for (const [text, message] of wrong) {
    writeFileSync(rejects, text);
    await expect(retryRejects({ rejects, target })).rejects.toThrow(message);
  }
  writeFileSync(rejects, `${first}\n${second}\n`);
  const elsewhere = join(dirname(rejects), "..", "moved.jsonl");
  cpSync(rejects, elsewhere);
  await expect(retryRejects({ rejects: elsewhere, target })).rejects.toThrow(/plan\.json, cannot be read: ENOENT/);
  await expect(retryRejects({ rejects: `${rejects}.none`, target })).rejects.toThrow(/ENOENT/);
  await expect(retryRejects({ rejects, target: await server.createDatabase() })).rejects.toThrow(
    /ledger pgstead\.runs does not have the run/,
  );
  expect(await ask(target, "SELECT to_regclass('pgstead.retried') AS there")).toEqual([{ there: null }]);
  expect(readdirSync(dirname(rejects)).filter((name) => name.startsWith("rejects."))).toEqual(["rejects.jsonl"]);
});

test("a role that may keep no record is refused before anything is changed", async () => {
  const { target, rejects } = await moved(nul);
  const superuser = server.superuser(target.database);
  await ask(superuser, "ALTER SCHEMA pgstead OWNER TO postgres; GRANT USAGE ON SCHEMA pgstead TO app");
  mend(rejects, (line) => {
    line.row.t = { t: "text", v: "mended" };
  });
  await expect(retryRejects({ rejects, target })).rejects.toThrow(/may not keep the record pgstead\.retried/);
  expect(await ask(target, "SELECT count(*)::int AS n FROM notes")).toEqual([{ n: 1 }]);
});

test("tables that a later run loaded again are not mixed with rows of the first, and a run without such rows leaves no plan", async () => {
  const { source, target, rejects } = await moved(nul);
  const input = { source, target, workFolder: join(folder, "runs"), overwrite: true };
  const later = await migrate({ ...input, badText: { "*": "replace" } });
  expect(existsSync(join(later.files.folder, "plan.json"))).toBe(false);
  await expect(retryRejects({ rejects, target })).rejects.toThrow(/were loaded again by the run/);
});

test("rows that refer to each other, in a circle or to themselves, are loaded together", async () => {
  const { target, rejects, report } = await moved(
    `CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES node(id));
     CREATE TABLE a(id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b(id), n INTEGER);
     CREATE TABLE b(id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a(id), n INTEGER);
     INSERT INTO node VALUES (1, 'root', NULL), (2, 'bad', 3), (3, 'its parent and child', 2), (4, 'bad', 4), (5, 'bad', 99);
     INSERT INTO a VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1);
     INSERT INTO b VALUES (1, 2, 1), (2, 1, -1), (3, 3, 1), (4, 1, -2);`,
    `CREATE TABLE node(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text CHECK (name <> 'bad'), parent_id bigint REFERENCES node (id));
     CREATE TABLE a(id bigint PRIMARY KEY, b_id bigint, n int);
     CREATE TABLE b(id bigint PRIMARY KEY, a_id bigint REFERENCES a (id), n int CHECK (n > 0));
     ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);`,
    { mode: "existing" },
  );
  expect(report.status).toBe("verified");
  expect(report.tables.map(({ target, loadedRows }) => [target, loadedRows])).toEqual(
    expect.arrayContaining([
      ["node", "1"],
      ["a", "1"],
      ["b", "1"],
    ]),
  );
  const still = await retryRejects({ rejects, target });
  expect(counts(still).map(([, loaded]) => loaded)).toEqual([0, 0, 0]);
  mend(rejects, (line) => {
    if (line.table === "node") line.row.name = { t: "text", v: "mended" };
    if (line.table === "b" && line.key.id === "2") line.row.n = { t: "integer", v: "7" };
  });
  const result = await retryRejects({ rejects, target });
  expect(Object.fromEntries(result.tables.map((table) => [table.source, [table.loaded, table.stillSetAside]]))).toEqual(
    {
      node: [3, 1],
      a: [2, 0],
      b: [2, 1],
    },
  );
  expect(await ask(target, "SELECT id::int, parent_id::int FROM node ORDER BY id")).toEqual([
    { id: 1, parent_id: null },
    { id: 2, parent_id: 3 },
    { id: 3, parent_id: 2 },
    { id: 4, parent_id: 4 },
  ]);
  expect(await ask(target, "SELECT id::int, b_id::int FROM a ORDER BY id")).toEqual([
    { id: 1, b_id: 1 },
    { id: 2, b_id: 2 },
    { id: 3, b_id: 3 },
  ]);
  expect(await ask(target, "SELECT count(*)::int AS rows FROM pgstead.retried")).toEqual([{ rows: 7 }]);
  // Nothing is loaded twice.
  expect(counts(await retryRejects({ rejects, target })).map(([, loaded]) => loaded)).toEqual([0, 0, 0]);
});
