/** Which tables have indexes whose entries can be told from the table's records, and how. */
import type { Sqlite } from "../open";
import { conditionsOf } from "./partial-index";
import type { Collation } from "./value-order";

export interface IndexLayout {
  root: number;
  unique: boolean;
  /** The columns of its key, in its order. */
  key: {
    /** In the table's records; of the rowid's column, which is NULL there, too. */
    position: number;
    descending: boolean;
    collation: Collation;
    /** A NULL in it keeps an entry out of what must be unique (a NOT NULL column may hold one in spite of that). */
    nullable: boolean;
  }[];
  /** Of a partial index: what its rows' columns must be, all of them. */
  where: { position: number; isNull: boolean }[];
}

export interface IndexedTable {
  table: string;
  root: number;
  /** How many values its records have at most. */
  columns: number;
  /** Where the column stands that is the rowid, or -1. */
  rowidAt: number;
  /** By position: whether a record that ends before it means NULL. Else it means a default, as ALTER TABLE ADD COLUMN has given it. */
  nullWhenMissing: boolean[];
  indexes: IndexLayout[];
}

/**
 * The main database's tables with indexes, in no certain order, each with what is known of it; null where SQLite must be asked: indexes on
 * expressions or under other conditions than IS NULL and IS NOT NULL, generated columns, an application's own collations, WITHOUT ROWID tables. Virtual tables are not among them: quick_check has
 * asked their modules what integrity_check asks (none of SQLite's own makes a difference, sqlite.org/vtab.html, 2.19).
 */
export function indexedTables(db: Sqlite): Map<string, IndexedTable | null> {
  const schema = new Schema(db);
  const found = new Map<string, IndexedTable | null>();
  for (const { name, wr } of schema.tables()) {
    const indexes = schema.indexes.all(name);
    if (wr !== 0n) found.set(name, null);
    else if (indexes.length > 0) found.set(name, layoutOf(schema, name, indexes));
  }
  return found;
}

interface Listed {
  name: string;
  unique: bigint;
  origin: string;
  partial: bigint;
}

interface Column {
  name: string;
  type: string;
  notnull: bigint;
  dflt_value: string | null;
  pk: bigint;
  hidden: bigint;
}

interface Member {
  cid: bigint;
  name: string | null;
  desc: bigint;
  coll: string;
  key: bigint;
}

/** Statements that are asked for each table. */
class Schema {
  readonly indexes;
  readonly columns;
  readonly members;
  readonly #root;
  readonly #sql;

  constructor(readonly db: Sqlite) {
    this.indexes = db.prepare<[string], Listed>(
      `SELECT name, "unique", origin, partial FROM pragma_index_list(?, 'main')`,
    );
    this.columns = db.prepare<[string], Column>(
      `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`,
    );
    this.members = db.prepare<[string], Member>(
      `SELECT cid, name, "desc", coll, key FROM pragma_index_xinfo(?, 'main') ORDER BY seqno`,
    );
    this.#root = db
      .prepare<[string, string], bigint>("SELECT rootpage FROM main.sqlite_schema WHERE type = ? AND name = ?")
      .pluck();
    this.#sql = db
      .prepare<[string], string | null>("SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?")
      .pluck();
  }

  tables(): { name: string; wr: bigint }[] {
    return this.db
      .prepare<[], { name: string; wr: bigint }>(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') AND name <> 'sqlite_schema'",
      )
      .all();
  }

  root(type: "table" | "index", name: string): number | null {
    const root = this.#root.get(type, name);
    return root === undefined || root < 2n ? null : Number(root);
  }

  /** The statement that made an index. */
  sql(index: string): string | null {
    return this.#sql.get(index) ?? null;
  }
}

function layoutOf(schema: Schema, table: string, listed: Listed[]): IndexedTable | null {
  const root = schema.root("table", table);
  // Virtual generated columns have no place in the records.
  const stored = schema.columns.all(table).filter(({ hidden }) => hidden !== 2n);
  const indexes = listed.map((index) => indexOf(schema, index, stored));
  if (root === null || !indexes.every((index) => index !== null)) return null;
  return {
    table,
    root,
    columns: stored.length,
    rowidAt: rowidAt(stored, listed),
    nullWhenMissing: stored.map((column) => column.dflt_value === null && column.hidden === 0n),
    indexes,
  };
}

/** INTEGER PRIMARY KEY is the rowid itself, unless SQLite made an index for it (INTEGER PRIMARY KEY DESC). */
function rowidAt(columns: Column[], indexes: Listed[]): number {
  const key = columns.filter(({ pk }) => pk > 0n);
  if (key.length !== 1 || indexes.some(({ origin }) => origin === "pk")) return -1;
  return columns.findIndex(({ pk, type }) => pk > 0n && type.toUpperCase() === "INTEGER");
}

function indexOf(schema: Schema, { name, unique, partial }: Listed, stored: Column[]): IndexLayout | null {
  const root = schema.root("index", name);
  const members = schema.members.all(name);
  const ending = members.at(-1);
  if (root === null || ending?.cid !== -1n || ending.key !== 0n) return null;
  const where = partial === 0n ? [] : whereOf(schema.sql(name), stored);
  const key = members.slice(0, -1).map((member) => {
    const position = stored.findIndex((column) => column.name === member.name && column.hidden === 0n);
    const collation = collations.find((known) => known === member.coll.toUpperCase());
    if (member.key !== 1n || member.cid < 0n || collation === undefined || position < 0) return null;
    return { position, descending: member.desc !== 0n, collation, nullable: stored[position]?.notnull === 0n };
  });
  return where !== null && key.every((member) => member !== null) ? { root, unique: unique !== 0n, key, where } : null;
}

const collations: Collation[] = ["BINARY", "NOCASE", "RTRIM"];

/** Of a NOT NULL column, which may hold a NULL in spite of that, SQLite need not ask what the condition says. */
function whereOf(sql: string | null, stored: Column[]): IndexLayout["where"] | null {
  const where = conditionsOf(sql ?? "")?.map(({ column, isNull }) => {
    const position = stored.findIndex(({ name }) => folded(name) === folded(column));
    const { hidden, notnull } = stored[position] ?? {};
    return hidden === 0n && notnull === 0n ? { position, isNull } : null;
  });
  return where?.every((condition) => condition !== null) ? where : null;
}

/** A name as SQLite compares names: without the case of ASCII letters. */
function folded(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
