/**
 * The values that the steps of a migration hand to each other: options -> source catalog -> plan -> report. Everything
 * here is plain data and JSON-clean (64-bit numbers are decimal strings), so that a plan can be printed, a report kept in
 * a Pulumi state, and each step tested alone.
 */
import type { PostgresTarget } from "../support/postgres";

/** What the user decides in place of the defaults. A column is named `table.column`, by the source's names. */
export interface Policies {
  /** Types by declared type or by column, such as `numeric(12,2)` or `timestamptz from epoch milliseconds`. The column's own entry wins. */
  types: Record<string, string>;
  /** A column in which some values agree with its declared type and others do not: `widen` it to hold all, or `reject` the others' rows. */
  mixed: "widen" | "reject";
  /** Rows that may be set aside before the run stops: in total, and by source table. 0 in total leaves it to badRows; a number counts whatever badRows says. */
  maxRejects: number;
  maxRejectsByTable: Record<string, number>;
  /** In create mode, rows whose foreign key refers to nothing: `keep` them, and the constraint is NOT VALID, or `setAside`, with what refers to them. */
  orphans: "keep" | "setAside";
  /**
   * Texts that PostgreSQL cannot hold (NUL in them, bytes that are not valid in the database's encoding), by column, `*` for all others: `reject` the
   * row, `replace` (NUL is removed, what is not valid becomes U+FFFD; each such cell is told), or make the column `bytea` with the exact bytes.
   */
  badText: Record<string, BadText>;
  /** Names in the target: `keep` them exactly as they are, or `snake_case`. */
  names: "keep" | "snake_case";
  /** Names of single tables, columns (`table.column`), indexes and views, by the source's names; they win over `names`. */
  rename: Record<string, string>;
  /** Of a Citus cluster, by source table: `by <column>` spreads its rows over the workers, `reference` copies the table to each. The others stay on the coordinator. */
  distribution: Record<string, string>;
}

/** Where a Citus cluster keeps a table's rows: spread by a column's value (its name in the target), or whole on every worker. */
export type Distribution = { kind: "key"; column: string } | { kind: "reference" };

export type BadText = "reject" | "replace" | "bytea";

/** What to migrate, to where, and what to do with what does not fit. */
export interface MigrationOptions extends Policies {
  /** Path of the SQLite database, or of a `.sql` script that makes one (as SQLite's `.dump` writes it). */
  source: string;
  target: PostgresTarget;
  /** `create`: the tables are made from SQLite's schema. `existing`: they are there already; rows are converted to their types. */
  mode: "create" | "existing";
  /** The schema in the target database that receives the tables. */
  schema: string;
  /** Tables that stay behind, by exact name; each is listed in the report. */
  excludeTables: string[];
  /** Rows in one COPY batch: at least 1. */
  batchSize: number;
  /** `fail`: any row that cannot be carried over fails the run and leaves the target as it was. `skip`: it is set aside, the rest goes on. */
  badRows: "fail" | "skip";
  /**
   * `full`: every cell is compared on both sides before the tables are shown. `thorough`: the different values of large tables are counted besides.
   * `off`: nothing is compared, and the report says so; for trials and timing.
   */
  verification: "full" | "thorough" | "off";
  /** Whether target tables that already hold rows may be replaced. */
  overwrite: boolean;
  /** Queries whose results are compared on both sides and shown in the report. */
  compareQueries: CompareQuery[];
  /** Folder in which every run makes its own folder, named after its start, for log, reports, rejects and the source's copy. */
  workFolder: string;
}

/** A query that must give the same rows on both sides. */
export interface CompareQuery {
  name: string;
  /** In SQL that both databases understand; must order its rows. */
  sql: string;
}

/** The state of the source at the moment it was frozen. */
export interface SourceFingerprint {
  /** As it was given. */
  path: string;
  /** Of the frozen copy. */
  sizeBytes: string;
  /** Of the frozen copy: equal for equal content, whatever the write-ahead log held. */
  sha256: string;
  /** Bytes in one page. */
  pageSize: number;
  /** Pages in the file. */
  pageCount: number;
  /** PRAGMA user_version: the application's own number. */
  userVersion: number;
  /** PRAGMA application_id: which application's file it is, 0 for none. */
  applicationId: number;
  /** Of its texts: UTF-8, UTF-16le or UTF-16be. */
  encoding: string;
  /** `wal`, or how else it kept its journal. */
  journalMode: string;
  /** SQLite's version that read it. */
  sqliteVersion: string;
}

