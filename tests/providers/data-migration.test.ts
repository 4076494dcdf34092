import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { MigrationReport } from "../../migration/model";
import { defaultPolicies } from "../../migration/policies";
import * as migration from "../../providers/data-migration";
import type { PostgresTarget } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
let server: TestServer;
let folder: string;
let source: string;
let target: PostgresTarget;
let said: string[];

beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-load-"));
  source = join(folder, "app.db");
  sqlite(
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL); INSERT INTO notes (text) VALUES ('one'), ('two')",
  );
  target = await server.createDatabase();
  said = [];
  vi.spyOn(console, "log").mockImplementation((line) => said.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function sqlite(sql: string): void {
  const db = new Database(source);
  db.exec(sql);
  db.close();
}

function inputs(change: Partial<Parameters<typeof migration.create>[0]> = {}) {
  return {
    source,
    mode: "create" as const,
    excludeTables: [],
    batchSize: 1000,
    badRows: "fail" as const,
    verification: "full" as const,
    policies: defaultPolicies,
    compareQueries: [],
    run: 1,
    overwrite: false,
    takeOver: false,
    workFolder: join(folder, "work"),
    server: "7001",
    host: target.host,
    port: target.port,
    tlsMode: "disable" as const,
    tlsCaFile: "",
    database: target.database,
    role: target.user,
    password: target.password,
    ...change,
  };
}

async function notes(): Promise<string[]> {
  const client = new Client({ ...target, ssl: false });
  await client.connect();
  try {
    return (await client.query("SELECT text FROM notes ORDER BY id")).rows.map(({ text }) => text);
  } finally {
    await client.end();
  }
}

async function write(sql: string): Promise<void> {
  const client = new Client({ ...target, ssl: false });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

describe("a migration as a resource", () => {
  it("moves the data in, and holds the proof but not the password", async () => {
    const { outs } = await migration.create(inputs());
    expect(await notes()).toEqual(["one", "two"]);
    expect(outs).toMatchObject({ status: "verified", rows: "2", report: { tables: { notes: "2 rows" } } });
    expect(existsSync(outs.files.json)).toBe(true);
    expect(JSON.stringify(outs)).not.toContain(target.password);
    // A state takes only what JSON gives back as it was.
    expect(JSON.parse(JSON.stringify(outs))).toEqual(outs);
  });

  it("shows no change afterwards, also under another password or while the server is not known yet", async () => {
    const { id, outs } = await migration.create(inputs());
    for (const news of [inputs(), inputs({ password: "rotated" }), inputs({ server: unknown, password: unknown })])
      expect(await migration.diff(id, outs, news)).toEqual({ changes: false });
  });

  it.each([
    [
      "rows were added to the file",
      () => sqlite("INSERT INTO notes (text) VALUES ('late')"),
      {},
      /app\.db has changed since it was migrated/,
    ],
    [
      "a table is excluded now",
      () => {},
      { excludeTables: ["notes"] },
      /excludeTables has changed since the migration/,
    ],
  ])("says that %s, and leaves the data alone", async (_what, change, options, message) => {
    const { id, outs } = await migration.create(inputs());
    change();
    said = [];
    expect(await migration.diff(id, outs, inputs(options))).toEqual({ changes: false });
    expect(said.join("\n")).toMatch(message);
    expect(said.join("\n")).toContain("Raise pgstead:migrationRun to load again");
  });

  it("says that pgstead itself has changed, and leaves the data alone", async () => {
    const { id, outs } = await migration.create(inputs());
    said = [];
    expect(await migration.diff(id, { ...outs, engineVersion: "0.0.1" }, inputs())).toEqual({ changes: false });
    expect(said.join("\n")).toMatch(
      /pgstead is .* now, and was 0\.0\.1 at the migration: the loaded data stays as it is/,
    );
  });

  it("says nothing when the file was only touched", async () => {
    const { id, outs } = await migration.create(inputs());
    said = [];
    appendFileSync(source, "");
    utimesSync(source, new Date(), new Date());
    await migration.diff(id, outs, inputs());
    expect(said).toEqual([]);
  });

  it("loads again when told to, but not over rows that are there without the explicit word", async () => {
    const { id, outs } = await migration.create(inputs());
    await write("UPDATE notes SET text = 'written by the application' WHERE id = 1");
    const again = inputs({ run: 2 });
    expect(await migration.diff(id, outs, again)).toEqual({ changes: true });
    await expect(migration.update(id, outs, again)).rejects.toThrow(/notes/);
    expect(await notes()).toEqual(["written by the application", "two"]);

    const { outs: reloaded } = await migration.update(id, outs, inputs({ run: 2, overwrite: true }));
    expect(await notes()).toEqual(["one", "two"]);
    expect(reloaded.run).toBe(2);
  });

  it("takes over a load whose end was lost, with what the application wrote since", async () => {
    const { outs } = await migration.create(inputs());
    await write("INSERT INTO notes (text) VALUES ('written by the application')");
    const { outs: again } = await migration.create(inputs());
    expect(said.join("\n")).toContain("nothing is loaded again");
    expect(again).toMatchObject({ status: "verified", rows: "2", files: outs.files });
    expect(await notes()).toEqual(["one", "two", "written by the application"]);
  });

  it("does not take over what another stack has loaded", async () => {
    await migration.create(inputs());
    await expect(migration.create(inputs({ workFolder: join(folder, "another") }))).rejects.toThrow(/notes/);
  });

  it("leaves nothing in the target when a row does not fit, and names the report", async () => {
    sqlite("INSERT INTO notes (text) VALUES ('a' || char(0) || 'b')");
    await expect(migration.create(inputs())).rejects.toThrow(
      /target is as it was.*1 row does not fit.*notes.*report\.html/s,
    );
    await expect(notes()).rejects.toThrow(/"notes" does not exist/);
    const { outs } = await migration.create(inputs({ badRows: "skip" }));
    expect(outs).toMatchObject({
      status: "verified",
      rows: "2",
      report: { tables: { notes: "2 rows, 1 row set aside" } },
    });
  });

  it("counts the different values of a large table only where it is asked to be thorough", async () => {
    sqlite("WITH n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n LIMIT 10001) INSERT INTO notes (text) SELECT i FROM n");
    const compared = async (change: Parameters<typeof inputs>[0]) => {
      const { outs } = await migration.create(inputs(change));
      const { checks } = JSON.parse(readFileSync(outs.files.json, "utf8")) as MigrationReport;
      return checks.find(({ name }) => name === "ranges and lengths")?.source;
    };
    expect(await compared({})).toMatch(/different ones not counted/);
    expect(
      await compared({ verification: "thorough", run: 2, overwrite: true, workFolder: join(folder, "2") }),
    ).toMatch(/^\d+ values$/);
  });

  it("leaves the tables where they are when it is deleted", async () => {
    await migration.create(inputs());
    await migration.delete();
    expect(await notes()).toEqual(["one", "two"]);
  });
});
