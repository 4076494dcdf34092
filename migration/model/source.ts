/** What is in the SQLite database: its schema, and the evidence of its values. */

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
  /** Constraints with ON CONFLICT REPLACE or IGNORE, as written, each with the column that it is written with. */
  conflicts: { column: string | null; sql: string }[];
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
  /** What stands between date and time; nothing where all are dates alone. */
  separator: " " | "T" | "";
  /** Digits after the second; 0 without a point. */
  fraction: number;
  /** Whether the point and the digits are left out where all of these would be 0, as Python's isoformat() does. */
  omitsZeros?: boolean;
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
