/** The schema of a SQLite database, as its pragmas and its stored SQL tell it. */
import { messageOf } from "../../support/errors";
import type {
  SourceCatalog,
  SourceColumn,
  SourceFingerprint,
  SourceForeignKey,
  SourceIndex,
  SourceObject,
  SourceTable,
} from "../model";
import { readCreateTable } from "./create-table";
import { checkIntegrity, findAllOrphans } from "./integrity";
import { onlyTheApplicationHas, quoteName, type Sqlite } from "./open";
import { dropTemporary, withTexts } from "./quoted-strings";

/**
 * Reads the whole schema, and checks the file. @throws UserError when PRAGMA integrity_check finds damage that may have cost rows
 */
export function readCatalog(
  db: Sqlite,
  fingerprint: SourceFingerprint,
  originalSql?: ReadonlyMap<string, string>,
): SourceCatalog {
  const integrityErrors = checkIntegrity(db, fingerprint.path);
  const tables = readTables(db, originalSql);
  return {
    fingerprint,
    tables,
    objects: readObjects(db),
    integrityErrors,
    foreignKeyViolations: findAllOrphans(db, tables),
  };
}

/**
 * The tables, in the order they were made.
 *
 * @param originalSql the CREATE TABLE as the application wrote it, of tables that had to be changed for reading
 * @param counted whether their rows are counted, which reads every page of them; else each says 0
 */
export function readTables(
  db: Sqlite,
  originalSql: ReadonlyMap<string, string> = new Map(),
  counted = true,
): SourceTable[] {
  const tables = listTables(db).map((table) =>
    readTable(db, { ...table, sql: originalSql.get(table.name) ?? table.sql }, counted),
  );
  for (const table of tables) resolveReferences(table, tables);
  return tables;
}

/** How many rows each ordinary table has, but for those that only the application can read. */
export function countTables(db: Sqlite): Map<string, string> {
  const counts = new Map<string, string>();
  for (const { name } of listTables(db).filter((table) => kindOf(table) === "table")) {
    const count = countRows(db, name);
    if (count !== null) counts.set(name, count);
  }
  return counts;
}

function listTables(db: Sqlite): ListedTable[] {
  return db
    .prepare<[], ListedTable>(
      `SELECT l.name, l.type, l.wr, l.strict, s.sql FROM pragma_table_list l
       JOIN sqlite_schema s ON s.name = l.name AND s.type = 'table'
       WHERE l.schema = 'main' AND l.type <> 'view' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid`,
    )
    .all();
}

function kindOf({ type }: ListedTable): "table" | "virtual" | "shadow" {
  return type === "virtual" || type === "shadow" ? type : "table";
}

interface ListedTable {
  name: string;
  type: string;
  wr: bigint;
  strict: bigint;
  sql: string | null;
}

function readTable(db: Sqlite, listed: ListedTable, counted: boolean): SourceTable {
  const { name } = listed;
  const sql = listed.sql ?? "";
  const kind = kindOf(listed);
  if (kind !== "table") return emptyTable(name, kind, sql);
  const rowCount = countRows(db, name, counted);
  if (rowCount === null) return emptyTable(name, "unreadable", sql);
  const details = readCreateTable(sql);
  const unreadable: Record<string, string> = Object.create(null);
  const columns = readColumns(db, name).filter((column) => {
    const error = column.generated === null ? null : whyUnreadable(db, name, column.name);
    if (error !== null) unreadable[column.name] = error;
    return error === null;
  });
  const withoutRowid = listed.wr !== 0n;
  const indexes = readIndexes(db, name);
  const key = columns.filter((column) => column.keyPosition > 0);
  // INTEGER PRIMARY KEY is the rowid itself, unless SQLite made an index for it (INTEGER PRIMARY KEY DESC).
  const rowidColumn =
    !withoutRowid &&
    key.length === 1 &&
    key[0]?.declaredType.toUpperCase() === "INTEGER" &&
    !indexes.some((index) => index.origin === "primary key")
      ? key[0].name
      : null;
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  return {
    name,
    kind,
    sql,
    columns,
    withoutRowid,
    strict: listed.strict !== 0n,
    rowidColumn,
    rowidName: withoutRowid
      ? null
      : (rowidColumn ?? ["rowid", "_rowid_", "oid"].find((word) => !taken.has(word)) ?? null),
    autoincrement: details.autoincrement,
    sequence: readSequence(db, name),
    foreignKeys: readForeignKeys(db, name, details.references),
    indexes,
    unreadable,
    checks: details.checks,
    namedKeys: details.namedKeys,
    conflicts: details.conflicts,
    collations: details.collations,
    expressions: details.expressions,
    rowCount,
  };
}

/**
 * NOT INDEXED: the table itself is counted, not an index that might need a collation that only the application has.
 *
 * @returns null for a table that only the application can read, which shows before a row is read
 */
function countRows(db: Sqlite, table: string, counted = true): string | null {
  try {
    const count = db.prepare(`SELECT count(*) FROM ${quoteName(table)} NOT INDEXED`).pluck();
    return counted ? String(count.get()) : "0";
  } catch (error) {
    if (onlyTheApplicationHas(error)) return null;
    throw error;
  }
}

function emptyTable(name: string, kind: Exclude<SourceTable["kind"], "table">, sql: string): SourceTable {
  return {
    name,
    kind,
    sql,
    columns: [],
    withoutRowid: false,
    strict: false,
    rowidColumn: null,
    rowidName: null,
    autoincrement: false,
    sequence: null,
    foreignKeys: [],
    indexes: [],
    unreadable: {},
    checks: [],
    namedKeys: [],
    conflicts: [],
    collations: {},
    expressions: {},
    rowCount: "0",
  };
}

