/** Servers and roles that stand in the way: each time either the run succeeds all the same, or it says what is wrong and leaves the target as it was. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../migration";
import { connect, type PostgresTarget } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../migration/support";
import { type TestServer, testServer } from "../support/postgres";

const folder = temporaryFolder();
const workFolder = join(folder, "runs");
let server: TestServer;
let source: string;
beforeAll(async () => {
  server = await testServer();
  source = sqliteFile(
    folder,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT UNIQUE); CREATE TABLE c(t INTEGER REFERENCES t(id));
     INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 'row ' || i FROM n;
     INSERT INTO c SELECT id FROM t;`,
  );
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
const ask = (target: PostgresTarget, sql: string): Promise<unknown[][]> =>
  withClient(target, async (client) => (await client.query({ text: sql, rowMode: "array" })).rows);
const asSuperuser = (target: PostgresTarget, sql: string) => ask(server.superuser(target.database), sql);

/** Everything of ours or the application's in the database. */
const objects = (target: PostgresTarget) =>
  asSuperuser(
    target,
    `SELECT n.nspname, c.relname FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
     WHERE n.nspname !~ '^pg_(catalog|toast|temp)' AND n.nspname <> 'information_schema' ORDER BY 1, 2`,
  );

/** Makes a role of its own, and the database that it may use. */
async function roleWith(rights: (role: string, database: string) => string): Promise<PostgresTarget> {
  const target = await server.createDatabase();
  const role = `${target.database}_role`;
  await asSuperuser(target, `CREATE ROLE ${role} LOGIN PASSWORD 'test-only'; ${rights(role, target.database)}`);
  return { ...target, user: role };
}

async function refusal(target: PostgresTarget, options: { overwrite?: boolean } = {}): Promise<string> {
  const before = await objects(target);
  const error = await migrate({ source, target, workFolder, ...options }).then(
    () => "it was not refused",
    (reason: Error) => `${reason.name}: ${reason.message}`,
  );
  expect(await objects(target)).toEqual(before);
  return error;
}

describe("settings of the role or database that would end a long run", () => {
  test.each([
    "statement_timeout = '5ms'",
    "idle_in_transaction_session_timeout = '5ms'",
    "idle_session_timeout = '25ms'",
    "lock_timeout = '1ms'",
    "search_path = ''",
    "search_path = 'pg_catalog'",
    "DateStyle = 'German, DMY'",
    "IntervalStyle = 'sql_standard'",
    "TimeZone = 'Asia/Kathmandu'",
    "bytea_output = 'escape'",
    "extra_float_digits = -15",
    "standard_conforming_strings = off",
    "default_transaction_isolation = 'serializable'",
    "client_encoding = 'LATIN1'",
    "row_security = off",
    "default_table_access_method = 'heap'",
    "xmloption = 'document'",
  ])("%s: the run succeeds all the same", async (setting) => {
    const target = await server.createDatabase();
    await asSuperuser(target, `ALTER DATABASE ${target.database} SET ${setting}`);
    const report = await migrate({ source, target, workFolder });
    expect(report.status).toBe("verified");
  });
});

describe("a role that may not", () => {
  test("make schemas in the database is told which right it needs", async () => {
    const target = await roleWith((role) => `GRANT USAGE, CREATE ON SCHEMA public TO ${role}`);
    expect(await refusal(target)).toMatch(/may not make a staging schema.*GRANT CREATE ON DATABASE/);
  });

  test("make tables in the target schema is told so before anything is loaded for nothing", async () => {
    const target = await roleWith((role, database) => `GRANT CREATE ON DATABASE ${database} TO ${role}`);
    expect(await refusal(target)).toMatch(/permission denied for schema public|may not .*public/);
  });

  test("drop the tables that it is to replace is told so", async () => {
    const target = await roleWith(
      (role, database) =>
        `GRANT CREATE ON DATABASE ${database} TO ${role}; GRANT USAGE, CREATE ON SCHEMA public TO ${role}; CREATE TABLE t(x int)`,
    );
    expect(await refusal(target, { overwrite: true })).toMatch(/must be owner of table t/);
  });

  test("write at all is told so", async () => {
    const target = await server.createDatabase();
    await asSuperuser(target, `ALTER DATABASE ${target.database} SET default_transaction_read_only = on`);
    expect(await refusal(target)).toMatch(/read-only/);
  });

  test("connect, or whose password is wrong, is told so", async () => {
    const target = await server.createDatabase();
    expect(await refusal({ ...target, password: "wrong" })).toMatch(/password authentication failed/);
    await asSuperuser(target, `REVOKE CONNECT ON DATABASE ${target.database} FROM PUBLIC, app`);
    expect(await refusal({ ...(await roleWith(() => "SELECT 1")), database: target.database })).toMatch(
      /permission denied for database/,
    );
  });

  test("but is no superuser and has these two rights alone migrates", async () => {
    const target = await roleWith(
      (role, database) =>
        `GRANT CREATE ON DATABASE ${database} TO ${role}; GRANT USAGE, CREATE ON SCHEMA public TO ${role}`,
    );
    expect((await migrate({ source, target, workFolder })).status).toBe("verified");
  });
});

