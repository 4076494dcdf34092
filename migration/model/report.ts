/** What a run did, and how it was proved. */
import type { MigrationOptions } from "./options";
import type { LeftBehind } from "./plan";
import type { RejectedRow } from "./rows";
import type { ColumnProfile, SourceFingerprint } from "./source";

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