function readColumns(db: Sqlite, table: string): SourceColumn[] {
  return db
    .prepare<
      [string],
      { name: string; type: string; notnull: bigint; dflt_value: string | null; pk: bigint; hidden: bigint }
    >('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid')
    .all(table)
    .map((row) => ({
      name: row.name,
      // SQLite's list adds these words to the type of a generated column.
      declaredType: row.hidden === 0n ? row.type : row.type.replace(/\s*GENERATED ALWAYS$/i, ""),
      notNull: row.notnull !== 0n,
      default: row.dflt_value,
      keyPosition: Number(row.pk),
      generated: row.hidden === 2n ? "virtual" : row.hidden === 3n ? "stored" : null,
    }));
}

function whyUnreadable(db: Sqlite, table: string, column: string): string | null {
  try {
    db.prepare(`SELECT ${quoteName(column)} FROM ${quoteName(table)} NOT INDEXED`);
    return null;
  } catch (error) {
    if (onlyTheApplicationHas(error)) return messageOf(error);
    throw error;
  }
}

const origins: Record<string, SourceIndex["origin"]> = { c: "index", u: "unique", pk: "primary key" };

function readIndexes(db: Sqlite, table: string): SourceIndex[] {
  return db
    .prepare<[string], { name: string; unique: bigint; origin: string; partial: bigint; sql: string | null }>(
      `SELECT l.name, l."unique", l.origin, l.partial, s.sql FROM pragma_index_list(?) l
       LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name ORDER BY l.seq DESC`,
    )
    .all(table)
    .map((index) => ({
      name: index.name,
      unique: index.unique !== 0n,
      origin: origins[index.origin] ?? "index",
      columns: db
        .prepare<[string], { name: string | null; desc: bigint; coll: string }>(
          'SELECT name, "desc", coll FROM pragma_index_xinfo(?) WHERE "key" = 1 ORDER BY seqno',
        )
        .all(index.name)
        .map((column) => ({ name: column.name, descending: column.desc !== 0n, collation: column.coll })),
      partial: index.partial !== 0n,
      sql: index.sql,
    }));
}

function readForeignKeys(
  db: Sqlite,
  table: string,
  written: { name: string | null; deferred: boolean }[],
): SourceForeignKey[] {
  const rows = db
    .prepare<
      [string],
      { id: bigint; table: string; from: string; to: string | null; on_update: string; on_delete: string }
    >('SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq')
    .all(table);
  const ids = [...new Set(rows.map((row) => row.id))];
  // The list numbers the keys from the last that is written to the first.
  return ids.map((id, position) => {
    const parts = rows.filter((row) => row.id === id);
    const first = parts[0] as (typeof rows)[number];
    return {
      name: written[position]?.name ?? null,
      columns: parts.map((part) => part.from),
      referencedTable: first.table,
      referencedColumns: parts.flatMap((part) => (part.to === null ? [] : [part.to])),
      onUpdate: first.on_update,
      onDelete: first.on_delete,
      deferred: written[position]?.deferred ?? false,
    };
  });
}

/** Gives a foreign key the names as the referenced table writes them, and its primary key where the SQL names no columns. */
function resolveReferences(table: SourceTable, tables: SourceTable[]): void {
  for (const key of table.foreignKeys) {
    key.columns = key.columns.map((name) => actualName(name, table));
    const referenced = tables.find((other) => other.name.toLowerCase() === key.referencedTable.toLowerCase());
    if (referenced === undefined) continue;
    key.referencedTable = referenced.name;
    key.referencedColumns =
      key.referencedColumns.length === 0
        ? referenced.columns
            .filter((column) => column.keyPosition > 0)
            .sort((a, b) => a.keyPosition - b.keyPosition)
            .map((column) => column.name)
        : key.referencedColumns.map((name) => actualName(name, referenced));
  }
}

function actualName(name: string, table: SourceTable): string {
  return table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name;
}

function readSequence(db: Sqlite, table: string): string | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() === undefined) return null;
  const value = db.prepare("SELECT CAST(max(seq) AS TEXT) FROM sqlite_sequence WHERE name = ?").pluck().get(table);
  return typeof value === "string" ? value : null;
}

/** Views and triggers. */
export function readObjects(db: Sqlite): SourceObject[] {
  const objects = db
    .prepare<[], { type: "view" | "trigger"; name: string; tbl_name: string; sql: string }>(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY rowid",
    )
    .all()
    .map((row) => ({
      kind: row.type,
      name: row.name,
      table: row.type === "trigger" ? row.tbl_name : null,
      sql: row.sql,
      ...(row.type === "view" ? viewColumns(db, row.name, row.sql) : {}),
    }));
  for (const { kind, name } of objects) if (kind === "view") dropTemporary(db, name);
  return objects;
}

function viewColumns(db: Sqlite, view: string, sql: string): Pick<SourceObject, "columns" | "error" | "runnable"> {
  try {
    return {
      columns: db
        .prepare(`SELECT * FROM main.${quoteName(view)}`)
        .columns()
        .map((column) => column.name),
    };
  } catch (error) {
    const runnable = withTexts(db, view, sql);
    return runnable === null ? { error: messageOf(error) } : { columns: runnable.columns, runnable: runnable.sql };
  }
}
