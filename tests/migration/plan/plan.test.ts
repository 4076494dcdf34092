import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { planCreate } from "../../../migration/plan/create-plan";
import { Namespace } from "../../../migration/plan/names";
import { loadingOrder } from "../../../migration/plan/order";
import { readCatalog } from "../../../migration/source/catalog";
import { profileTable } from "../../../migration/source/profile";

function plan(script: string, excludeTables: string[] = []) {
  const db = new Database(":memory:");
  db.defaultSafeIntegers(true);
  db.pragma("foreign_keys = OFF");
  db.exec(script);
  const catalog = readCatalog(db, { path: ":memory:" } as never);
  const profiles = new Map(
    catalog.tables.map((table) => [table.name, table.kind === "table" ? profileTable(db, table) : new Map()]),
  );
  db.close();
  return planCreate(catalog, profiles, { schema: "public", excludeTables });
}

const left = (script: string) => plan(script).leftBehind.map(({ kind, name, sql }) => [kind, name, sql]);

describe("the order of loading", () => {
  test("puts a referenced table first, and keeps the given order otherwise", () =>
    expect(
      loadingOrder(
        ["c", "b", "a", "x"],
        new Map([
          ["c", ["b"]],
          ["b", ["a", "b"]],
        ]),
      ),
    ).toEqual({ order: ["a", "b", "c", "x"], cycles: [] }));

  test("names the cycles", () =>
    expect(
      loadingOrder(
        ["d", "a", "b", "c"],
        new Map([
          ["a", ["b"]],
          ["b", ["c"]],
          ["c", ["a"]],
          ["d", ["a"]],
        ]),
      ),
    ).toEqual({
      order: ["a", "b", "c", "d"],
      cycles: [["a", "b", "c"]],
    }));
});

describe("names", () => {
  test("stay as they are up to 63 bytes, and are cut between characters with a hash beyond", () => {
    const names = new Namespace();
    expect(names.take("Order Items")).toBe("Order Items");
    const long = "é".repeat(40);
    const first = names.take(`${long}1`);
    const second = names.take(`${long}2`);
    expect(Buffer.byteLength(first)).toBeLessThanOrEqual(63);
    expect(first).toMatch(/^é{27}_[0-9a-f]{8}$/);
    expect(second).not.toBe(first);
    expect(new Namespace().take(`${long}1`)).toBe(first);
  });

  test("of indexes and constraints do not clash with each other or with tables", () => {
    const { tables } = plan(
      `CREATE TABLE a(id INTEGER PRIMARY KEY, x UNIQUE); CREATE TABLE a_pkey(id INTEGER PRIMARY KEY); CREATE TABLE a_id_seq(x);
       CREATE INDEX a_x_key ON a(x);`,
    );
    const names = tables.flatMap((table) => [
      table.target,
      ...(table.primaryKey ? [table.primaryKey.name] : []),
      ...(table.identitySequence ? [table.identitySequence] : []),
      ...table.uniques.map((unique) => unique.name),
      ...table.indexes.map((index) => index.name),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("a_x_key");
  });
});

describe("foreign keys", () => {
  test("without a column mean the primary key, and names are taken whatever their case", () => {
    const { tables } = plan(
      `CREATE TABLE "Parent"(Id INTEGER PRIMARY KEY); CREATE TABLE child(p INT CONSTRAINT my_fk REFERENCES PARENT, q INT REFERENCES parent(ID));`,
    );
    expect(
      tables
        .at(-1)
        ?.foreignKeys.map(({ name, columns, referencedTable, referencedColumns }) => [
          name,
          columns,
          referencedTable,
          referencedColumns,
        ]),
    ).toEqual([
      ["my_fk", ["p"], "Parent", ["Id"]],
      ["child_q_fkey", ["q"], "Parent", ["Id"]],
    ]);
  });

  test("bring both sides to one type where the values allow it", () => {
    const { tables } = plan(
      `CREATE TABLE p(id NUMERIC PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE c(p INT REFERENCES p, e REFERENCES p); INSERT INTO c(p) VALUES (1);`,
    );
    expect(tables.flatMap((table) => table.columns.map((column) => column.type.kind))).toEqual([
      "bigint",
      "bigint",
      "bigint",
    ]);
    expect(tables[1]?.foreignKeys).toHaveLength(2);
  });

  test("of an empty column to two of different types keep one, and leave the other behind", () => {
    const result = plan(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id TEXT PRIMARY KEY); INSERT INTO q VALUES ('x'); INSERT INTO p VALUES (1); CREATE TABLE c(x REFERENCES p REFERENCES q)",
    );
    expect(result.tables[2]?.foreignKeys).toHaveLength(1);
    expect(result.leftBehind.map((item) => item.kind)).toEqual(["foreign key"]);
    expect(result.tables[2]?.columns[0]?.reason.match(/Made/g)).toHaveLength(1);
  });

  test("leave an identity an integer, also of an empty table", () => {
    const result = plan(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INT REFERENCES p); INSERT INTO c VALUES ('x')",
    );
    expect(result.tables[0]?.columns[0]?.type.kind).toBe("bigint");
    expect(result.leftBehind.map((item) => item.kind)).toEqual(["foreign key"]);
    const toText = plan(
      "CREATE TABLE p(id TEXT PRIMARY KEY); INSERT INTO p VALUES ('x'); CREATE TABLE c(id INTEGER PRIMARY KEY REFERENCES p)",
    );
    expect(toText.tables[1]?.columns[0]?.type.kind).toBe("bigint");
  });

  test("that PostgreSQL cannot have are left behind with the reason", () => {
    const result = plan(
      `CREATE TABLE p(id INTEGER PRIMARY KEY, n INT); CREATE TABLE c(a TEXT REFERENCES p, b INT REFERENCES p(n), d INT REFERENCES nowhere(x)); INSERT INTO c(a) VALUES ('1');
       INSERT INTO p VALUES (1, 1);`,
    );
    expect(result.tables.flatMap((table) => table.foreignKeys)).toEqual([]);
    expect(result.leftBehind.map((item) => item.reason)).toEqual([
      "c.a is text and p.id is bigint: PostgreSQL cannot compare them.",
      "The columns it refers to in p are not unique together, which SQLite does not check until they are used.",
      "It refers to nowhere, which is no table that comes over.",
    ]);
  });

  test("with orphans are planned as not valid, with a warning that counts them", () => {
    const result = plan(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INT REFERENCES p); INSERT INTO c VALUES (1), (2), (NULL);",
    );
    expect(result.tables.at(-1)?.foreignKeys[0]?.orphans).toBe(2);
    expect(result.warnings[0]).toMatch(/^2 rows of c refer to rows of p that do not exist \(rowid 1; rowid 2\)/);
  });
});

