/** What SQLite puts together is either the values or irregular: whatever is stored, in a column of whatever type, is never read as something else. */
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { TablePlan, TargetType } from "../../../migration/model";
import { SetAside } from "../../../migration/set-aside";
import { Aggregates } from "../../../migration/verify/aggregates";
import { type Batch, mostColumns } from "../../../migration/verify/batches";
import { typeName } from "../../../migration/verify/cell";
import { Irregular } from "../../../migration/verify/json-array";
import { RecordBuffer } from "../../../migration/verify/record";
import { RecordRows } from "../../../migration/verify/record-rows";
import { Source } from "../../../migration/verify/source";
import { seededRandom } from "../../../samples/random";
import { sqliteFile, temporaryFolder } from "../support";
import { bothWays, planned, scalars } from "./both-ways";

const folder = temporaryFolder();

/** As SQL. Blobs of the one kind are JSONB, which JSON functions take for a value: NULL, true, 5, 0.5, "a", [] and {}. */
const odd = [
  ...[
    "x''",
    "x'00'",
    "x'01'",
    "x'1331'",
    "x'1335'",
    "x'35302e35'",
    "x'1761'",
    "x'1861'",
    "x'1961'",
    "x'1a61'",
    "x'0b'",
    "x'0c'",
  ],
  ...["CAST('5' AS BLOB)", "CAST('2025-01-01 00:00:00' AS BLOB)", "x'ff'", "zeroblob(20000)", "x'c3a9'"],
  ...["5", "-5", "-1", "0", "1", "2", "32768", "-32768", "2147483648", "-2147483649", "9223372036854775807"],
  ...["-9223372036854775808", "9007199254740993", "999999999999999", "1234567890123456"],
  ...["5.0", "-0.0", "0.1", "1e15", "1e300", "9e999", "-9e999", "5e-324"],
  ...["''", "'5'", "'-5'", "'5.0'", "' 5 '", "'+5'", "'1e3'", "'t'", "'null'", "'true'", "'-1'", "'[]'", "'NaN'"],
  ...[`'"'`, `'"a"'`, `'\\'`, `'a\\"b'`, `'\\u0000'`, "'a'','", "'é'", "char(128452)", "'\u{FFFD}'"],
  ...["char(8, 9, 10, 12, 13, 1, 31, 127)", "'a' || char(0) || 'b'", "char(0)", "'a   '", "'  '"],
  ...["'2025-02-30 00:00:00'", "'2025-01-01 00:00:00'", "'2025-01-01 00:00:00\"'", "'2025-01-01 00:00:00.1234567'"],
  ...["json('[1]')", "json('5')", `json('"a"')`, "jsonb('[1,2]')", `jsonb('"a"')`],
  ...["replace(hex(zeroblob(8192)), '00', 'ab')", "replace(hex(zeroblob(8193)), '00', 'ab')"],
  ...["replace(hex(zeroblob(9000)), '00', '\"\\')"],
];

const affinities = ["", "TEXT", "INTEGER", "REAL"];
const types: TargetType[] = scalars.map(([type]) => type);

/** A value that needs no exact way. */
function ordinary(type: TargetType, random: ReturnType<typeof seededRandom>): unknown {
  const make = scalars.find(([{ kind }]) => kind === type.kind)?.[1] ?? (() => null);
  switch (type.kind) {
    case "boolean":
      return BigInt(random.bit());
    case "numeric":
      return random.below(1000) / 8;
    case "smallint":
    case "integer":
    case "bigint":
      // The driver stores numbers as REALs.
      return BigInt(make(random) as number);
    default:
      return make(random);
  }
}

