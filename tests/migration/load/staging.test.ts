/** The staging schema, and what must be so before there is one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropStaging } from "../../../migration/load/staging";
import { migrate } from "../../../migration/migrate";
import { inSession } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ max_locks_per_transaction: "10", max_connections: "10" });
});
afterAll(() => server.stop());

test("is dropped where the server has no room to lock all of its tables at once", async () => {
  await inSession(await server.createDatabase(), async (client) => {
    await client.query("CREATE SCHEMA pgstead_staging_x");
    const tables = Array.from({ length: 800 }, (_, i) => `CREATE TABLE pgstead_staging_x.t${i} (id int PRIMARY KEY)`);
    for (let from = 0; from < tables.length; from += 50) await client.query(tables.slice(from, from + 50).join("; "));
    await client.query("ALTER TABLE pgstead_staging_x.t1 ADD FOREIGN KEY (id) REFERENCES pgstead_staging_x.t799 (id)");
    await client.query("CREATE VIEW pgstead_staging_x.v AS SELECT id FROM pgstead_staging_x.t5");
    await expect(client.query("DROP SCHEMA pgstead_staging_x CASCADE")).rejects.toThrow("out of shared memory");
    await dropStaging(client, "pgstead_staging_x");
    const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgstead%'");
    expect(rows).toEqual([]);
  });
});

test("is not made where the role may not make tables in the target's schema: that would show at the very end", async () => {
  const target = await server.createDatabase();
  await inSession(server.superuser(target.database), (client) => client.query("CREATE SCHEMA theirs"));
  const source = sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  const failed = await migrate({ source, target, workFolder: folder, schema: "theirs" }).catch((error) => error);
  expect(failed.message).toMatch(
    /The role may not make tables in the schema theirs of the target: nothing was changed/,
  );
});

test("is not made where the role has no second connection, and it is told how many a run needs", async () => {
  const target = await server.createDatabase();
  await inSession(server.superuser(target.database), (client) => client.query("ALTER ROLE app CONNECTION LIMIT 1"));
  const source = sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  await expect(migrate({ source, target, workFolder: folder })).rejects.toThrow(
    /too many connections for role "app"\..* a run needs two at least/s,
  );
});
