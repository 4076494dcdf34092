import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../../migration/migrate";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let folder: string;
let source: string;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-held-"));
  source = join(folder, "app.db");
  const db = new Database(source);
  db.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT); CREATE TABLE b(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY);
    INSERT INTO a SELECT value, 'x' FROM json_each('[1,2,3,4,5]'); INSERT INTO b VALUES (1), (2); INSERT INTO c VALUES (1), (2)`);
  db.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(["create", "existing"] as const)(
  "mode %s refuses tables that hold rows, and tells what the application has written since they were loaded",
  async (mode) => {
    const target = await server.createDatabase();
    const client = await connect(target);
    if (mode === "existing")
      await client.query("CREATE TABLE a(id int, t text); CREATE TABLE b(id int); CREATE TABLE c(id int)");
    const run = (overwrite = false) => migrate({ source, target, mode, overwrite, workFolder: join(folder, "runs") });
    await run();
    await expect(run()).rejects.toThrow(/a \(5 rows\), b \(2 rows\), c \(2 rows\)/);
    await client.query(`INSERT INTO a VALUES (6, 'y'), (7, 'y'); UPDATE a SET t = 'z' WHERE id = 1; DELETE FROM a WHERE id = 2;
      DELETE FROM b WHERE id = 1`);
    await expect(run()).rejects.toThrow(
      /a \(6 rows: 5 were loaded, 3 are new or changed since, 2 are changed or gone\), b \(1 row: 2 were loaded, 1 is changed or gone\), c \(2 rows\)/,
    );
    expect((await client.query("SELECT count(*)::int AS n FROM a")).rows).toEqual([{ n: 6 }]);
    await run(true);
    await expect(run()).rejects.toThrow(/a \(5 rows\), b \(2 rows\), c \(2 rows\)/);
    await client.end();
  },
);
