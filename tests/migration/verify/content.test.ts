/** The two ways in which the source's side is read, and the server's own: all three give the same hashes, for every kind of value in every type. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { TablePlan, TargetType } from "../../../migration/model";
import { planSource } from "../../../migration/plan-source";
import { SetAside } from "../../../migration/set-aside";
import { freeze } from "../../../migration/source/freeze";
import { cellReader, typeName } from "../../../migration/verify/cell";
import { type Content, sourceContent, targetContent } from "../../../migration/verify/content";
import { hashBytes } from "../../../migration/verify/lookup3";
import { withSnapshot } from "../../../migration/verify/snapshot";
import { Source } from "../../../migration/verify/source";
import type { Cell } from "../../../migration/verify/value";
import { seededRandom } from "../../../samples/random";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();

/** As if it had many rows: different values are not counted, and SQLite puts batches together. */
const large = (table: TablePlan): TablePlan => ({ ...table, rowCount: "1000000" });
const withoutDistinct = ({ aggregates, ...content }: Content) => ({
  ...content,
  aggregates: aggregates.map((aggregate) => ({ ...aggregate, distinct: null })),
});

/** Whether a target could hold every value: the bytes of one that it cannot are another's in each way. */
function fits(source: Source, table: TablePlan): boolean {
  const reads = table.columns.map(cellReader);
  const wrong = (cell: Cell) => cell?.includes("\0") === true;
  return ![...source.rows(table)].flat().some((row) => reads.some((read, i) => wrong(read(row[i] ?? null))));
}

async function bothWays(path: string, table: TablePlan) {
  const source = new Source(path, new SetAside());
  try {
    const exact = await sourceContent(null, source, { ...table, rowCount: "1" }, () => {});
    const batched = await sourceContent(null, source, large(table), () => {});
    const hashed = await sourceContent(null, source, large(table), () => {}, true);
    return {
      exact: withoutDistinct(exact),
      batched: withoutDistinct(batched),
      distinct: [exact, hashed].map(({ aggregates }) => aggregates.map(({ distinct }) => distinct)),
      inBatches: source.batches(table) !== null,
      fits: fits(source, table),
    };
  } finally {
    source.close();
  }
}

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

const scalars: [TargetType, (random: ReturnType<typeof seededRandom>) => unknown][] = [
  [{ kind: "bigint" }, (random) => random.int64()],
  [{ kind: "integer" }, (random) => random.one([0, -1, 2147483647, -2147483648, random.below(1e6)])],
  [{ kind: "smallint" }, (random) => random.one([0, -1, 32767, -32768])],
  [{ kind: "boolean" }, (random) => random.one([0, 1, "t", "false", 1])],
  [{ kind: "double precision" }, (random) => random.one([random.float(), -0, 1e300, 5, -1 / 0, 1 / 0, random.unit()])],
  [{ kind: "real" }, (random) => random.one([0.5, -0, 16777216, random.unit()])],
  [
    { kind: "numeric", precision: null, scale: null },
    (random) => random.one([random.int64(), 0.1, 1e21, -2.5e-7, 3, -0]),
  ],
  [
    { kind: "text" },
    (random) => random.one(["", "é", "a,b:c", "1:x", "x".repeat(200), "y".repeat(20_000), "\u{1F5C4}"]),
  ],
  [{ kind: "varchar", length: 40 }, (random) => random.one(["", " x ", "\n", "NULL"])],
  [{ kind: "char", length: 5 }, (random) => random.one(["a", "a  ", "", "abcde"])],
  [
    { kind: "bytea" },
    (random) => random.one([Buffer.alloc(0), random.bytes(30), Buffer.alloc(20_000, 7), Buffer.from("1,2:3")]),
  ],
  [{ kind: "uuid" }, () => "0f8fad5b-d9cb-469f-a165-708677289501"],
  [{ kind: "json" }, (random) => random.one(['{"b": 1.0, "a": [1,  2]}', "[]", '"x"'])],
  [{ kind: "jsonb" }, (random) => random.one(['{"b": 1.0, "a": [1,  2], "b": 2}', "[]", '"x"', "1e3"])],
  [{ kind: "date" }, (random) => random.one(["2025-02-28", "0001-01-01", "9999-12-31", "infinity", "0000-03-01"])],
  [{ kind: "time" }, (random) => random.one(["23:59:59.999999", "00:00", "24:00:00"])],
  [
    { kind: "timestamp" },
    (random) =>
      random.one([
        "2025-02-28 01:02:03.5",
        "2024-02-29T23:59:59.000001",
        "1999-12-31 23:59:59.999999",
        "1799-12-31 23:59:59",
        "0000-03-01 00:00:00",
        "2025-01-01",
        "-infinity",
        "9999-12-31 23:59:59.123456",
      ]),
  ],
  [
    { kind: "timestamptz" },
    (random) => random.one(["2025-02-28 01:02:03+02:00", "2025-02-28 01:02:03.25Z", "1901-01-01 00:00:00", "infinity"]),
  ],
];

const column = (type: TargetType, i: number): TablePlan["columns"][number] => ({
  source: `c${i}`,
  target: `c${i}`,
  type,
  timeForm: ["date", "time", "timestamp", "timestamptz"].includes(type.kind) ? "text" : null,
  notNull: false,
  default: null,
  identity: false,
  reason: "",
  profile: null,
  ...({ collation: null, generated: null } as object),
});

const planned = (types: TargetType[]): TablePlan =>
  ({
    source: "t",
    target: "t",
    columns: types.map(column),
    primaryKey: null,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    key: ["rowid"],
    shownKey: ["rowid"],
    identitySequence: null,
    nextIdentity: null,
    rowCount: "1000000",
  }) as unknown as TablePlan;

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
