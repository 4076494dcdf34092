import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { readCatalog } from "../../../migration/source/catalog";
import { readCreateTable } from "../../../migration/source/create-table";
import { openReadOnly } from "../../../migration/source/open";
import { TableReader } from "../../../migration/source/read";
import { statements } from "../../../migration/source/tokens";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();

function catalog(script: string) {
  const db = openReadOnly(sqliteFile(folder, script));
  try {
    return readCatalog(db, { path: "case.db" } as never);
  } finally {
    db.close();
  }
}

test("names of any kind are read as they are", () => {
  const names = ['or"der', "sp ace", "do.t", "sl/ash", "ünïcode", "select", "a'b", "[x]", ""];
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const { tables } = catalog(
    names
      .map((name) => `CREATE TABLE ${quote(name)}(${quote(`${name}1`)} INT, "x y" TEXT REFERENCES ${quote(name)});`)
      .join("\n"),
  );
  expect(tables.map((table) => table.name)).toEqual(names);
  expect(tables.map((table) => table.columns.map((column) => column.name))).toEqual(
    names.map((name) => [`${name}1`, "x y"]),
  );
  expect(tables.map((table) => table.foreignKeys[0]?.referencedTable)).toEqual(names);
});

test("virtual tables and their storage are told from tables", () => {
  const { tables } = catalog(
    "CREATE TABLE t(x); CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE r USING rtree(id, a, b); CREATE TABLE f_notes(x);",
  );
  const kinds = Object.fromEntries(tables.map((table) => [table.name, table.kind]));
  expect(kinds).toMatchObject({
    t: "table",
    f: "virtual",
    r: "virtual",
    f_data: "shadow",
    r_node: "shadow",
    f_notes: "table",
  });
});

test("the rowid has a name wherever one is free", () => {
  const { tables } = catalog(
    `CREATE TABLE plain(x); CREATE TABLE alias(id INTEGER PRIMARY KEY); CREATE TABLE taken(rowid TEXT); CREATE TABLE all_taken(rowid, _ROWID_, oid);
     CREATE TABLE without(x PRIMARY KEY) WITHOUT ROWID; CREATE TABLE descending(id INTEGER PRIMARY KEY DESC); CREATE TABLE int_key(id INT PRIMARY KEY);`,
  );
  expect(tables.map((table) => [table.name, table.rowidColumn, table.rowidName])).toEqual([
    ["plain", null, "rowid"],
    ["alias", "id", "id"],
    ["taken", null, "_rowid_"],
    ["all_taken", null, null],
    ["without", null, null],
    ["descending", null, "rowid"],
    ["int_key", null, "rowid"],
  ]);
});

test("what the pragmas do not tell is read from the SQL, past comments, quotes and nesting", () => {
  expect(
    readCreateTable(`CREATE TABLE "x (CHECK" ( -- CHECK (no)
      id INTEGER PRIMARY KEY AUTOINCREMENT, "check" TEXT DEFAULT 'CHECK (neither)' COLLATE "NOCASE" /* REFERENCES none */,
      a INT CONSTRAINT pos CHECK (a > (1 + 2) AND b <> ')') CONSTRAINT fa REFERENCES p(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
      b INT REFERENCES q NOT DEFERRABLE INITIALLY DEFERRED, g TEXT GENERATED ALWAYS AS ("check" || ',') STORED,
      CONSTRAINT fc FOREIGN KEY (a, b) REFERENCES r DEFERRABLE, CHECK (id > 0))`),
  ).toEqual({
    autoincrement: true,
    namedKeys: [],
    conflicts: [],
    checks: [
      { name: "pos", column: "a", sql: "(a > (1 + 2) AND b <> ')')" },
      { name: null, column: null, sql: "(id > 0)" },
    ],
    references: [
      { name: "fa", deferred: true },
      { name: null, deferred: false },
      { name: "fc", deferred: false },
    ],
    collations: { check: "NOCASE" },
    expressions: { g: `("check" || ',')` },
  });
});