export interface SourceColumn {
  name: string;
  /** As written in CREATE TABLE; empty for a column without a type. */
  declaredType: string;
  notNull: boolean;
  /** The default's SQL text, or null. */
  default: string | null;
  /** 1-based position in the primary key, 0 outside it. */
  keyPosition: number;
  generated: "stored" | "virtual" | null;
}

export interface SourceForeignKey {
  /** Its CONSTRAINT name, or null. */
  name: string | null;
  columns: string[];
  referencedTable: string;
  /** Resolved to the referenced table's primary key when the SQL names none. */
  referencedColumns: string[];
  onUpdate: string;
  onDelete: string;
  /** INITIALLY DEFERRED: checked at commit. (SQLite takes every other form, also DEFERRABLE alone, as immediate.) */
  deferred: boolean;
}

export interface SourceIndex {
  name: string;
  unique: boolean;
  /** How it came to be: CREATE INDEX, a UNIQUE constraint, or the PRIMARY KEY. */
  origin: "index" | "unique" | "primary key";
  /** A column's name, or null for an expression. */
  columns: { name: string | null; descending: boolean; collation: string }[];
  partial: boolean;
  sql: string | null;
}

export interface SourceCheck {
  /** Its CONSTRAINT name, or null. */
  name: string | null;
  /** The column that it is written with, or null for a table's own. */
  column: string | null;
  /** Its text, parentheses included. */
  sql: string;
}

export interface SourceTable {
  name: string;
  /** `unreadable`: WITHOUT ROWID and in the order of a collation that only the application has. */
  kind: "table" | "virtual" | "shadow" | "unreadable";
  sql: string;
  columns: SourceColumn[];
  withoutRowid: boolean;
  strict: boolean;
  /** The column that is the rowid (INTEGER PRIMARY KEY), or null. */
  rowidColumn: string | null;
  /** A name that means the rowid here (a column may be called `rowid` too), or null: WITHOUT ROWID, or all its names taken. */
  rowidName: string | null;
  autoincrement: boolean;
  /** The greatest key ever given out, of sqlite_sequence, or null. */
  sequence: string | null;
  foreignKeys: SourceForeignKey[];
  indexes: SourceIndex[];
  checks: SourceCheck[];
  /** Primary keys and unique constraints that have a CONSTRAINT name, with their columns as written. */
  namedKeys: { name: string; columns: string[] }[];
  /** Generated columns that cannot be read here, since they call a function that only the application has: SQLite's error, by column. They are not among `columns`. */
  unreadable: Record<string, string>;
  /** Collations other than BINARY, by column, and the expressions of generated columns: their SQL text. */
  collations: Record<string, string>;
  expressions: Record<string, string>;
  rowCount: string;
}

/** Views and triggers: found, shown, and named where they stay behind. */
export interface SourceObject {
  kind: "view" | "trigger";
  name: string;
  table: string | null;
  sql: string;
  /** Of a view: the names of its columns, as SQLite gives them, where it can run it. */
  columns?: string[];
  /** Of a view that runs only with its texts in single quotes: its CREATE VIEW with these. */
  runnable?: string;
  /** Of a view that SQLite cannot run: its error. */
  error?: string;
}

export interface SourceCatalog {
  fingerprint: SourceFingerprint;
  tables: SourceTable[];
  objects: SourceObject[];
  /** Lines of PRAGMA integrity_check; empty when it said ok. */
  integrityErrors: string[];
  /** What PRAGMA foreign_key_check found, counted by foreign key (its position in SourceTable.foreignKeys), with a few rowids. */
  foreignKeyViolations: { table: string; foreignKey: number; rows: number; rowids: string[] }[];
}

