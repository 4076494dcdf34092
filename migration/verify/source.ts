import { TextDecoder } from "node:util";
import Database from "better-sqlite3";
import { escapeIdentifier } from "pg";
import type { TablePlan, ViewPlan } from "../model";
import type { SetAside } from "../set-aside";
import { Batches, mostColumns } from "./batches";
import type { SqliteValue } from "./value";

export type SourceRow = SqliteValue[];

/** A batch ends early when its values hold this many characters and bytes, so that memory stays bounded. */
const batchSize = 16 * 1024 * 1024;
const batchRows = 1000;

/** The SQLite side of the proof: its own read-only connection and one unchanging view. */
export class Source {
  private readonly database: Database.Database;
  private readonly utf8: boolean;
  /** Refuses bytes that are no text in the database's encoding. */
  private readonly decoder: TextDecoder;
  /** Puts U+FFFD for them. */
  private readonly lenient: TextDecoder;

  /**
   * @param rejects the rows set aside: they are not looked for in the target
   * @throws when the file cannot be opened or is no SQLite database
   */
  constructor(
    path: string,
    private readonly rejects: SetAside,
  ) {
    this.database = new Database(path, { readonly: true, fileMustExist: true });
    // The driver refuses schemas that other builds of SQLite make. Nothing is written here.
    this.database.unsafeMode(true);
    this.database.defaultSafeIntegers(true);
    const encoding = String(this.database.pragma("encoding", { simple: true }));
    this.utf8 = encoding === "UTF-8";
    this.decoder = new TextDecoder(encoding.toLowerCase(), { fatal: true });
    this.lenient = new TextDecoder(encoding.toLowerCase(), { ignoreBOM: true });
    this.database.exec("BEGIN");
  }

  close(): void {
    this.database.close();
  }

  get version(): string {
    return this.database.prepare("SELECT sqlite_version()").pluck().get() as string;
  }

  /** Rows set aside of a table. */
  rejectedRows(table: TablePlan): number {
    return this.rejects.count(table.source);
  }

  count(sql: string): string {
    return String(this.database.prepare(sql).pluck().get());
  }

  /** The columns of a table with their declared types. */
  declaredTypes(table: TablePlan): [name: string, type: string][] {
    const sql = "SELECT name, type FROM pragma_table_xinfo(?, 'main')";
    return this.database.prepare<[string], [string, string]>(sql).raw().all(table.source);
  }

  /** Rows of a table, with those set aside. */
  tableRows(table: TablePlan): string {
    return this.count(`SELECT count(*) FROM ${escapeIdentifier(table.source)} NOT INDEXED`);
  }

  /** The rows of a table without those set aside, in batches that SQLite puts together; null where it cannot. */
  batches(table: TablePlan): Batches | null {
    const rowid = escapeIdentifier(table.key[0] ?? "");
    // The bytes of a UTF-16 database are not those of PostgreSQL's texts.
    if (!this.utf8 || table.columns.length > mostColumns || changesByConfig(table)) return null;
    if (table.key.length !== 1 || !this.isRowid(table, rowid)) return null;
    return new Batches(this.database, table, rowid, this.rejectedRows(table) > 0 ? this.aside(table) : null);
  }

  /** Whether a name means the number by which a table's rows are stored. */
  private isRowid(table: TablePlan, name: string): boolean {
    const plan = `EXPLAIN QUERY PLAN SELECT 1 FROM ${escapeIdentifier(table.source)} NOT INDEXED WHERE ${name} BETWEEN 1 AND 2`;
    const steps = this.database.prepare<[], { detail: string }>(plan).all();
    return steps.some(({ detail }) => detail.includes("USING INTEGER PRIMARY KEY"));
  }

