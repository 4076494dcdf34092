/** What follows the rows of tables: keys, statistics, CHECKs and foreign keys, over two connections. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Builders } from "../../../migration/load/builders";
import { Run } from "../../../migration/load/run";
import { migrate } from "../../../migration/migrate";
import { openReadOnly } from "../../../migration/source/open";
import { inSession, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
let server: TestServer;
let target: PostgresTarget;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  target = await server.createDatabase();
});
afterAll(() => server.stop());

describe("tasks", () => {
  /** Runs tasks over two connections. @returns `+name` and `-name` as they began and ended */
  async function done(
    tasks: { name: string; tables: string[]; shared?: boolean; rows?: number; fails?: boolean }[],
  ): Promise<string[]> {
    const events: string[] = [];
    const run = new Run(folder, () => {});
    const db = openReadOnly(sqliteFile(folder, "CREATE TABLE t(x)"));
    try {
      await inSession(target, async (client) => {
        const rest = { encoding: "UTF-8", batchSize: 100, schema: "public", inTransaction: false };
        const builders = await Builders.open({ run, client, db, ...rest }, target);
        builders.add({ tables: ["first"], rows: 1, work: () => sleep(1) });
        for (const { name, rows = 1, fails, ...locks } of tasks)
          builders.add({
            ...locks,
            rows,
            work: async () => {
              events.push(`+${name}`);
              await sleep(30);
              if (fails) throw new Error(`${name} failed`);
              events.push(`-${name}`);
            },
          });
        await builders.idle().finally(() => builders.close());
      });
    } catch (error) {
      events.push((error as Error).message);
    } finally {
      db.close();
      run.close();
    }
    return events;
  }

  test("that lock one table are done one after the other, and another table's beside them", async () => {
    const events = await done([
      { name: "a1", tables: ["a"] },
      { name: "a2", tables: ["a", "a"] },
      { name: "b", tables: ["b"] },
    ]);
    expect(events.indexOf("-a1")).toBeLessThan(events.indexOf("+a2"));
    expect(events.indexOf("+b")).toBeLessThan(events.indexOf("-a1"));
    expect(events).toHaveLength(6);
  });

  test("that share a table are done side by side, and one that does not when both are done", async () => {
    const events = await done([
      { name: "i1", tables: ["a"], shared: true },
      { name: "i2", tables: ["a"], shared: true },
      { name: "alone", tables: ["b", "a"] },
    ]);
    expect(events.slice(0, 2)).toEqual(["+i1", "+i2"]);
    expect(events.slice(-2)).toEqual(["+alone", "-alone"]);
    expect(events).toHaveLength(6);
  });

  test("of many rows are begun first", async () => {
    const events = await done([
      { name: "few", tables: ["a"], rows: 5 },
      { name: "many", tables: ["b"], rows: 50 },
      { name: "more", tables: ["c"], rows: 500 },
    ]);
    expect(events.filter((event) => event.startsWith("+"))).toEqual(["+more", "+many", "+few"]);
  });

  test("are not begun after one that failed", async () => {
    const events = await done([
      { name: "bad", tables: ["a"], rows: 9, fails: true },
      { name: "good", tables: ["b"], rows: 8 },
      { name: "later", tables: ["c"], rows: 7 },
    ]);
    expect(events.sort()).toEqual(["+bad", "+good", "-good", "bad failed"].sort());
  });
});

test("tables that refer to each other, to themselves and to one parent have their statistics, CHECKs and foreign keys", async () => {
  const rows = (count: number) =>
    `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO`;
  const children = ["one", "two", "three", "four"];
  const source = sqliteFile(
    folder,
    `CREATE TABLE parent(id INTEGER PRIMARY KEY, next_id INTEGER REFERENCES parent(id), favourite_id INTEGER REFERENCES one(id), filler BLOB);
    ${rows(25_000)} parent SELECT i, nullif(i % 100, 0), i % 1000 + 1, zeroblob(900) FROM n;
    CREATE INDEX parent_next ON parent(next_id);
    CREATE INDEX parent_favourite ON parent(favourite_id);
    ${children
      .map(
        (name, place) => `CREATE TABLE ${name}(id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent(id),
          amount INTEGER CONSTRAINT ${name}_amount CHECK (amount >= 0));
        ${rows(22_000 + 1000 * place)} ${name} SELECT i, i, i % 7 FROM n;
        CREATE INDEX ${name}_parent ON ${name}(parent_id);`,
      )
      .join("\n")}
    PRAGMA ignore_check_constraints = ON;
    UPDATE two SET amount = -1 WHERE id = 11;
    UPDATE four SET amount = -1 WHERE id IN (12, 13);
    UPDATE three SET parent_id = 99000 WHERE id = 14;
    CREATE TABLE small(id INTEGER PRIMARY KEY, two_id INTEGER REFERENCES two(id));
    INSERT INTO small VALUES (1, 2);`,
  );
  const report = await migrate({ source, target, workFolder: folder });
  expect(report.status).toBe("verified");
  await inSession(target, async (client) => {
    const { rows: constraints } = await client.query(
      `SELECT conname AS name, convalidated AS valid FROM pg_constraint
       WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace ORDER BY 1`,
    );
    expect(Object.fromEntries(constraints.map(({ name, valid }) => [name, valid]))).toEqual({
      parent_next_id_fkey: true,
      parent_favourite_id_fkey: true,
      ...Object.fromEntries(
        children.flatMap((name) => [
          [`${name}_amount`, !["two", "four"].includes(name)],
          [`${name}_parent_id_fkey`, name !== "three"],
        ]),
      ),
      small_two_id_fkey: true,
    });
    const { rows: counted } = await client.query(
      "SELECT tablename AS name, count(*)::int AS columns FROM pg_stats WHERE schemaname = 'public' GROUP BY 1",
    );
    expect(Object.fromEntries(counted.map(({ name, columns }) => [name, columns]))).toEqual({
      parent: 4,
      ...Object.fromEntries(children.map((name) => [name, 3])),
      small: 2,
    });
  });
  // In the order of the tables, whichever of them was done first.
  const warnings = report.warnings.filter((line) => /NOT VALID/.test(line));
  expect(warnings.map((line) => /two|three|four/.exec(line)?.[0])).toEqual(["two", "three", "four"]);
});

test("an index that the server had no room to sort is not left behind: the run fails, and leaves nothing", async () => {
  const small = await testServer({ shared_buffers: "2MB", maintenance_work_mem: "1MB", temp_file_limit: "200kB" });
  try {
    const source = sqliteFile(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO t SELECT i, hex(randomblob(40)) FROM n;
      CREATE UNIQUE INDEX of_lower ON t(lower(s));`,
    );
    const other = await small.createDatabase();
    const failed = await migrate({ source, target: other, workFolder: folder }).catch((error) => error);
    expect(failed.message).toMatch(/^The migration failed, and the target is as it was: temporary file size exceeds/);
    await inSession(other, async (client) => {
      const { rows } = await client.query(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgstead%' UNION ALL SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
      );
      expect(rows).toEqual([]);
    });
  } finally {
    await small.stop();
  }
});
