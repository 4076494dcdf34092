/** A connection that is ended while it waits for work: what is asked of it next fails with the reason that the server gave. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writableColumns } from "../../../migration/load/binary/row-writer";
import { Builders, type Task } from "../../../migration/load/builders";
import type { PagedTable } from "../../../migration/load/pages";
import { closeLoader, loadPart, openLoader } from "../../../migration/load/part-loader";
import { Run } from "../../../migration/load/run";
import { plan } from "../../../migration/migrate";
import type { MigrationPlan } from "../../../migration/model";
import { readTables } from "../../../migration/source/catalog";
import { openReadOnly } from "../../../migration/source/open";
import { PagedSource } from "../../../migration/source/paged-source";
import { inSession, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
const source = sqliteFile(folder, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, 'one')");
const reason = "The connection to the server was lost: terminating connection due to administrator command.";

let server: TestServer;
let target: PostgresTarget;
let planned: MigrationPlan;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  target = await server.createDatabase();
  planned = await plan({ source, target, workFolder: folder });
  await inSession(target, (client) => client.query("CREATE TABLE t(id bigint PRIMARY KEY, x text)"));
});
afterAll(() => server.stop());

/** Ends all connections of the role, and waits until they know. */
async function endAll(): Promise<void> {
  await inSession(server.superuser(target.database), (client) =>
    client.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'app'"),
  );
  await sleep(100);
}

describe("loading a table", () => {
  /** The table as its pages are read. */
  function pagedTable(): { paged: PagedTable; leaves: Uint32Array } {
    const db = openReadOnly(source);
    const rows = new PagedSource(source, db, readTables(db)).rowsOf("t");
    db.close();
    const sent = rows === null ? null : writableColumns(rows.layout, planned.tables[0]?.columns ?? []);
    if (rows === null || sent === null) throw new Error("the table is not read from its pages");
    return { paged: { layout: rows.layout, sent }, leaves: rows.leaves };
  }

  test.each(["from its pages", "by SQLite"])("%s", async (how) => {
    const { paged, leaves } = pagedTable();
    const fromPages = how === "from its pages";
    const { tables } = planned;
    const rest = { encoding: "UTF-8", batchSize: 100, schema: "public", tables };
    await openLoader({ target, path: source, paged: [fromPages ? paged : null], ...rest });
    try {
      await endAll();
      const part = { table: 0, leaves: fromPages ? leaves : null };
      await expect(loadPart(part, () => {})).rejects.toThrow(reason);
    } finally {
      await closeLoader();
    }
  });
});

test("making a key", async () => {
  const run = new Run(folder, () => {});
  const db = openReadOnly(source);
  try {
    await inSession(target, async (client) => {
      const rest = { encoding: "UTF-8", batchSize: 100, schema: "public", inTransaction: false };
      const builders = await Builders.open({ run, client, db, ...rest }, target);
      await endAll();
      const work: Task["work"] = async (own) => {
        await own.client.query("CREATE INDEX ON t(x)");
      };
      builders.add({ tables: ["t"], rows: 1, work });
      await expect(builders.idle()).rejects.toThrow(reason);
      await builders.close();
    });
  } finally {
    db.close();
    run.close();
  }
});