  /**
   * The rows of a table without those set aside: the values of the plan's columns, then those of its key.
   *
   * @param between rowids, both included; only where `batches` has given them
   */
  *rows(table: TablePlan, between?: [bigint, bigint]): Generator<SourceRow[]> {
    const width = table.columns.length;
    const columns = [
      ...table.columns.map((column) =>
        this.read(escapeIdentifier(column.source), column.type.kind === "bytea", column.badText === "bytea"),
      ),
      ...table.key.map(escapeIdentifier),
    ];
    // An index may need a collation that only the application has.
    const where = between === undefined ? "" : ` WHERE ${table.key.map(escapeIdentifier)} BETWEEN ? AND ?`;
    const sql = `SELECT ${columns.join(", ")} FROM ${escapeIdentifier(table.source)} NOT INDEXED${where}`;
    for (const batch of this.query(sql, between)) {
      const rows =
        this.rejectedRows(table) === 0
          ? batch
          : batch.filter((row) => !this.rejects.has(table.source, row.slice(width)));
      for (const row of rows) this.restoreUndecoded(table, row);
      yield rows;
    }
  }

  /**
   * A text that is not valid arrives with U+FFFD in it or, in UTF-16, as another character outside the basic plane; it is put back as bytes, which
   * equal no text.
   */
  private restoreUndecoded(table: TablePlan, row: SourceRow): void {
    const suspicious = this.utf8 ? /\ufffd/ : /[\ud800-\udfff\ufffd]/;
    for (const [i, column] of table.columns.entries()) {
      const value = row[i];
      if (typeof value !== "string" || !suspicious.test(value)) continue;
      const key = table.key.map((name) => `${escapeIdentifier(name)} IS ?`).join(" AND ");
      const bytes = this.database
        .prepare(
          `SELECT CAST(${escapeIdentifier(column.source)} AS BLOB) FROM ${escapeIdentifier(table.source)} NOT INDEXED WHERE ${key}`,
        )
        .pluck()
        .get(row.slice(table.columns.length));
      if (Buffer.isBuffer(bytes) && !this.isText(bytes))
        row[i] = column.badText === "replace" ? this.lenient.decode(bytes) : bytes;
    }
  }