describe("another session that holds", () => {
  test("a table to replace: the run waits a while, says who is in the way, and leaves all as it was", async () => {
    const target = await server.createDatabase();
    await ask(target, "CREATE TABLE t(old int)");
    await withClient(target, async (application) => {
      await application.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      const error = await migrate({ source, target, workFolder, overwrite: true }).catch(
        (reason: Error) => reason.message,
      );
      expect(error).toMatch(/in use by the application.*Stop the application/);
      await application.query("ROLLBACK");
    });
    expect(await ask(target, "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0")).toEqual(
      [["old"]],
    );
    expect(await asSuperuser(target, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^pgstead_staging'")).toEqual(
      [],
    );
  });

  test("it for a moment only: the run goes on", async () => {
    const target = await server.createDatabase();
    await ask(target, "CREATE TABLE t(old int)");
    await withClient(target, async (application) => {
      await application.query("BEGIN; SELECT * FROM t");
      const running = migrate({ source, target, workFolder, overwrite: true });
      await sleep(2000);
      await application.query("COMMIT");
      expect((await running).status).toBe("verified");
    });
  });
});

test.each([
  ["LATIN1", "C"],
  ["SQL_ASCII", "C"],
])("a database in %s takes what it can hold, or the run says what it cannot", async (encoding, locale) => {
  const plain = await server.createDatabase();
  const database = `${plain.database}_${encoding.toLowerCase()}`;
  await asSuperuser(
    plain,
    `CREATE DATABASE ${database} OWNER app TEMPLATE template0 ENCODING '${encoding}' LOCALE '${locale}'`,
  );
  const target = { ...plain, database };
  await ask({ ...server.superuser(database) }, "ALTER SCHEMA public OWNER TO app");
  const emoji = sqliteFile(
    folder,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, '日本 😀'), (2, 'é');",
  );
  const error = await migrate({ source: emoji, target, workFolder }).then(
    () => "",
    (reason: Error) => reason.message,
  );
  expect(error).toMatch(/encoding/i);
});

const isRoot = process.getuid?.() === 0 && process.platform === "linux";

test.runIf(isRoot)("a disk that is full: the run says so, and leaves the target as it was", async () => {
  const mount = mkdtempSync("/tmp/pgstead-small-");
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m,mode=0777", "tmpfs", mount], { stdio: "pipe" });
  } catch {
    // A container that may not mount.
    rmdirSync(mount);
    return;
  }
  const target = await server.createDatabase();
  try {
    const space = join(mount, "space");
    mkdirSync(space, { mode: 0o777 });
    execFileSync("chown", ["nobody", space]);
    await ask(server.superuser(), `CREATE TABLESPACE small LOCATION '${space}'`);
    await asSuperuser(
      target,
      `GRANT CREATE ON TABLESPACE small TO app; ALTER ROLE app IN DATABASE ${target.database} SET default_tablespace = 'small'`,
    );
    const large = sqliteFile(
      folder,
      "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i, hex(randomblob(60)) FROM n;",
    );
    const before = await objects(target);
    await expect(migrate({ source: large, target, workFolder })).rejects.toThrow(/No space left on device/);
    expect(await objects(target)).toEqual(before);
    expect((await migrate({ source, target, workFolder })).status).toBe("verified");
  } finally {
    await ask(server.superuser(), `DROP DATABASE ${target.database} (FORCE)`).catch(() => {});
    await ask(server.superuser(), "DROP TABLESPACE IF EXISTS small").catch(() => {});
    execFileSync("umount", ["-l", mount]);
    rmdirSync(mount);
  }
});