describe("a value of any kind is read as the exact way reads it", () => {
  it.each(types.map((type) => [typeName(type), type] as const))("in a column for %s", async (_, type) => {
    const random = seededRandom(11);
    const path = sqliteFile(folder, "");
    const database = new Database(path);
    const tables: TablePlan[] = [];
    database.exec("BEGIN");
    for (const affinity of affinities)
      for (const sql of odd) {
        const name = `t${tables.length}`;
        tables.push({ ...planned([type, { kind: "text" }]), source: name });
        database.exec(`CREATE TABLE ${name} (c0 ${affinity}, c1)`);
        const insert = database.prepare(`INSERT INTO ${name} VALUES (?, 'x')`);
        for (let n = 0; n < 3; n++) insert.run(random.maybe(() => ordinary(type, random)));
        database.exec(`INSERT INTO ${name} VALUES (${sql}, 'y')`);
        insert.run(random.maybe(() => ordinary(type, random)));
      }
    database.exec("COMMIT");
    database.close();
    for (const [n, table] of tables.entries()) {
      const { exact, batched, inBatches } = await bothWays(path, table);
      expect(inBatches).toBe(true);
      expect(batched, `${affinities[Math.floor(n / odd.length)]} ${odd[n % odd.length]}`).toEqual(exact);
    }
  });
});

/** Reads a table's batches. @returns of each whether it went without the exact way */
function quick(path: string, table: TablePlan): boolean[] {
  const source = new Source(path, new SetAside());
  const batches = source.batches(table);
  if (batches === null) throw new Error("no batches");
  const rows = new RecordRows(table, batches, new RecordBuffer());
  const went = (batch: Batch) => {
    try {
      rows.read(batch, new Aggregates(table, "none"), () => {});
      return true;
    } catch (error) {
      if (error instanceof Irregular) return false;
      throw error;
    }
  };
  const all = [...batches].map(went);
  source.close();
  return all;
}

describe("without the exact way", () => {
  it("all texts but those with NUL are read, at every place in a word of bytes", async () => {
    const table = planned([{ kind: "text" }, { kind: "varchar", length: 40 }]);
    const path = sqliteFile(
      folder,
      `CREATE TABLE t (c0, c1);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
      INSERT INTO t SELECT substr('abcdefgh', 1, i % 7) || char(i) || substr('ABCDEFGH', 1, i % 5), char(i, i + 1, 34, 92) FROM n`,
    );
    const { exact, batched } = await bothWays(path, table);
    expect(batched).toEqual(exact);
    expect(new Set(quick(path, table))).toEqual(new Set([true]));
  });

  it("long texts are read, those after short ones too", async () => {
    const table = planned([{ kind: "text" }, { kind: "varchar", length: 40 }, { kind: "json" }]);
    const path = sqliteFile(
      folder,
      `CREATE TABLE t (c0, c1, c2);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
      INSERT INTO t SELECT iif(i % 9 = 0, NULL, replace(hex(zeroblob(i / 3 + iif(i % 100 = 7, 9000, 0))), '00', 'é"')), i || '"',
        '[' || substr(replace(hex(zeroblob(i)), '00', ',""'), 2) || ']' FROM n`,
    );
    expect(new Set(quick(path, table))).toEqual(new Set([true]));
    const { exact, batched } = await bothWays(path, table);
    expect(batched).toEqual(exact);
  });

  it("values of every type are read, also those that are long", async () => {
    const table = planned(types);
    const path = sqliteFile(folder, `CREATE TABLE t (${table.columns.map(({ source }) => source).join(", ")})`);
    const random = seededRandom(3);
    const values = types.map((type) => () => ordinary(type, random));
    const database = new Database(path);
    const insert = database.prepare(`INSERT INTO t VALUES (${types.map(() => "?").join(", ")})`);
    database.transaction(() => {
      for (let n = 0; n < 500; n++) insert.run(values.map((value) => random.maybe(value)));
    })();
    database.close();
    const went = quick(path, table);
    expect(went.length).toBeGreaterThan(3);
    expect(new Set(went)).toEqual(new Set([true]));
    const { exact, batched } = await bothWays(path, table);
    expect(batched).toEqual(exact);
  });
});

