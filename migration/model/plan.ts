/** What is made in PostgreSQL of each object of the source. */
import type { Distribution, MigrationOptions } from "./options";
import type { ColumnProfile, SourceFingerprint } from "./source";

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