/** How texts of a date and time look, where all of a column are alike: then their order is that of the times. */
export interface MomentShape {
  /** What stands between date and time. */
  separator: " " | "T";
  /** Digits after the second; 0 without a point. */
  fraction: number;
  /** Z, an offset, or nothing. */
  suffix: string;
}

/** What a column holds, seen over all its rows: the evidence for its type. */
export interface ColumnProfile {
  /** Count of values by typeof(): null, integer, real, text, blob. */
  storage: Record<string, string>;
  /** The least integer, as a decimal string; null without any. */
  minInteger: string | null;
  /** The greatest integer, as a decimal string; null without any. */
  maxInteger: string | null;
  /** Characters of the longest text. */
  longestText: number | null;
  /**
   * What the values look like to the declared type, by count, such as `date and time` or `boolean word`. Only for columns
   * whose declaration asks for it: it costs a look at every value.
   */
  forms: Record<string, string>;
  /** For decimals: the most digits before the point. */
  integerDigits: number | null;
  /** For decimals: the most digits after the point. */
  fractionDigits: number | null;
  /** Texts that PostgreSQL cannot hold, counted only where config makes such a column bytea. */
  badTexts?: string;
  /** Of times as texts that all look alike, in columns that the schema's SQL names. */
  shape?: MomentShape;
  /** Set where a type that folds its values would make rows equal in a unique key: how many, and some of them. */
  becomesEqual?: string;
  /** Where config makes values NULL: how many there are of each, by its SQL literal. */
  becomeNull?: Record<string, string>;
  /** Up to a few rows that speak against the declared type, by key. */
  contrary: string[];
}

/** PostgreSQL's type for a column; `other` is a target's own type in `existing` mode, with a domain's `base`. */
export type TargetType =
  | { kind: "boolean" | "smallint" | "integer" | "bigint" | "real" | "double precision" | "text" | "bytea" }
  | { kind: "uuid" | "json" | "jsonb" }
  | { kind: "date" }
  /** `precision`: a target's own limit on digits of the second's fraction; 6 when absent. */
  | { kind: "time" | "timestamp" | "timestamptz"; precision?: number }
  | { kind: "numeric"; precision: number | null; scale: number | null }
  | { kind: "varchar" | "char"; length: number }
  | { kind: "other"; sql: string; base?: TargetType };

/** A value that stands for NULL: a text exactly as it is, or an integer, as its digits. */
export type NullValue = { t: "text" | "integer"; v: string };

/** How a point in time is held in SQLite. */
export type TimeForm =
  | "text"
  | "epoch seconds"
  | "epoch milliseconds"
  | "epoch microseconds"
  | "epoch nanoseconds"
  | "julian day"
  /** Since 2001-01-01. */
  | "cocoa seconds"
  /** Since 1601-01-01. */
  | "webkit microseconds"
  /** Units of 100 ns since 1601-01-01. */
  | "filetime"
  /** Units of 100 ns since 0001-01-01. */
  | "dotnet ticks"
  /** Days since 1899-12-30. */
  | "excel days";

export interface ColumnPlan {
  source: string;
  target: string;
  type: TargetType;
  /** For date, time and timestamp types: how the source holds them. */
  timeForm: TimeForm | null;
  notNull: boolean;
  /** The default in PostgreSQL's SQL, or null. */
  default: string | null;
  identity: boolean;
  /** The expression that PostgreSQL computes the column from (GENERATED ALWAYS AS … STORED); absent for a column that holds what is written. */
  generated?: string;
  /** Why this type: one sentence. */
  reason: string;
  /** Texts that PostgreSQL cannot hold are mended, or all texts are their bytes in the database's encoding; absent where such rows are set aside. */
  badText?: "replace" | "bytea";
  /** Set where config decided the type, so that values may not fit it. */
  byConfig?: true;
  /** Of a widened column: the type that most of its values agree with. */
  declared?: { type: TargetType; timeForm: TimeForm | null };
  /** Values that are NULL in the target, by config. Each such cell is told. */
  nullFor?: NullValue[];
  /** Set where times are cut to microseconds, by config. Each such cell is told. */
  cut?: true;
  profile: ColumnProfile | null;
}