  private isText(bytes: Buffer): boolean {
    try {
      this.decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** A query's rows, in batches. */
  *query(sql: string, parameters: bigint[] = []): Generator<SourceRow[]> {
    let batch: SourceRow[] = [];
    let size = 0;
    for (const row of this.database
      .prepare<bigint[], SourceRow>(sql)
      .raw()
      .iterate(...parameters)) {
      batch.push(row);
      for (const value of row) if (typeof value === "string" || value instanceof Uint8Array) size += value.length;
      if (batch.length < batchRows && size < batchSize) continue;
      yield batch;
      batch = [];
      size = 0;
    }
    yield batch;
  }

  /** A query that a user wrote, with the names of its columns. */
  results(sql: string): { columns: string[]; rows: SourceRow[] } {
    const statement = this.database.prepare<[], SourceRow>(sql);
    if (!statement.readonly || !statement.reader) throw new Error("a comparison must be a SELECT");
    return { columns: statement.columns().map((column) => column.name), rows: statement.raw().all() };
  }

  /** A table as a FROM item that leaves out the rows set aside, and has NULL where config puts it. */
  relation(table: TablePlan): string {
    const from = this.remaining(table);
    if (!table.columns.some(({ nullFor }) => nullFor !== undefined)) return from;
    const columns = table.columns.map(({ source, nullFor = [] }) => {
      const name = escapeIdentifier(source);
      // Neither the column's affinity nor its collation has a say.
      const same = nullFor.map(({ t, v }) =>
        t === "text"
          ? `+${name} IS ${escapeString(v)} COLLATE BINARY`
          : `(typeof(${name}) <> 'text' AND +${name} IS ${BigInt(v)})`,
      );
      return same.length === 0 ? name : `CASE WHEN ${same.join(" OR ")} THEN NULL ELSE ${name} END AS ${name}`;
    });
    const names = table.columns.map(({ source }) => source);
    return this.named(`changed ${table.source}`, `(SELECT ${columns.join(", ")} FROM ${from} AS n)`, names);
  }

  private remaining(table: TablePlan): string {
    const name = this.mainName(table.source);
    if (this.rejectedRows(table) === 0 || table.key.length === 0) return name;
    const aside = this.aside(table);
    const same = table.key.map((column, i) => `a.k${i} IS t.${escapeIdentifier(column)}`).join(" AND ");
    const names = this.database
      .prepare<[string], string>("SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden <> 1 ORDER BY cid")
      .pluck()
      .all(table.source);
    return this.named(
      `remaining ${table.source}`,
      `(SELECT * FROM ${name} AS t WHERE NOT EXISTS (SELECT 1 FROM ${aside} AS a WHERE ${same}))`,
      names,
    );
  }

  /**
   * A subquery whose columns have these names. One that is called true or false has another name in a subquery's result (SQLite's
   * sqlite3ColumnsFromExprList), so that the rows are put into a temporary table then.
   */
  private named(key: string, subquery: string, names: string[]): string {
    if (!names.some((name) => /^(true|false)$/i.test(name))) return subquery;
    const table = `temp.${escapeIdentifier(key)}`;
    if (this.hides(key)) return table;
    this.database.exec(`CREATE TEMP TABLE ${escapeIdentifier(key)} AS SELECT * FROM ${subquery}`);
    const given = this.database
      .prepare<[string], string>("SELECT name FROM pragma_table_info(?, 'temp') ORDER BY cid")
      .pluck()
      .all(key);
    for (const [place, name] of names.entries())
      if (given[place] !== name)
        this.database.exec(
          `ALTER TABLE ${table} RENAME COLUMN ${escapeIdentifier(given[place] ?? "")} TO ${escapeIdentifier(name)}`,
        );
    return table;
  }

  /** The keys of the rows set aside, in a temporary table, which does not touch the file. @returns its quoted name */
  private aside(table: TablePlan): string {
    const aside = `temp.${escapeIdentifier(`aside ${table.source}`)}`;
    const rowid = table.key.length === 1 && this.isRowid(table, escapeIdentifier(table.key[0] ?? ""));
    const columns = rowid ? ["k0 INTEGER PRIMARY KEY"] : table.key.map((_, i) => `k${i}`);
    this.database.exec(`CREATE TEMP TABLE IF NOT EXISTS ${aside.slice(5)} (${columns.join(", ")})`);
    if (this.count(`SELECT count(*) FROM ${aside}`) !== "0") return aside;
    // SQLite copies the keys itself: one may hold text that does not come back from JavaScript as it was.
    const isAside = (...row: SqliteValue[]) => Number(this.rejects.has(table.source, row));
    this.database.function("is_aside", { varargs: true, safeIntegers: true, directOnly: true }, isAside);
    const keys = table.key.map(escapeIdentifier).join(", ");
    const from = `${this.mainName(table.source)} NOT INDEXED`;
    this.database.exec(`INSERT INTO ${aside} SELECT ${keys} FROM ${from} WHERE is_aside(${keys})`);
    return aside;
  }

  /** A table or view of the file, whatever hides it in this connection. */
  mainName(name: string): string {
    return `main.${escapeIdentifier(name)}`;
  }

  /**
   * A view as a FROM item, over its tables without the rows set aside: the same views again as temporary ones, whose names lead to temporary views first.
   * For a connection that is used for nothing else.
   *
   * @param views the view and those that it reads
   * @param tables those that rows were set aside of
   */
  viewWithout(name: string, views: Pick<ViewPlan, "source" | "sourceSql">[], tables: TablePlan[]): string {
    for (const table of tables)
      if (!this.hides(table.source))
        this.database.exec(
          `CREATE TEMP VIEW ${escapeIdentifier(table.source)} AS SELECT * FROM ${this.relation(table)}`,
        );
    for (const view of views)
      if (!this.hides(view.source)) this.database.exec(view.sourceSql.replace(/^CREATE\s+VIEW/i, "CREATE TEMP VIEW"));
    return `temp.${escapeIdentifier(name)}`;
  }

  private hides(name: string): boolean {
    return this.database.prepare("SELECT 1 FROM temp.sqlite_schema WHERE name = ?").get(name) !== undefined;
  }

  /** In a UTF-8 database, a text is read as its bytes where bytes are wanted: it need not be valid UTF-8. */
  private read(column: string, bytes: boolean, anyEncoding: boolean): string {
    return bytes && (this.utf8 || anyEncoding)
      ? `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`
      : column;
  }
}

/** Whether config makes NULL of values, or cuts them. */
export function changesByConfig({ columns }: TablePlan): boolean {
  return columns.some(({ nullFor, cut }) => nullFor !== undefined || cut === true);
}

const escapeString = (text: string) => `'${text.replaceAll("'", "''")}'`;
