/** Damage to indexes: to their pages, and to what the schema says of them. */
import { readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import fc from "fast-check";
import type { Sqlite } from "../../../migration/source/open";
import { value, width } from "./indexed-databases";

export const damage = fc.record({
  kind: fc.constantFrom(
    ...(["byte", "byte", "rowid", "swap", "drop", "twice", "exchange", "row", "overflow"] as const),
    ...([
      "other column",
      "unique",
      "descending",
      "not null",
      "collation",
      "condition",
      "root",
      "root",
      "root",
      "root",
    ] as const),
  ),
  at: fc.nat(),
  with: fc.nat(),
  byte: fc.nat({ max: 255 }),
  value,
});
export type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

/** @returns whether there was something to damage */
export function apply(path: string, damage: Damage): boolean {
  const db = new Database(path);
  try {
    db.unsafeMode(true);
    if (damage.kind === "root") return moveRoot(db, damage);
    if (["other column", "unique", "descending", "not null", "collation", "condition"].includes(damage.kind))
      return tellOther(db, damage);
    return damagePage(path, db, damage);
  } finally {
    db.close();
  }
}

/** Changes a row of `u`, and gives `t` an index of `u`: a sound b-tree that says nearly the same. */
function moveRoot(db: Sqlite, { at, with: other, value }: Damage): boolean {
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 't' ORDER BY name")
    .pluck()
    .all();
  const name = names[at % names.length];
  const rowid = db
    .prepare("SELECT rowid FROM u LIMIT 1 OFFSET ?")
    .pluck()
    .get(other % 5);
  if (name === undefined || rowid === undefined) return false;
  const changes = [
    () => db.prepare(`UPDATE OR IGNORE u SET c${at % width} = ? WHERE rowid = ?`).run(value, rowid),
    () => db.prepare("UPDATE OR IGNORE u SET rowid = rowid + 1000 WHERE rowid = ?").run(rowid),
    () => db.prepare(`UPDATE OR IGNORE u SET c${at % width} = CAST(c${at % width} AS REAL) WHERE rowid = ?`).run(rowid),
    () => db.prepare(`UPDATE OR IGNORE u SET c${at % width} = NULL WHERE rowid = ?`).run(rowid),
    () => db.exec(`UPDATE OR IGNORE u SET c0 = c1, c1 = c0 WHERE rowid % 3 = ${at % 3}`),
    () => db.prepare(`UPDATE OR IGNORE u SET c${at % width} = upper(c${at % width}) WHERE rowid = ?`).run(rowid),
    () => db.prepare(`UPDATE OR IGNORE u SET c${at % width} = c${at % width} || ' ' WHERE rowid = ?`).run(rowid),
    () => exchangeRows(db, `c${at % width}`, other % 7),
  ];
  changes[other % changes.length]?.();
  db.pragma("writable_schema = ON");
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck();
  const twin = name.replace(/^(sqlite_autoindex_)?t/, "$1u");
  const [mine, its] = [root.get(name), root.get(twin)];
  if (its === undefined) return false;
  const move = db.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?");
  move.run(its, name);
  move.run(mine, twin);
  return true;
}

/** Two neighbours exchange a value, and what is unique stays so. */
function exchangeRows(db: Sqlite, column: string, at: number): void {
  const [one, another] = db
    .prepare<[number], { id: bigint; value: unknown }>(
      `SELECT rowid AS id, ${column} AS value FROM u ORDER BY rowid LIMIT 2 OFFSET ?`,
    )
    .safeIntegers()
    .all(at);
  if (one === undefined || another === undefined) return;
  const update = db.prepare(`UPDATE OR IGNORE u SET ${column} = ? WHERE rowid = ?`);
  update.run("exchanged", one.id);
  update.run(one.value, another.id);
  update.run(another.value, one.id);
}

/** Changes what the schema says, and leaves the b-trees as they are. */
function tellOther(db: Sqlite, { kind, at }: Damage): boolean {
  db.pragma("writable_schema = ON");
  const change = ([from, to]: [string, string], where: string) =>
    db.prepare(`UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE ${where}`).run(from, to).changes > 0;
  const [one, another] = [`c${at % width}`, `c${(at + 1) % width}`];
  switch (kind) {
    case "other column":
      return change(
        [one, another],
        `type = 'index' AND tbl_name = 't' AND instr(sql, '${another}') = 0 AND instr(sql, '${one}') > 0`,
      );
    case "unique":
      return change(
        ["CREATE INDEX", "CREATE UNIQUE INDEX"],
        "type = 'index' AND tbl_name = 't' AND instr(sql, 'UNIQUE') = 0",
      );
    case "descending":
      return change([`${one},`, `${one} DESC,`], `type = 'index' AND tbl_name = 't' AND instr(sql, '${one},') > 0`);
    case "collation": {
      const said = ["", " COLLATE NOCASE", " COLLATE RTRIM"];
      return change(
        [`${one}${said[at % 3]},`, `${one}${said[(at + 1) % 3]},`],
        `type = 'index' AND tbl_name = 't' AND instr(sql, '${one}${said[at % 3]},') > 0`,
      );
    }
    case "condition":
      return change(
        at % 2 === 0 ? ["IS NOT NULL", "IS NULL"] : ["IS NULL", "IS NOT NULL"],
        `type = 'index' AND tbl_name = 't' AND instr(sql, '${at % 2 === 0 ? "IS NOT NULL" : "IS NULL"}') > 0`,
      );
    default:
      return change([`${one} `, `${one} NOT NULL ON CONFLICT IGNORE `], "type = 'table' AND name = 't'");
  }
}

/** Changes bytes of a page of an index, or of the table. */
function damagePage(path: string, db: Sqlite, { kind, at, with: other, byte }: Damage): boolean {
  const pages = db
    .prepare<[string], number>(
      `SELECT s.pageno FROM dbstat s JOIN sqlite_schema m ON m.name = s.name WHERE m.type = ? AND m.tbl_name = 't'
       AND ${kind === "overflow" ? "s.pagetype = 'overflow'" : "s.pagetype <> 'overflow' AND s.ncell > 0"} ORDER BY s.pageno`,
    )
    .pluck()
    .all(kind === "row" ? "table" : "index");
  const pageSize = db.pragma("page_size", { simple: true }) as number;
  if (pages.length === 0) return false;
  const bytes = readFileSync(path);
  const start = ((pages[at % pages.length] as number) - 1) * pageSize;
  const page = bytes.subarray(start, start + pageSize);
  if (kind === "overflow") {
    // Behind the next page's number.
    page[4 + (other % (pageSize - 4))] = byte;
    writeFileSync(path, bytes);
    return true;
  }
  const interior = page[0] === 2 || page[0] === 5;
  const pointers = interior ? 12 : 8;
  const cells = page.readUInt16BE(3);
  const [mine, its] = [other % cells, (other + 1 + (byte % 3)) % cells];
  const place = (cell: number) => page.readUInt16BE(pointers + cell * 2);
  // A small payload's length is one byte.
  const payload = place(mine) + (interior ? 4 : 0);
  const length = page[payload] as number;
  switch (kind) {
    case "rowid":
      page[payload + length] = byte;
      break;
    case "swap":
    case "twice": {
      const [a, b] = [place(mine), place(its)];
      page.writeUInt16BE(b, pointers + mine * 2);
      if (kind === "swap") page.writeUInt16BE(a, pointers + its * 2);
      break;
    }
    case "drop":
      page.copy(page, pointers + mine * 2, pointers + mine * 2 + 2, pointers + cells * 2);
      page.writeUInt16BE(cells - 1, 3);
      break;
    case "exchange": {
      const theirs = place(its) + (interior ? 4 : 0);
      if (page[theirs] !== length || length > 120) return false;
      const mines = Buffer.from(page.subarray(payload, payload + length + 1));
      page.copy(page, payload, theirs, theirs + length + 1);
      mines.copy(page, theirs);
      break;
    }
    default: {
      const within = payload + 1 + (Math.floor(at / 7) % Math.min(length, 60));
      page[within] = byte % 2 === 0 ? byte : ((page[within] as number) + (byte % 4 < 2 ? 1 : -1)) & 255;
    }
  }
  writeFileSync(path, bytes);
  return true;
}
