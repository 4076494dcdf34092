/**
 * Kills without warning, and the same command again: the engine as its own process, the server with all its processes. After each the target holds exactly what an
 * undisturbed run makes. How often the engine is killed is PGSTEAD_DRILL_KILLS (3 by default), at moments that PGSTEAD_DRILL_SEED decides.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type PostgresTarget, postgresUrl } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../migration/support";
import { type TestServer, testServer } from "../support/postgres";

const program = join(__dirname, "..", "..", "bin", "pgstead.js");
const folder = temporaryFolder();
let server: TestServer;
let source: string;
/** What an undisturbed run makes, and how long it takes. */
let sum: string;
let duration: number;
beforeAll(async () => {
  server = await testServer();
  const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 15000)";
  source = sqliteFile(
    folder,
    `CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT UNIQUE, at DATETIME);
     CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id), b BLOB);
     CREATE INDEX by_parent ON child(parent);
     INSERT INTO parent ${rows} SELECT i, 'row ' || i, '2024-01-01 00:00:00.' || i FROM n;
     INSERT INTO child ${rows} SELECT i, i, randomblob(i % 50) FROM n;`,
  );
  const target = await server.createDatabase();
  const started = Date.now();
  expect(await ended(run(target))).toEqual({ code: 0, said: expect.stringMatching(/verified/) });
  duration = Date.now() - started;
  sum = await checksum(target);
});
afterAll(() => server.stop());

/** `pgstead migrate`, as a user calls it. */
function run(target: PostgresTarget): ChildProcess {
  const args = ["--source", source, "--target", postgresUrl({ ...target, password: "" })];
  const rest = ["--work-folder", join(folder, "runs"), "--batch-size", "200"];
  return spawn(process.execPath, [program, "migrate", ...args, ...rest], {
    env: { ...process.env, PGPASSWORD: target.password },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ended(child: ChildProcess): Promise<{ code: number | string; said: string }> {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      said += chunk;
    });
  return new Promise((done) => child.once("close", (code, signal) => done({ code: code ?? signal ?? "", said })));
}

async function ask(target: PostgresTarget, sql: string): Promise<string[]> {
  const client = await connect(target);
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.map(String);
  } finally {
    await client.end();
  }
}

/** Over every row, every constraint and index, and what the sequences give next. */
async function checksum(target: PostgresTarget): Promise<string> {
  const parts = [
    "SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) FROM parent t",
    "SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) FROM child t",
    "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
  ];
  const answers: string[] = [];
  for (const part of parts) answers.push(...(await ask(target, part)));
  return answers.join("\n");
}

async function isWholeAndClean(target: PostgresTarget): Promise<void> {
  expect(await checksum(target)).toBe(sum);
  expect(await ask(target, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^pgstead' ORDER BY 1")).toEqual([
    "pgstead",
  ]);
  expect(await ask(target, "SELECT status FROM pgstead.runs")).toEqual(["verified"]);
}

const kills = Number(process.env.PGSTEAD_DRILL_KILLS ?? 3);
const seed = Number(process.env.PGSTEAD_DRILL_SEED ?? Date.now() % 100_000);

/** Between 0 and 1, the same for the same seed (mulberry32). */
function random(number: number): number {
  let state = (seed + number * 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}

describe(`the engine, killed at any moment (seed ${seed})`, () => {
  test.each([...Array(kills).keys()])(
    "kill %i: the same command again ends as an undisturbed run",
    async (number) => {
      const target = await server.createDatabase();
      const child = run(target);
      const first = ended(child);
      // From when its modules are loaded to a little after it would have ended.
      await sleep(duration * (0.2 + 0.85 * random(number)));
      child.kill("SIGKILL");
      const { code, said } = await first;
      // Where it was killed after its commit, or had ended, the second takes that over.
      const again = await ended(run(target));
      expect(again.code).toBe(0);
      console.log(`kill ${number}: ${code}, after "${said.trim().split("\n").at(-1)}"; again: exit ${again.code}`);
      await isWholeAndClean(target);
    },
    120_000,
  );
});

test("the same command after a run that has ended takes it over, and changes nothing", async () => {
  const target = await server.createDatabase();
  expect((await ended(run(target))).code).toBe(0);
  const again = await ended(run(target));
  expect(again.code).toBe(0);
  expect(again.said).toMatch(/The data was moved in by the run \S+ already, .*: nothing is loaded again/);
  await isWholeAndClean(target);
}, 120_000);

describe("the server, killed with all its processes", () => {
  test.each(["parent: 5000 of", "child: 10000 of", "making keys", "verifying"])(
    "after '%s': the run fails and says so, and the same command again ends as an undisturbed run",
    async (moment) => {
      const target = await server.createDatabase();
      const child = run(target);
      const first = ended(child);
      await new Promise<void>((done) => {
        let said = "";
        child.stderr?.on("data", (chunk) => {
          said += chunk;
          if (said.includes(moment)) done();
        });
      });
      await server.crash();
      const { code, said } = await first;
      expect(code).toBe(1);
      expect(said).toMatch(/pgstead: .*(connection|terminat|closed|ECONN)/i);
      expect(said).not.toMatch(/\n\s+at /);
      expect(await ask(target, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
      expect((await ended(run(target))).code).toBe(0);
      await isWholeAndClean(target);
    },
    120_000,
  );
});

test("two at once: the second says that there is a first, and the first ends as if alone", async () => {
  const target = await server.createDatabase();
  const first = run(target);
  const firstEnded = ended(first);
  await new Promise<void>((done) => first.stderr?.on("data", (chunk) => String(chunk).includes("of 15000") && done()));
  first.kill("SIGSTOP");
  const second = await ended(run(target));
  expect(second.code).toBe(1);
  expect(second.said).toMatch(/Another run is migrating into the schema public/);
  first.kill("SIGCONT");
  expect((await firstEnded).code).toBe(0);
  await isWholeAndClean(target);
}, 120_000);

test("a backend that an administrator ends: the run fails, and the same command again succeeds", async () => {
  const target = await server.createDatabase();
  const child = run(target);
  const first = ended(child);
  await new Promise<void>((done) => child.stderr?.on("data", (chunk) => String(chunk).includes("making") && done()));
  const end =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND datname = current_database()";
  await ask(server.superuser(target.database), end);
  const { code, said } = await first;
  expect(code).toBe(1);
  expect(said).toMatch(/terminating connection due to administrator command|Connection terminated/);
  expect((await ended(run(target))).code).toBe(0);
  await isWholeAndClean(target);
}, 120_000);
