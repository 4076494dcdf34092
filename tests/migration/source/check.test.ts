/** The check that goes on beside a migration. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SourceTable } from "../../../migration/model";
import { readTables } from "../../../migration/source/catalog";
import { SourceCheck } from "../../../migration/source/check";
import { openReadOnly } from "../../../migration/source/open";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();

const schema = `CREATE TABLE parent (id INTEGER PRIMARY KEY);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id), name TEXT);
  CREATE INDEX child_name ON child (name);
  INSERT INTO parent VALUES (1);
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  INSERT INTO child SELECT i, CASE i WHEN 7 THEN 99 ELSE 1 END, 'name ' || i FROM n;`;

function begun(path: string, orphans: SourceTable[]): SourceCheck {
  const check = new SourceCheck();
  check.begin({ path, name: "app.db", count: path, thorough: true, orphans });
  return check;
}

function checkOf(path: string): SourceCheck {
  const db = openReadOnly(path);
  const tables = readTables(db);
  db.close();
  return begun(path, tables);
}

describe("the check of a file", () => {
  it("counts the rows of a whole one, names its orphans, and finds nothing else", async () => {
    const check = checkOf(sqliteFile(folder, schema));
    expect(await check.counts).toEqual(
      new Map([
        ["parent", "1"],
        ["child", "2000"],
      ]),
    );
    expect(await check.orphans).toEqual([{ table: "child", foreignKey: 0, rows: 1, rowids: ["7"] }]);
    expect(await check.whole).toEqual([]);
    await check.end();
  });

  it("names damage, also to who asks for the orphans only, which cannot be told then", async () => {
    const path = sqliteFile(folder, schema);
    const db = openReadOnly(path);
    const tables = readTables(db);
    const root = db.prepare<[], bigint>("SELECT rootpage FROM sqlite_schema WHERE name = 'child'").pluck().get();
    const size = Number(db.pragma("page_size", { simple: true }));
    db.close();
    // The root of the children's b-tree: no row can be reached.
    const bytes = readFileSync(path).fill(0xff, (Number(root) - 1) * size, Number(root) * size);
    const damaged = `${path}.damaged`;
    writeFileSync(damaged, bytes);
    const check = begun(damaged, tables);
    await expect(check.counts).rejects.toThrow(/The SQLite database app\.db is damaged/);
    await expect(check.orphans).rejects.toThrow(/The SQLite database app\.db is damaged/);
    await expect(check.whole).rejects.toThrow(/The SQLite database app\.db is damaged/);
    await check.end();
  });

  it("can be ended at any time", async () => {
    const check = checkOf(sqliteFile(folder, schema));
    await check.end();
    await expect(check.whole).rejects.toThrow();
  });
});