export interface KeyPlan {
  name: string;
  columns: string[];
}

export interface IndexPlan {
  name: string;
  unique: boolean;
  /** By name, or, where `expression` is given, by what PostgreSQL computes; `name` then says it in a few words. */
  columns: { name: string; descending: boolean; expression?: string }[];
  /** The condition of a partial index. */
  where?: string;
  /** Its text in SQLite, where it was translated. */
  source?: string;
}

export interface CheckPlan {
  name: string;
  /** The condition in PostgreSQL's SQL. */
  expression: string;
  /** The condition in SQLite's, parentheses included. */
  source: string;
}

export interface ForeignKeyPlan {
  name: string;
  columns: string[];
  referencedTable: string;
  referencedColumns: string[];
  onUpdate: string;
  onDelete: string;
  deferrable: boolean;
  /** Rows without a parent in the source: the constraint is added NOT VALID. */
  orphans: number;
  /** Whether the check waits for the commit. */
  initiallyDeferred: boolean;
}

export interface TablePlan {
  source: string;
  target: string;
  columns: ColumnPlan[];
  primaryKey: KeyPlan | null;
  uniques: KeyPlan[];
  indexes: IndexPlan[];
  foreignKeys: ForeignKeyPlan[];
  checks: CheckPlan[];
  /**
   * The source columns that order the rows when they are read, and that tell one row from all others: the rowid under a name
   * that means it (the INTEGER PRIMARY KEY column where there is one), or the primary key of a WITHOUT ROWID table.
   */
  key: string[];
  /** The source columns that name a row to people: the primary key, else `key`. */
  shownKey: string[];
  /** The sequence of the identity column, or null without one. */
  identitySequence: string | null;
  /** What it gives next. */
  nextIdentity: string | null;
  rowCount: string;
  /** Absent for a table that is on the server itself. */
  distribution?: Distribution;
}

export interface ViewPlan {
  source: string;
  target: string;
  columns: {
    source: string;
    target: string;
    /** How the source holds points in time. */
    timeForm: TimeForm | null;
    /** Of a computed column: what SQLite's values are. Null for a table's own column. */
    storage: "integer" | "real" | "number" | "text" | "blob" | null;
  }[];
  /** The query in PostgreSQL's SQL, in the pieces between which the schema's name stands. */
  query: string[];
  /** The whole CREATE VIEW, in the target's schema. */
  sql: string;
  /** The tables and views that it reads itself, by their names in the target. */
  reads: string[];
  /** Whether it adds up numbers: sums of reals may differ in their last digits. */
  approximate: boolean;
  sourceSql: string;
  /** Set where `sourceSql` is not as the source has it: texts in double quotes stand in single ones. */
  rewritten?: true;
}

/** A trigger as a PL/pgSQL function and a trigger that calls it. */
export interface TriggerPlan {
  source: string;
  target: string;
  /** The table or view that it is on, in the target. */
  table: string;
  time: "BEFORE" | "AFTER" | "INSTEAD OF";
  event: "INSERT" | "UPDATE" | "DELETE";
  /** Of UPDATE OF. */
  columns: string[];
  /** The name of its function, which has no arguments. */
  function: string;
  /** The function's text. */
  body: string;
  /** CREATE FUNCTION, COMMENT ON FUNCTION and CREATE TRIGGER, in the target's schema. */
  statements: string[];
  /** Queries for PostgreSQL to plan, not to run: whether it understands each statement of the body. */
  probes: string[];
  sourceSql: string;
}

/** An object that does not come over as it is, why, and what to do about it. */
export interface LeftBehind {
  /** What it is in the source. */
  kind: "table" | "column" | "index" | "default" | "check" | "view" | "trigger" | "foreign key" | "collation";
  /** Its name, with its table's where it has none of its own. */
  name: string;
  /** Why it stays behind, and what can be done. */
  reason: string;
  /** Its source text, for doing it by hand. */
  sql: string | null;
}