describe("batches", () => {
  const rows = async (path: string) => {
    const { exact, batched } = await bothWays(path, planned([{ kind: "bigint" }]));
    expect(batched).toEqual(exact);
    return batched.rows;
  };

  it("hold rows wherever their rowids are", async () => {
    const path = sqliteFile(
      folder,
      `CREATE TABLE t (c0);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
      INSERT INTO t (rowid, c0) SELECT i, i FROM n UNION ALL SELECT i * 1000003, -i FROM n WHERE i > 1
      UNION ALL SELECT 8000000000000000000 + i, i FROM n;
      INSERT INTO t (rowid, c0) VALUES (-9223372036854775808, 1), (-5, 2), (9223372036854775807, 3)`,
    );
    expect(await rows(path)).toBe("18002");
  });

  it("end where dense rowids end at the greatest one", async () => {
    const path = sqliteFile(
      folder,
      `CREATE TABLE t (c0);
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
      INSERT INTO t (rowid, c0) SELECT 9223372036854775807 - i, i FROM n`,
    );
    expect(await rows(path)).toBe("1000");
  });

  it.each(["text", "bytea", "double precision", "bigint"] as const)(
    "hold as many columns as they may, of %s",
    async (kind) => {
      const table = planned(Array.from({ length: mostColumns }, () => ({ kind })));
      const names = table.columns.map(({ source }) => source);
      const values = names.map((_, i) => (kind === "text" ? `'${i}'` : kind === "bytea" ? `x'0${i % 10}'` : `${i}`));
      const path = sqliteFile(
        folder,
        `CREATE TABLE t (${names.join(", ")}); INSERT INTO t VALUES (${values.join(", ")}); INSERT INTO t SELECT * FROM t`,
      );
      expect(quick(path, table)).toEqual([true]);
      const { exact, batched } = await bothWays(path, table);
      expect(batched).toEqual(exact);
    },
  );

  it("of no rows are none", async () => {
    expect(await rows(sqliteFile(folder, "CREATE TABLE t (c0)"))).toBe("0");
  });

  it.each([
    [{ kind: "text" }, "json(c0)", `'"a"'`],
    [{ kind: "text" }, "c0 -> '$'", `'"a"'`],
    [{ kind: "jsonb" }, "json(c0)", `'"5"'`],
    [{ kind: "timestamp" }, "json(c0)", `'"2025-01-01 00:00:00"'`],
    [{ kind: "boolean" }, "json(c0)", "'1'"],
    [{ kind: "smallint" }, "json(c0)", "'-0'"],
    [{ kind: "bigint" }, "c0 + 0", "'7'"],
    [{ kind: "text" }, "c0", "5"],
    [{ kind: "text" }, "c0", "NULL"],
    [{ kind: "text" }, "unhex(c0)", "'1761'"],
    [{ kind: "uuid" }, "c0", "replace(hex(zeroblob(16)), '00', 'ab')"],
    [{ kind: "text" }, "replace(hex(zeroblob(c0)), '00', 'ab')", "9000"],
  ] as [TargetType, string, string][])(
    "of a column that is computed when it is read hold the value, not the JSON in it: %o AS %s of %s",
    async (type, expression, value) => {
      // Only the second column is read.
      const table = planned([{ kind: "text" }, type]);
      const path = sqliteFile(
        folder,
        `CREATE TABLE t (c0, c1 AS (${expression})); INSERT INTO t VALUES (${value}), (${value}), (NULL)`,
      );
      table.columns.shift();
      const { exact, batched } = await bothWays(path, table);
      expect(batched).toEqual(exact);
    },
  );

  it.each(["text", "json", "varchar"] as const)("have texts of %s mended where config says so", async (kind) => {
    const table = planned([kind === "varchar" ? { kind, length: 40 } : { kind }]);
    for (const column of table.columns) column.badText = "replace";
    const path = sqliteFile(
      folder,
      "CREATE TABLE t (c0); INSERT INTO t VALUES ('é'), ('a' || char(0) || 'b'), (CAST(x'61ff' AS TEXT)), ('x')",
    );
    const { exact, batched } = await bothWays(path, table);
    expect(batched).toEqual(exact);
  });

  it("tell bytes that are no text from the character that is shown for them", async () => {
    for (const [kind, text] of [
      ["text", "CAST(x'ff' AS TEXT)"],
      ["jsonb", "CAST(x'22ff22' AS TEXT)"],
    ] as const) {
      const table = planned([{ kind }]);
      const shown = kind === "text" ? "'\u{FFFD}'" : "'\"\u{FFFD}\"'";
      const [bytes, character] = await Promise.all(
        [text, shown].map((sql) =>
          bothWays(sqliteFile(folder, `CREATE TABLE t (c0); INSERT INTO t VALUES (${sql})`), table),
        ),
      );
      expect(bytes?.batched.digest).not.toBe(character?.batched.digest);
    }
  });
});
