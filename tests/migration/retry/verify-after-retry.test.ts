import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../../migration/migrate";
import type { Check, MigrationOptions } from "../../../migration/model";
import type { RejectLine } from "../../../migration/rejects-file";
import { retryRejects } from "../../../migration/retry/retry-rejects";
import { verifyTarget } from "../../../migration/verify/verify-target";
import { connect, type PostgresTarget } from "../../../support/postgres";
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

async function moved(script: string, options: Partial<MigrationOptions> = {}) {
  const input = {
    ...options,
    source: sqliteFile(folder, script),
    target: await server.createDatabase(),
    workFolder: join(folder, "runs"),
  };
  const report = await migrate({ ...input, badRows: "skip" });
  return { input, target: input.target, json: report.files.json, rejects: report.files.rejects ?? "" };
}

async function run(target: PostgresTarget, sql: string) {
  const client = await connect(target);
  await client.query(sql).finally(() => client.end());
}

function mend(path: string, edit: (line: RejectLine) => void) {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const mended = lines.map((text) => {
    const line = JSON.parse(text);
    edit(line);
    return `${JSON.stringify(line)}\n`;
  });
  writeFileSync(path, mended.join(""));
}

const failed = (checks: Check[]) => checks.filter(({ status }) => status !== "passed").map(({ name }) => name);
const later = (checks: Check[]) => checks.find(({ name }) => name === "rows loaded later");

test("a verification after a retry expects the rows loaded later with their mended values, and finds a change to them", async () => {
  const { input, target, json, rejects } = await moved(
    `CREATE TABLE p(id INTEGER PRIMARY KEY, t TEXT NOT NULL CHECK (instr(t, char(0)) = 0 OR id > 1), n INTEGER);
     CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id), x REAL);
     CREATE VIEW v AS SELECT p.id, count(c.id) AS n FROM p LEFT JOIN c ON c.p = p.id GROUP BY p.id;
     CREATE TRIGGER no_change BEFORE UPDATE ON p WHEN OLD.id = 2 BEGIN SELECT RAISE(ABORT, 'never'); END;
     INSERT INTO p VALUES (1, 'a', 1), (2, 'b' || char(0), 2), (3, char(0), 3), (4, CAST(x'ff' AS TEXT), 4);
     INSERT INTO c VALUES (1, 1, 0.5), (2, 2, 1e300), (3, 3, NULL);`,
    { orphans: "setAside" },
  );
  expect((await verifyTarget(input, json, () => {})).status).toBe("verified");
  mend(rejects, (line) => {
    if (line.table === "p" && line.key.id !== "4") line.row.t = { t: "text", v: `mended ${line.key.id} ü` };
  });
  const retried = await retryRejects({ rejects, target });
  expect(retried.tables.map(({ loaded, stillSetAside }) => [loaded, stillSetAside])).toEqual([
    [2, 1],
    [2, 0],
  ]);
  const { status, checks, notProved } = await verifyTarget(input, json, () => {});
  expect(failed(checks)).toEqual([]);
  expect(status).toBe("verified");
  expect(later(checks)).toMatchObject({ status: "passed", target: "4 rows in pgstead.retried" });
  expect(checks.find(({ name, table }) => name === "row count" && table === "p")).toMatchObject({
    source: "4 rows, 1 of them set aside",
    target: "3 rows",
  });
  expect(notProved[0]).toMatch(/^2 rows had other values than SQLite's when loaded later.*p .*: t; p /);

  await run(target, "UPDATE p SET t = 'mended 3 u' WHERE id = 3");
  const changed = await verifyTarget(input, json, () => {});
  expect(failed(changed.checks)).toContain("content");
  await run(target, "UPDATE p SET t = 'mended 3 ü' WHERE id = 3; DELETE FROM c WHERE id = 3");
  expect(failed((await verifyTarget(input, json, () => {})).checks)).toContain("row count");
});

test("rows that were loaded as they were, into a column made bytea, are compared with SQLite's bytes", async () => {
  const { input, target, json, rejects } = await moved(
    "CREATE TABLE f(k TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID; INSERT INTO f VALUES ('bad', CAST(x'ff00' AS TEXT)), ('ok', 'fine');",
  );
  await run(target, "ALTER TABLE f ALTER body TYPE bytea USING convert_to(body, 'UTF8')");
  expect((await retryRejects({ rejects, target })).rejects).toBeNull();
  const { checks, notProved } = await verifyTarget({ ...input, badText: { "f.body": "bytea" } }, json, () => {});
  expect(failed(checks)).toEqual([]);
  expect(notProved.join()).not.toMatch(/loaded later|set aside/);
});

test("a record that does not fit the source fails the check, and is not passed over", async () => {
  const { input, target, json, rejects } = await moved(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, t TEXT); INSERT INTO t VALUES (1, char(0)), (2, 'ok');",
  );
  mend(rejects, (line) => {
    line.row.t = { t: "text", v: "x" };
    line.row.id = { t: "integer", v: "2000" };
  });
  await retryRejects({ rejects, target });
  expect((await verifyTarget(input, json, () => {})).status).toBe("verified");
  await run(target, `UPDATE pgstead.retried SET locator = '[{"t":"integer","v":"77"}]'`);
  const { status, checks } = await verifyTarget(input, json, () => {});
  expect(status).toBe("different");
  expect(failed(checks)).toEqual(expect.arrayContaining(["rows loaded later", "row count"]));
});

test("a role that may not read the record is told so, and the rows loaded later are not passed over", async () => {
  const { input, target, json, rejects } = await moved(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, t TEXT); INSERT INTO t VALUES (1, char(0)), (2, 'ok');",
  );
  mend(rejects, (line) => {
    line.row.t = { t: "text", v: "x" };
  });
  await retryRejects({ rejects, target });
  const superuser = server.superuser(target.database);
  await run(
    superuser,
    `CREATE ROLE looker LOGIN PASSWORD '${target.password}'; GRANT USAGE ON SCHEMA public TO looker;
     GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO looker`,
  );
  const { checks, notProved } = await verifyTarget({ ...input, target: { ...target, user: "looker" } }, json, () => {});
  expect(failed(checks)).toContain("row count");
  expect(notProved[0]).toMatch(/could not be read from pgstead\.retried/);
});
