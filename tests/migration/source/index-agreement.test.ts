/** The proof that indexes agree with their tables, against SQLite's own integrity_check: over made databases, and over damaged ones. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tablesNotProved } from "../../../migration/source/agreement/index-agreement";
import { checkIntegrity } from "../../../migration/source/integrity";
import { temporaryFolder } from "../support";
import { attempted, type Counts, compare, opened, says } from "./compared-checks";
import { apply, damage } from "./index-damage";
import { database, isPlain, make } from "./indexed-databases";

const folder = temporaryFolder();
/** Raised by hand for a long search. */
const runs = Number(process.env.PGSTEAD_FUZZ_RUNS ?? 60);

describe("the agreement of indexes with their tables", () => {
  it("never stands in the way", () => {
    fc.assert(
      fc.property(database, (description) => {
        const path = make(folder, description);
        opened(path, (db) => {
          expect(says(db, "PRAGMA integrity_check").filter((line) => !line.startsWith("NUMERIC value"))).toEqual([]);
          expect(checkIntegrity(db, path, "integrity_check", 0)).toEqual(says(db, "PRAGMA integrity_check"));
        });
        rmSync(path);
      }),
      { numRuns: runs },
    );
  });

  it("is proved where indexes are plain", () => {
    fc.assert(
      fc.property(database.filter(isPlain), (description) => {
        const path = make(folder, description);
        opened(path, (db) => expect(tablesNotProved(db)).toEqual([]));
        rmSync(path);
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  it("is not proved wherever integrity_check complains of an index", { timeout: 600_000 }, () => {
    const counts: Counts = { damaged: 0, onlyInIndexes: 0, proved: 0, kinds: {} };
    fc.assert(
      fc.property(database, fc.array(damage, { minLength: 10, maxLength: 10 }), (description, damages) => {
        const path = make(folder, { ...description, odd: null, added: description.added === null ? null : "added" });
        const intact = readFileSync(path);
        for (const what of damages) {
          writeFileSync(path, intact);
          if (!apply(path, what)) continue;
          counts.damaged++;
          compare(path, what.kind, counts);
        }
        rmSync(path);
      }),
      { numRuns: runs },
    );
    if (process.env.PGSTEAD_FUZZ_RUNS !== undefined) console.log(counts);
    // Else the damage would not be of the kind that is looked for.
    expect(counts.onlyInIndexes).toBeGreaterThan(runs / 2);
    expect(counts.proved).toBeGreaterThan(runs / 10);
  });
});

describe("what integrity_check says beyond quick_check", () => {
  const counts: Counts = { damaged: 0, onlyInIndexes: 0, proved: 0, kinds: {} };
  let files = 0;
  const compared = (sql: string, later: string) => {
    const path = join(folder, `said${++files}.db`);
    const db = new Database(path);
    db.unsafeMode(true);
    db.exec(sql);
    db.pragma("writable_schema = ON");
    db.exec(later);
    db.close();
    compare(path, "root", counts);
    return opened(path, (opened) => attempted(() => checkIntegrity(opened, path, "integrity_check", 0)));
  };

  const proved = (sql: string) => {
    const path = join(folder, `proved${++files}.db`);
    const db = new Database(path);
    db.exec(sql);
    const tables = says(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    db.close();
    const unproved = opened(path, tablesNotProved);
    return tables.filter((table) => !unproved.includes(table));
  };

  it("is said of NULLs in a unique index of what has become NOT NULL", () => {
    const said = compared(
      "CREATE TABLE t (a, b); CREATE UNIQUE INDEX t0 ON t (a); INSERT INTO t VALUES (NULL, 1), (NULL, 2), (3, 3)",
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a NOT NULL, b)' WHERE name = 't'",
    );
    expect(said).toEqual(["NULL value in t.a", "non-unique entry in index t0", "NULL value in t.a"]);
  });

  it("is said of texts that only another collation makes equal, and of a default that an index does not hold", () => {
    const unique = "UPDATE sqlite_schema SET sql = replace(sql, 'CREATE INDEX', 'CREATE UNIQUE INDEX')";
    for (const [collation, other] of [
      ["NOCASE", "A"],
      ["RTRIM", "a "],
    ])
      expect(
        compared(
          `CREATE TABLE t (a); CREATE INDEX t0 ON t (a COLLATE ${collation}); INSERT INTO t VALUES (min('${other}', 'a')), (max('${other}', 'a'))`,
          unique,
        ),
      ).toEqual(["non-unique entry in index t0"]);
    const said = compared(
      "CREATE TABLE t (a); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN b; CREATE INDEX t0 ON t (b)",
      "UPDATE sqlite_schema SET sql = replace(sql, 'b)', 'b DEFAULT 5)') WHERE name = 't'",
    );
    expect(String(said)).toMatch(/row 1 missing from index t0/);
  });

  it("is said of the same values as are not proved: where table and index hold any two of many", () => {
    const values = [
      ...[
        null,
        0n,
        -0.0,
        1n,
        1.0,
        0.5,
        -1n,
        -0.5,
        255n,
        256n,
        2 ** 53,
        2n ** 53n,
        2n ** 53n + 1n,
        -(2n ** 53n),
        -(2n ** 53n) - 1n,
      ],
      ...[
        2n ** 62n,
        2 ** 62,
        2n ** 62n + 1n,
        2n ** 63n - 1n,
        2n ** 63n - 512n,
        2 ** 63,
        -(2n ** 63n),
        -(2 ** 63),
        2 ** 64,
        -(2 ** 64),
      ],
      ...[
        Infinity,
        -Infinity,
        "",
        "\0",
        "\0\0",
        "a",
        "a\0",
        "abcd",
        "abcd\0",
        "abc\0",
        "1",
        Buffer.alloc(0),
        Buffer.from("a"),
        Buffer.of(0),
      ],
    ];
    const path = join(folder, "pairs.db");
    const db = new Database(path);
    db.unsafeMode(true);
    for (const [number, value] of values.entries()) {
      db.exec(
        `CREATE TABLE t${number} (a); CREATE INDEX i${number} ON t${number} (a${number % 2 === 0 ? "" : " DESC"})`,
      );
      db.prepare(`INSERT INTO t${number} VALUES (?)`).run(value);
    }
    db.exec("CREATE TABLE every (a); CREATE INDEX up ON every (a); CREATE INDEX down ON every (a DESC)");
    for (const value of values) db.prepare("INSERT INTO every VALUES (?)").run(value);
    const roots = values.map((_, number) =>
      db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck().get(`i${number}`),
    );
    db.pragma("writable_schema = ON");
    let proved = 0;
    // Two steps at once: an ascending index for an ascending one.
    for (let turn = 0; turn < values.length * 2; turn += 2) {
      for (const number of values.keys())
        db.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?").run(
          roots[(number + turn) % values.length],
          `i${number}`,
        );
      const [unproved, complained] = opened(path, (read) => [
        tablesNotProved(read),
        values
          .map((_, number) => `t${number}`)
          .filter((table) => says(read, `PRAGMA integrity_check(${table})`).length > 0),
      ]);
      expect(unproved).not.toContain("every");
      expect(unproved.sort()).toEqual(complained.sort());
      proved += values.length - unproved.length;
    }
    // Each with itself, and the integers with their reals.
    expect(proved).toBeGreaterThan(values.length);
    db.close();
  });

  it("is said of an index whose text another case or a space at its end makes another, and of a row that should not be in it", () => {
    for (const [index, other] of [
      ["(a COLLATE NOCASE)", "B"],
      ["(a COLLATE RTRIM)", "b "],
      ["(a) WHERE a IS NOT NULL", null],
      ["(a) WHERE b IS NULL AND a IS NOT NULL", null],
    ]) {
      const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE TABLE u (id INTEGER PRIMARY KEY, a, b);
        CREATE INDEX t0 ON t ${index}; CREATE INDEX u0 ON u ${index};
        INSERT INTO t (a) VALUES ('a'), ('b'), ('c'); INSERT INTO u VALUES (1, 'a', NULL), (2, ${other === null ? "NULL" : `'${other}'`}, NULL), (3, 'c', NULL);`;
      expect(compared(sql, "")).toEqual([]);
      expect(proved(sql)).toEqual(["t", "u"]);
      const exchange = `UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema WHERE type = 'index') - rootpage WHERE type = 'index'`;
      expect(String(compared(sql, exchange))).toMatch(
        other === null ? /row 2 missing from index t0/ : /row 2 values differ from index [tu]0/,
      );
    }
  });

  it("is nothing of integers on both sides of zero, of whole numbers in a REAL column, nor of keys over many pages", () => {
    const stored = [4, 10, 20, 28, 40, 60].map((size) => {
      const [least, most] = [-(2n ** BigInt(size)), 2n ** BigInt(size)];
      return `CREATE TABLE t${size} (a, r REAL); CREATE INDEX a${size} ON t${size} (a); CREATE INDEX b${size} ON t${size} (a DESC, r);
        CREATE UNIQUE INDEX r${size} ON t${size} (r); INSERT INTO t${size} VALUES (NULL, NULL), (${least}, ${least}), (${most}, ${most}), (${most - 1n}, 0.5);`;
    });
    const many = `CREATE TABLE many (a, r REAL); CREATE INDEX upwards ON many (a, r); CREATE INDEX downwards ON many (r DESC);
      WITH RECURSIVE n (i) AS (SELECT -3000 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO many SELECT CASE i % 3 WHEN 0 THEN i WHEN 1 THEN 'text ' || (i / 7) ELSE randomblob(9) END, i / 4.0 FROM n;`;
    const sql = stored.join("") + many;
    expect(compared(sql, "")).toEqual([]);
    expect(proved(sql)).toEqual(["many", "t10", "t20", "t28", "t4", "t40", "t60"]);
  });

  it("is said in place of a proof of what is not known", () => {
    const known = [
      "(a, b) WHERE a IS NOT NULL",
      '(b) where "a" is null',
      '(b) WHERE "A" IS NULL AND [b] IS NOT NULL AND id IS NOT NULL',
      "(a COLLATE nocase DESC, b COLLATE RTRIM)",
    ];
    const unknown = [
      "(a) WHERE a IS NOT NULL OR b > 1",
      "(a) WHERE a NOT NULL",
      "(a) WHERE n IS NOT NULL",
      "(a) WHERE 'a' IS NOT NULL",
      "(a) WHERE true IS NOT NULL",
      "(a) WHERE g IS NOT NULL",
      '(a) WHERE ("a") IS NOT NULL',
      "(a) WHERE +a IS NOT NULL",
      "(a) WHERE a IS NOT NULL AND (b IS NULL OR b = 1)",
      "(a) WHERE a IS 'x'",
      "(lower(a)) WHERE a IS NOT NULL",
      "(g)",
    ];
    for (const index of [...known, ...unknown]) {
      const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, n NOT NULL DEFAULT 1, g AS (a || 'x'));
        INSERT INTO t (a, b) VALUES ('a', 'b'), (NULL, 'b'), ('c', NULL), (NULL, NULL), ('c', ' '), ('D', 1); CREATE INDEX t0 ON t ${index};`;
      expect(compared(sql, "")).toEqual([]);
      expect([index, proved(sql)]).toEqual([index, known.includes(index) ? ["t"] : []]);
    }
    const zeros =
      "CREATE TABLE t (a); CREATE INDEX t0 ON t (a COLLATE NOCASE); INSERT INTO t VALUES (char(97, 0, 98)), (char(97, 0, 99))";
    expect(compared(zeros, "")).toEqual([]);
    expect(proved(zeros)).toEqual([]);
  });

  it("is said of a full-text index by either", () => {
    const said = compared(
      "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('one two'), ('three')",
      "UPDATE f_content SET c0 = 'four' WHERE id = 1",
    );
    expect(String(said)).toMatch(/malformed inverted index for FTS5 table main.f/);
  });

  it("is said of a table WITHOUT ROWID, of a part of a table, of expressions and other collations", () => {
    for (const key of ["(b)", "(a) WHERE b > 0", "(abs(b))", "(a COLLATE NOCASE)"])
      for (const rowid of ["", "WITHOUT ROWID"]) {
        const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b) ${rowid}; CREATE TABLE u (id INTEGER PRIMARY KEY, a, b) ${rowid};
          CREATE INDEX t0 ON t ${key}; CREATE INDEX u0 ON u ${key};
          INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3); INSERT INTO u VALUES (1, 'a', 1), (2, 'x', 5), (3, 'c', 3);`;
        expect(compared(sql, "")).toEqual([]);
        const exchange = `UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema WHERE type = 'index') - rootpage WHERE type = 'index'`;
        expect(String(compared(sql, exchange))).toMatch(/row 2 missing from index [tu]0/);
      }
  });
});
