/**
 * Tables for a Citus cluster. The extension is in no package registry: stub functions of its names stand in a schema of the test's, and say when they were
 * called and for what. What Citus itself does with the tables then is not seen here.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { migrate, plan } from "../../../migration";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let target: PostgresTarget;
let admin: Client;
let folder: string;

beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-citus-"));
  target = await server.createDatabase();
  admin = await connect(server.superuser(target.database));
});
afterEach(async () => {
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Notes each call with the rows and the constraints that its table has at that moment. */
async function stubCitus(): Promise<void> {
  await admin.query(`CREATE SCHEMA stub;
    CREATE TABLE stub.calls (n serial, what text, "table" text, "column" text, rows int, constraints int);
    CREATE FUNCTION stub.note(what text, t regclass, c text) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE held int;
      BEGIN
        EXECUTE format('SELECT count(*) FROM %s', t) INTO held;
        INSERT INTO stub.calls (what, "table", "column", rows, constraints)
          SELECT what, relname, c, held, (SELECT count(*) FROM pg_constraint WHERE conrelid = t) FROM pg_class WHERE oid = t;
      END $$;
    CREATE FUNCTION stub.create_distributed_table(table_name regclass, distribution_column text) RETURNS void
      LANGUAGE sql AS $$ SELECT stub.note('distributed', $1, $2) $$;
    CREATE FUNCTION stub.create_reference_table(table_name regclass) RETURNS void
      LANGUAGE sql AS $$ SELECT stub.note('reference', $1, NULL) $$;
    GRANT USAGE ON SCHEMA stub TO app; GRANT ALL ON ALL TABLES IN SCHEMA stub TO app;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA stub TO app;
    ALTER DATABASE ${target.database} SET search_path TO public, stub`);
}

function source(sql: string): string {
  const path = join(folder, "app.db");
  new Database(path).exec(sql).close();
  return path;
}

const shop = `
  CREATE TABLE countries (code TEXT PRIMARY KEY, name TEXT);
  CREATE TABLE "Shops" ("Shop ID" INTEGER PRIMARY KEY, country TEXT REFERENCES countries (code));
  CREATE TABLE orders (shop INTEGER NOT NULL REFERENCES "Shops" ("Shop ID"), id INTEGER NOT NULL, total INTEGER, PRIMARY KEY (shop, id));
  CREATE TABLE local_notes (id INTEGER PRIMARY KEY, text TEXT);
  INSERT INTO countries VALUES ('at', 'Austria'), ('nl', 'Netherlands');
  INSERT INTO "Shops" VALUES (1, 'at'), (2, 'nl');
  INSERT INTO orders VALUES (1, 1, 10), (1, 2, 20), (2, 1, 30);
  INSERT INTO local_notes VALUES (1, 'here');`;
const distribution = { countries: "reference", Shops: "by Shop ID", orders: "by shop" };

const refusal = (sql: string, wanted: Record<string, string>) =>
  plan({ source: source(sql), target, distribution: wanted, workFolder: join(folder, "work") });

const tables = async () =>
  (await admin.query("SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'stub')"))
    .rowCount;

describe("tables of a Citus cluster", () => {
  it("are distributed while they are empty, before their keys, and then loaded, proved and put into place", async () => {
    await stubCitus();
    const report = await migrate({ source: source(shop), target, distribution, workFolder: join(folder, "work") });
    expect(report.status).toBe("verified");
    const { rows } = await admin.query(
      'SELECT what, "table", "column", rows, constraints FROM stub.calls ORDER BY "table"',
    );
    expect(rows).toEqual([
      { what: "distributed", table: "Shops", column: "Shop ID", rows: 0, constraints: 0 },
      { what: "reference", table: "countries", column: null, rows: 0, constraints: 0 },
      { what: "distributed", table: "orders", column: "shop", rows: 0, constraints: 0 },
    ]);
    expect((await admin.query("SELECT count(*)::int AS n FROM orders")).rows).toEqual([{ n: 3 }]);
  });

  it("are refused, before anything is made, by a target without Citus", async () => {
    await expect(
      migrate({ source: source(shop), target, distribution, workFolder: join(folder, "work") }),
    ).rejects.toThrow(/the target has no Citus: nothing was changed.*CREATE EXTENSION citus/s);
    expect(await tables()).toBe(0);
  });

  it("carry the names that the target gives them", async () => {
    await stubCitus();
    const renamed = { names: "snake_case" as const, distribution, workFolder: join(folder, "work") };
    await migrate({ source: source(shop), target, ...renamed });
    const { rows } = await admin.query(`SELECT "table", "column" FROM stub.calls WHERE "table" = 'shops'`);
    expect(rows).toEqual([{ table: "shops", column: "shop_id" }]);
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    ["a table that is not there", shop, { nothing: "reference" }, /names nothing, which is no table/],
    ["a column that is not there", shop, { orders: "by nothing" }, /orders has no column nothing/],
    [
      "a primary key without the column",
      shop,
      { local_notes: "by text" },
      /primary key \S+ of local_notes does not have text/,
    ],
    [
      "a unique index without the column",
      "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER); CREATE UNIQUE INDEX one ON t (b)",
      { t: "by a" },
      /unique index one of t does not have a in it/,
    ],
    [
      "a foreign key to a table that is not distributed",
      shop,
      { orders: "by shop" },
      /leads from orders to Shops, which is neither/,
    ],
    [
      "a foreign key from a table that is not distributed",
      shop,
      { Shops: "by Shop ID", countries: "reference" },
      /leads from orders to Shops, which is distributed, and orders is not/,
    ],
    [
      "a foreign key from a reference table to a distributed one",
      shop,
      { Shops: "by Shop ID", countries: "reference", orders: "reference" },
      /a reference table cannot refer to a distributed one/,
    ],
    [
      "a foreign key without the distribution columns",
      shop,
      { ...distribution, orders: "by id" },
      /without their distribution columns \(id, Shop ID\) in the same place/,
    ],
    [
      "a foreign key that would change the distribution column",
      `CREATE TABLE p (id INTEGER PRIMARY KEY);
       CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE)`,
      { p: "by id", c: "by p" },
      /ON DELETE SET NULL, which would change.*ON UPDATE CASCADE, which would change/,
    ],
    [
      "a trigger",
      `CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
       CREATE TRIGGER counts AFTER INSERT ON t BEGIN UPDATE t SET n = 1 WHERE id = NEW.id; END`,
      { t: "by id" },
      /t has the trigger counts, and Citus runs none/,
    ],
  ])("are refused for %s, with Citus there or not", async (_why, sql, wanted, reason) => {
    await expect(refusal(sql, wanted)).rejects.toThrow(reason);
    expect(await tables()).toBe(0);
  });

  it("take words of two kinds only", async () => {
    await expect(refusal(shop, { orders: "hash(shop)" })).rejects.toThrow(
      /distribution has "hash\(shop\)" for orders.*by <column>/,
    );
  });
});