export interface MigrationPlan {
  source: SourceFingerprint;
  mode: MigrationOptions["mode"];
  schema: string;
  /** In the order of loading: a referenced table before those that refer to it, as far as there are no cycles. */
  tables: TablePlan[];
  /** Those that were translated, in an order in which they can be made. */
  views: ViewPlan[];
  /** Those that were translated. They are made when everything else is in place. */
  triggers: TriggerPlan[];
  /** Tables whose foreign keys form cycles, each cycle a list; self-references are not listed. */
  cycles: string[][];
  leftBehind: LeftBehind[];
  /** Remarks that need a reader, such as a NOT NULL target column without a source. */
  warnings: string[];
}

/** One SQLite value without loss. `base64` holds a blob's bytes, or a text's where they are not valid in the database's encoding. */
export type ExactValue =
  | {
      /** NULL. */
      t: "null";
    }
  | {
      /** As SQLite's typeof() says. */
      t: "integer" | "real" | "text";
      /** The number's digits, or the text. */
      v: string;
    }
  | {
      /** As SQLite's typeof() says. */
      t: "blob" | "text";
      /** Its bytes. */
      base64: string;
    };

/** A row that could not be carried over. */
export interface RejectedRow {
  /** The source table. */
  table: string;
  /** The values of TablePlan.key, in its order: which row it is, exactly. */
  locator: ExactValue[];
  /** The values of TablePlan.shownKey, by column. */
  key: Record<string, string>;
  /** The source column whose value does not fit, or null where it is not known. */
  column: string | null;
  /** The offending value, shortened for reading; the reject file holds the whole row. */
  value: string | null;
  /** A SQLSTATE, or a reason code of ours such as `invalid boolean`. */
  code: string;
  /** What does not fit, in words. */
  reason: string;
}

/** One thing that was compared, and what each side said. */
export interface Check {
  /** What was compared, such as `content` or `row count`. */
  name: string;
  /** The target table, or null for what concerns the whole. */
  table: string | null;
  /** `not done` (it could not be made) counts as against the migration, as `failed` does. */
  status: "passed" | "failed" | "not done";
  /** What the source says. */
  source: string;
  /** What the target says. */
  target: string;
  /** What was asked, for doing it again by hand. */
  sql: string | null;
  /** How the two differ, or why it could not be done; null where nothing has to be said. */
  detail: string | null;
  /** Milliseconds. */
  durationMs: number;
}

/** How many rows of one table were moved: always sourceRows = loadedRows + rejectedRows. */
export interface TableReport {
  /** Its name in SQLite. */
  source: string;
  /** Its name in PostgreSQL. */
  target: string;
  /**
   * Rows that SQLite holds.
   * @pattern ^[0-9]+$
   */
  sourceRows: string;
  /**
   * Rows that were loaded.
   * @pattern ^[0-9]+$
   */
  loadedRows: string;
  /**
   * Rows set aside.
   * @pattern ^[0-9]+$
   */
  rejectedRows: string;
  /** Milliseconds that its loading took. */
  durationMs: number;
  /** How its rows were read: from the file's pages, or by SQLite, where these hold something that the page reader does not know. */
  reader: "pages" | "sqlite";
}

/** What the plan made of one column. */
export interface PlannedColumn {
  /** Its name in SQLite. */
  source: string;
  /** Its name in PostgreSQL. */
  target: string;
  /** As declared in SQLite; empty for a column without a type. */
  sourceType: string;
  /** PostgreSQL's type, in SQL. */
  targetType: string;
  /** Whether NULL is refused. */
  notNull: boolean;
  /** The default in PostgreSQL's SQL, or null. */
  default: string | null;
  /** Whether its values come from a sequence where none is given. */
  identity: boolean;
  /** Why this type. */
  reason: string;
  /** What its values were, all rows seen; null where they were not looked at. */
  evidence: ColumnProfile | null;
}

/** What the plan made of one table, also where the run failed before it was loaded. */
export interface PlannedTable {
  /** Its name in SQLite. */
  source: string;
  /** Its name in PostgreSQL. */
  target: string;
  /**
   * Rows that it has in SQLite.
   * @pattern ^[0-9]+$
   */
  rowCount: string;
  /** In their order. */
  columns: PlannedColumn[];
  /** Its primary key, unique constraints, indexes and foreign keys, and how a cluster distributes it. */
  keys: {
    /** In PostgreSQL. */
    name: string;
    /** The statement that makes it. */
    sql: string;
  }[];
}

