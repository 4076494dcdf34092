/** The two ways in which the source's side is read, and the server's own: all three give the same hashes, for every kind of value in every type. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { TargetType } from "../../../migration/model";
import { planSource } from "../../../migration/plan-source";
import { SetAside } from "../../../migration/set-aside";
import { freeze } from "../../../migration/source/freeze";
import { cellReader, typeName } from "../../../migration/verify/cell";
import { sourceContent, targetContent } from "../../../migration/verify/content";
import { hashBytes } from "../../../migration/verify/lookup3";
import { withSnapshot } from "../../../migration/verify/snapshot";
import { Source } from "../../../migration/verify/source";
import { seededRandom } from "../../../samples/random";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";
import { bothWays, planned, scalars } from "./both-ways";

const folder = temporaryFolder();

describe("SQLite's batches hold what its values say", () => {
  const cases = resolve(__dirname, "../../cases");
  const names = readdirSync(cases).filter((name) => existsSync(join(cases, name, "source.sql")));
  let compared = 0;
  for (const name of names)
    test(name, async () => {
      let path: string;
      try {
        path = sqliteFile(folder, readFileSync(join(cases, name, "source.sql"), "utf8"), `${name}.db`);
      } catch {
        return;
      }
      const { tables } = await planSource({ source: path, schema: "public", excludeTables: [] });
      const { readable } = await freeze(path, folder, name);
      for (const table of tables) {
        const { exact, batched, distinct, inBatches, fits } = await bothWays(readable.path, table);
        if (!fits || table.columns.some(({ type }) => type.kind === "other")) continue;
        expect(batched, table.source).toEqual(exact);
        if (table.columns.length <= 250) expect(distinct[1], table.source).toEqual(distinct[0]);
        if (inBatches) compared++;
      }
    });
  it("which most tables are read in", () => {
    expect(compared).toBeGreaterThan(100);
  });
});

describe("the server", () => {
  let server: TestServer;
  let client: Client;
  beforeAll(async () => {
    server = await testServer();
    client = await connect(await server.createDatabase());
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  it("hashes bytes of every length as this side does, with any seed", async () => {
    const memory = new ArrayBuffer(128);
    const bytes = Buffer.from(memory);
    for (let length = 0; length < 100; length++) {
      randomBytes(length).copy(bytes);
      const seed = length % 3 === 0 ? 0n : randomBytes(8).readBigInt64BE();
      const hash = { high: 0, low: 0 };
      const [high, low] = [BigInt.asIntN(32, seed >> 32n), BigInt.asIntN(32, seed)].map(Number) as [number, number];
      hashBytes(bytes, new Int32Array(memory), length, high, low, hash);
      const { rows } = await client.query<{ h: string }>("SELECT hash_record_extended(ROW($1::bytea), $2)::text AS h", [
        bytes.subarray(0, length),
        String(seed),
      ]);
      expect(BigInt.asIntN(64, (BigInt(hash.high) << 32n) | BigInt(hash.low)).toString()).toBe(rows[0]?.h);
    }
  });

  it.each([
    ...scalars.map((scalar) => [typeName(scalar[0]), [scalar]] as const),
    ["every type at once", scalars] as const,
  ])("hashes rows of %s as both ways of this side do", async (_, scalars) => {
    const random = seededRandom(7);
    const types = scalars.map(([type]) => type);
    const table = planned(types);
    const path = join(folder, `${types.map(({ kind }) => kind).join()}.db`);
    const database = new Database(path);
    database.exec(`CREATE TABLE t (${table.columns.map(({ source }) => source).join(", ")})`);
    const insert = database.prepare(`INSERT INTO t VALUES (${types.map(() => "?").join(", ")})`);
    database.transaction(() => {
      for (let n = 0; n < 1000; n++) insert.run(scalars.map(([, make]) => random.maybe(() => make(random))));
    })();
    database.close();
    await client.query(
      `DROP TABLE IF EXISTS t; CREATE TABLE t (${table.columns.map(({ target, type }) => `${target} ${typeName(type)}`).join(", ")})`,
    );
    const source = new Source(path, new SetAside());
    const raw = new Map<string, string>([
      ["double precision", "float8"],
      ["real", "float4"],
    ]);
    const reads = table.columns.map((planned) => cellReader(planned));
    for (const batch of source.rows(table))
      for (const row of batch) {
        const values = row.slice(0, types.length).map((value, i) => {
          const kind = types[i]?.kind ?? "";
          if (kind === "bytea") return value;
          if (raw.has(kind) && value !== null) {
            const number = kind === "real" ? Math.fround(Number(value)) : value;
            return Object.is(number, -0) ? "-0" : String(number);
          }
          return reads[i]?.(value) ?? null;
        });
        await client.query(`INSERT INTO t VALUES (${types.map((_, i) => `$${i + 1}`).join(", ")})`, values);
      }
    source.close();
    const { exact, batched, inBatches } = await bothWays(path, table);
    expect(inBatches).toBe(true);
    expect(batched).toEqual(exact);
    const there = await withSnapshot(client, "public", () => targetContent(client, "public", table));
    expect(there).toEqual(batched);
    for (const rows of ["1000000", "5000000"]) {
      const counted = { ...table, rowCount: rows };
      const here = new Source(path, new SetAside());
      const byValue = await sourceContent(null, here, counted, () => {}, true);
      here.close();
      const byServer = await withSnapshot(client, "public", () => targetContent(client, "public", counted, true));
      expect(byServer).toEqual(byValue);
      expect(byServer.aggregates.every(({ distinct }) => distinct !== null)).toBe(true);
    }
  });

  it.each([
    ["CAST('5' AS BLOB)", { kind: "bigint" }, "5"],
    ["CAST('2025-01-01 00:00:00' AS BLOB)", { kind: "timestamp" }, "2025-01-01 00:00:00"],
    ["'1,2'", { kind: "bigint" }, "1"],
    ["CAST(x'ff' AS TEXT)", { kind: "text" }, "\u{FFFD}"],
    ["'a' || char(0) || 'b'", { kind: "text" }, "a"],
    ["2", { kind: "boolean" }, "t"],
    ["9007199254740993", { kind: "double precision" }, "9007199254740992"],
    ["CAST('[]' AS BLOB)", { kind: "json" }, "[]"],
    ["0.1", { kind: "text" }, "0.10"],
  ] as [string, TargetType, string][])(
    "never takes %s for the value of another kind that it resembles (%o %s)",
    async (sql, type, other) => {
      const table = planned([type, { kind: "text" }]);
      const path = sqliteFile(folder, `CREATE TABLE t (c0, c1); INSERT INTO t VALUES (${sql}, 'x')`);
      const { exact, batched, fits } = await bothWays(path, table);
      if (fits) expect(batched.digest).toBe(exact.digest);
      await client.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (c0 ${typeName(type)}, c1 text)`);
      await client.query("INSERT INTO t VALUES ($1, 'x')", [other]);
      const there = await withSnapshot(client, "public", () => targetContent(client, "public", table));
      expect(there.digest).not.toBe(batched.digest);
    },
  );

  it("rows set aside are left out of batches", async () => {
    const table = { ...planned([{ kind: "bigint" }]), key: ["rowid"] };
    const path = sqliteFile(folder, "CREATE TABLE t (c0); INSERT INTO t VALUES (1), (2), (3)");
    const rejects = new SetAside();
    rejects.add("t", [2n]);
    const source = new Source(path, rejects);
    const aside = await sourceContent(null, source, table, () => {});
    source.close();
    const without = sqliteFile(folder, "CREATE TABLE t (c0); INSERT INTO t VALUES (1), (3)");
    expect(aside).toEqual({ ...(await bothWays(without, table)).batched });
  });
});
