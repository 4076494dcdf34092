/** What the user asks for: the options of a run, and what is decided in place of the defaults. */
import type { PostgresTarget } from "../../support/postgres";

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
