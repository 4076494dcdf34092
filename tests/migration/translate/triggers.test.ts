/** Triggers, moved whole: both databases run the same statements, and are asked the same afterwards. */
import Database from "better-sqlite3";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../migration/migrate";
import { verifyTarget } from "../../../migration/verify/verify-target";
import { messageOf } from "../../../support/errors";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";
import { movedTriggers, stayingSchema, stayingTriggers } from "./trigger-samples";

let server: TestServer;
const folder = temporaryFolder();
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

/** What a statement came to: its error's message, or that it had none. */
async function postgresRun(client: Client, sql: string): Promise<string> {
  return await client.query(sql).then(
    () => "done",
    (error) => messageOf(error),
  );
}

function sqliteRun(db: Database.Database, sql: string): string {
  try {
    db.exec(sql);
    return "done";
  } catch (error) {
    return messageOf(error);
  }
}

const shown = (rows: unknown[][]) =>
  rows.map((row) =>
    row.map((value) =>
      value === "t" || value === "f" ? String(Number(value === "t")) : value === null ? null : String(value),
    ),
  );

test.each(movedTriggers)("$name", async ({ schema, statements, ask }) => {
  const source = sqliteFile(folder, schema);
  const target = await server.createDatabase();
  const report = await migrate({ source, target, workFolder: folder });
  expect(report.leftBehind.filter(({ kind }) => kind === "trigger" || kind === "view")).toEqual([]);
  expect(await verifyTarget({ source, target }, report.files.json, () => {})).toMatchObject({ status: "verified" });
  const db = new Database(source);
  const client = await connect(target);
  try {
    // The application's own path must not matter.
    await client.query("SET search_path = pg_catalog, public");
    for (const sql of statements) expect([sql, await postgresRun(client, sql)]).toEqual([sql, sqliteRun(db, sql)]);
    for (const sql of ask) {
      const { rows } = await client.query({ text: sql, rowMode: "array", types: { getTypeParser: () => String } });
      const expected = db.prepare(sql).raw().all() as unknown[][];
      expect(expected.length).toBeGreaterThan(0);
      expect(shown(rows)).toEqual(shown(expected));
    }
  } finally {
    db.close();
    await client.end();
  }
});

describe("a trigger without a certain translation stays behind, with the reason", () => {
  let reasons: Map<string, string>;
  beforeAll(async () => {
    const source = sqliteFile(folder, stayingSchema);
    const report = await migrate({ source, target: await server.createDatabase(), workFolder: folder });
    reasons = new Map(
      report.leftBehind.flatMap(({ kind, name, reason }) => (kind === "trigger" ? [[name, reason]] : [])),
    );
  });
  test.each(stayingTriggers.map(([name, , reason]) => ({ name, reason })))("$name", ({ name, reason }) => {
    expect(reasons.get(name) ?? "it came over").toMatch(reason);
  });
});

describe("in the target", () => {
  const script = `CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE log(n INTEGER); INSERT INTO t VALUES (1, 1);
    CREATE TRIGGER tr AFTER UPDATE OF n ON t BEGIN INSERT INTO log VALUES (NEW.n); END; CREATE TRIGGER other AFTER DELETE ON t BEGIN DELETE FROM log; END;`;

  test("a trigger that was dropped, disabled or changed is named by a verification", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await migrate({ source, target, workFolder: folder });
    const client = await connect(target);
    const bad = async () =>
      (await verifyTarget({ source, target }, null, () => {})).checks.flatMap(({ name, status, detail }) =>
        status === "passed" ? [] : [[name, detail]],
      );
    try {
      expect(await bad()).toEqual([]);
      await client.query("ALTER TABLE t DISABLE TRIGGER tr; DROP TRIGGER other ON t");
      expect(await bad()).toEqual([
        ["trigger tr", "it is disabled"],
        ["trigger other", "it is missing"],
      ]);
      await client.query(
        "ALTER TABLE t ENABLE TRIGGER tr; CREATE OR REPLACE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER other AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION other()",
      );
      expect(await bad()).toEqual([
        ["trigger tr", "its function is another one; its function has no search_path of its own"],
        ["trigger other", "it is called at other times"],
      ]);
    } finally {
      await client.end();
    }
  });

  test("an earlier run's triggers are replaced with their tables; a function of somebody else's keeps its name", async () => {
    const source = sqliteFile(folder, script);
    const target = await server.createDatabase();
    await migrate({ source, target, workFolder: folder });
    const again = await migrate({ source, target, workFolder: folder, overwrite: true });
    expect(again.leftBehind).toEqual([]);
    const client = await connect(target);
    try {
      await client.query("DROP TRIGGER tr ON t; COMMENT ON FUNCTION tr() IS 'mine'");
      const third = await migrate({ source, target, workFolder: folder, overwrite: true });
      expect(third.leftBehind.map(({ name, reason }) => [name, reason])).toEqual([
        ["tr", expect.stringMatching(/PostgreSQL refuses it: function "tr" already exists/)],
      ]);
      expect(third.triggers.map(({ target: name }) => name)).toEqual(["other"]);
    } finally {
      await client.end();
    }
  });
});