/** One step of a run, and how long it took. Steps follow each other. */
export interface Phase {
  /** What was done. */
  name: string;
  /** Milliseconds. */
  durationMs: number;
}

/** A view that came over: translated, and its rows compared. */
export interface ViewReport {
  /** In the source. */
  source: string;
  /** In the target. */
  target: string;
  /** The CREATE VIEW. */
  sql: string;
}

/** A trigger that came over: translated, and understood by PostgreSQL. */
export interface TriggerReport {
  /** In the source. */
  source: string;
  /** In the target. */
  target: string;
  /** The table or view that it is on, in the target. */
  table: string;
  /** The CREATE FUNCTION and CREATE TRIGGER. */
  sql: string;
}

/** Everything a run did and proved. The same value makes the JSON, the Markdown and the HTML report. */
export interface MigrationReport {
  /** Changes when a reader of an earlier report could be misled; a new field alone does not change it. */
  format: 1;
  /** Of pgstead. */
  version: string;
  /** `verified`: moved, and every check passed. `loaded`: without verification, so that nothing is proved. `failed`: the target is as it was. */
  status: "verified" | "loaded" | "failed";
  /** Why it failed, or null. */
  failure: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** ISO 8601, UTC. */
  finishedAt: string;
  /** Milliseconds. */
  durationMs: number;
  /** The SQLite database. */
  source: SourceFingerprint;
  /** The PostgreSQL database. */
  target: {
    /** Without the password. */
    url: string;
    /** The schema that received the tables. */
    schema: string;
    /** PostgreSQL's. */
    serverVersion: string;
    /** The database's name. */
    database: string;
    /** Who moved the data, and owns the tables. */
    role: string;
  };
  /** `create`: the tables were made from SQLite's schema. `existing`: they were there, and were filled. */
  mode: MigrationOptions["mode"];
  /** What was done with rows that cannot be carried over: `fail` the run, or `skip` them. */
  badRows: MigrationOptions["badRows"];
  /** Sums over `tables`. */
  totals: {
    /** Tables that were loaded. */
    tables: number;
    /**
     * Rows that SQLite holds.
     * @pattern ^[0-9]+$
     */
    sourceRows: string;
    /**
     * Rows that were loaded.
     * @pattern ^[0-9]+$
     */
    loadedRows: string;
    /**
     * Rows set aside.
     * @pattern ^[0-9]+$
     */
    rejectedRows: string;
    /** Rows set aside, and checks that did not pass. */
    errors: number;
  };
  /** The tables that were loaded, in the order of loading; of a failed run those until it failed. */
  tables: TableReport[];
  /** What was to become of each table, in the order of loading. */
  planned: PlannedTable[];
  /** Where the time went. */
  phases: Phase[];
  /** The views that came over. */
  views: ViewReport[];
  /** The triggers that came over. */
  triggers: TriggerReport[];
  /** What does not come over as it is. */
  leftBehind: LeftBehind[];
  /** Remarks that need a reader. */
  warnings: string[];
  /** The rows set aside; the reject file has every value of them. */
  rejects: RejectedRow[];
  /** Everything that was compared. */
  checks: Check[];
  /** Results of the compareQueries, for reading: what PostgreSQL gave, the first rows. */
  queries: {
    /** As configured. */
    name: string;
    /** Their names. */
    columns: string[];
    /** PostgreSQL's text of each value, or null for NULL. */
    rows: (string | null)[][];
  }[];
  /** What was not proved, in words. */
  notProved: string[];
  /** Absolute paths. */
  files: {
    /** The run's own folder, which holds all the others. */
    folder: string;
    /** This report. */
    json: string;
    /** This report for people, in Markdown. */
    markdown: string;
    /** This report as a page for a browser. */
    html: string;
    /** Every step with its time, for finding out what happened. */
    log: string;
    /** The source's copy, from which everything was read. */
    backup: string;
    /** The rows set aside, whole, one JSON object a line; null where there are none. */
    rejects: string | null;
  };
}