test("clauses for conflicts are read with their constraints, and SQLite's default collation is none", () => {
  const { conflicts, collations } = readCreateTable(`CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT ABORT,
    q TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'x' UNIQUE ON CONFLICT IGNORE COLLATE "BINARY", r INT NOT NULL,
    UNIQUE (q, r) ON CONFLICT REPLACE)`);
  expect(conflicts).toEqual([
    { column: "q", sql: "NOT NULL ON CONFLICT REPLACE" },
    { column: "q", sql: "UNIQUE ON CONFLICT IGNORE" },
    { column: null, sql: "UNIQUE (q, r) ON CONFLICT REPLACE" },
  ]);
  expect(collations).toEqual({});
});

test("what only the application has in SQLite does not keep the rest from coming over", () => {
  const path = sqliteFile(
    folder,
    `CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT COLLATE NOCASE UNIQUE); INSERT INTO a VALUES (1, 'x');
     CREATE TABLE w(t TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('x');
     CREATE TABLE g(x INT, y INT AS (abs(x))); INSERT INTO g VALUES (1); CREATE TABLE plain(x); INSERT INTO plain VALUES (1), (2);`,
  );
  const writer = new Database(path);
  writer.unsafeMode(true);
  writer.exec(
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOCASE', 'app_order'), 'abs(', 'app_only(')",
  );
  writer.close();
  const db = openReadOnly(path);
  const result = readCatalog(db, { path } as never);
  expect(result.tables.map((table) => [table.name, table.kind, table.rowCount])).toEqual([
    ["a", "table", "1"],
    ["w", "unreadable", "0"],
    ["g", "table", "1"],
    ["plain", "table", "2"],
  ]);
  expect(result.tables[2]?.columns.map((column) => column.name)).toEqual(["x"]);
  expect(result.tables[2]?.unreadable).toEqual({ y: "unknown function: app_only()" });
  expect(result.integrityErrors.join("; ")).toMatch(/the check of \S+ could not be done/);
  db.close();
});

test("orphans are counted by foreign key", () => {
  const result = catalog(
    `CREATE TABLE p(a INT, b INT, UNIQUE(a, b)); CREATE TABLE q(id INTEGER PRIMARY KEY); INSERT INTO q VALUES (1);
     CREATE TABLE c(q INT REFERENCES q, a INT, b INT, FOREIGN KEY (a, b) REFERENCES p(a, b)); INSERT INTO c VALUES (1, NULL, 5), (9, 1, 1), (8, 2, 2);`,
  );
  expect(result.foreignKeyViolations).toEqual([
    { table: "c", foreignKey: 1, rows: 2, rowids: ["2", "3"] },
    { table: "c", foreignKey: 0, rows: 2, rowids: ["2", "3"] },
  ]);
});

test("rows come in the order of the key, whole, in batches; each text's bytes can be had", () => {
  const path = sqliteFile(
    folder,
    `CREATE TABLE w(t TEXT, n INT, PRIMARY KEY (n DESC, t)) WITHOUT ROWID; INSERT INTO w VALUES ('b', 1), (CAST(x'ff41' AS TEXT), 2), (CAST(x'fe41' AS TEXT), 2), ('a', 3);`,
  );
  const db = openReadOnly(path);
  const columns = ["t", "n"].map((source) => ({ source })) as never;
  const reader = new TableReader(db, { source: "w", key: ["n", "t"], shownKey: ["n", "t"], columns });
  const batches = [...reader.batches(3)];
  expect(batches.map((batch) => batch.length)).toEqual([3, 1]);
  const rows = batches.flat();
  expect(rows.map((row) => row[1])).toEqual([1n, 2n, 2n, 3n]);
  expect(rows.map((row) => reader.bytes(row, 0).toString("hex"))).toEqual(["62", "fe41", "ff41", "61"]);
  db.close();
});

test("a script is cut into its statements, each with its line", () => {
  expect([
    ...statements(
      "-- first;\nSELECT ';';\n\nCREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END;;\nCREATE TABLE trigger(x); SELECT 2",
    ),
  ]).toEqual([
    { sql: "SELECT ';';", line: 2 },
    { sql: "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END;", line: 4 },
    { sql: "CREATE TABLE trigger(x);", line: 5 },
    { sql: "SELECT 2", line: 5 },
  ]);
});