test("what does not come over is named with its text", () => {
  expect(
    left(`CREATE TABLE t(id INTEGER PRIMARY KEY, n TEXT COLLATE NOCASE CHECK (n + 1 <> 'a)b'), d TEXT DEFAULT (round(1.25, 1)), g INT AS (printf('%d', id)) STORED, CONSTRAINT pos CHECK (printf('%d', id) > 0));
      CREATE INDEX part ON t(n) WHERE n + 1; CREATE INDEX expr ON t(printf(n)); CREATE VIEW v AS SELECT name FROM sqlite_schema; CREATE TRIGGER tr AFTER DELETE ON t BEGIN SELECT 1; END;
      CREATE VIRTUAL TABLE f USING fts5(body);`).filter(([, name]) => !String(name).startsWith("f_")),
  ).toEqual([
    ["table", "f", "CREATE VIRTUAL TABLE f USING fts5(body)"],
    ["index", "part", "CREATE INDEX part ON t(n) WHERE n + 1"],
    ["index", "expr", "CREATE INDEX expr ON t(printf(n))"],
    ["check", "t", "CHECK (n + 1 <> 'a)b')"],
    ["check", "t.pos", "CHECK (printf('%d', id) > 0)"],
    ["column", "t.g", "GENERATED ALWAYS AS (printf('%d', id))"],
    ["collation", "t.n", "COLLATE NOCASE"],
    ["default", "t.d", "DEFAULT round(1.25, 1)"],
    ["view", "v", "CREATE VIEW v AS SELECT name FROM sqlite_schema"],
    ["trigger", "tr", "CREATE TRIGGER tr AFTER DELETE ON t BEGIN SELECT 1; END"],
  ]);
});

describe("identities", () => {
  const next = (script: string) => plan(script).tables[0]?.nextIdentity;
  test("go on past the greatest key", () =>
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (41)")).toBe("42"));
  test("go on past the greatest key ever given out", () =>
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (99); DELETE FROM t")).toBe(
      "100",
    ));
  test("begin at 1 in an empty table, and after negative keys", () => {
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)")).toBe("1");
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-5)")).toBe("1");
  });
  test("are for the rowid alone", () => {
    expect(next("CREATE TABLE t(id INT PRIMARY KEY)")).toBe(null);
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY) WITHOUT ROWID")).toBe(null);
    expect(next("CREATE TABLE t(id INTEGER PRIMARY KEY DESC)")).toBe(null);
  });
});

test("a primary key that holds NULL becomes a unique constraint, with a warning", () => {
  const result = plan("CREATE TABLE t(code TEXT PRIMARY KEY); INSERT INTO t VALUES (NULL), ('a')");
  expect(result.tables[0]?.primaryKey).toBe(null);
  expect(result.tables[0]?.uniques).toEqual([{ name: "t_code_key", columns: ["code"] }]);
  expect(result.warnings[0]).toMatch(/primary key of t holds NULL in code/);
});
