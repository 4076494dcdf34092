import type { Client } from "pg";
import type { EqualRows } from "./load/equal-rows";
import type { Run } from "./load/run";
import type { MigrationOptions, MigrationPlan, MigrationReport } from "./model";
import type { Prepared } from "./prepare";
import type { SourceSide } from "./verify/source-side";

/** One migration under way. */
export interface Work {
  run: Run;
  options: MigrationOptions;
  client: Client;
  plan: MigrationPlan;
  /** Rows that a unique key of the plan has no room for. */
  equal: EqualRows[];
  prepared: Prepared;
  server: MigrationReport["target"];
  /** From when all rows are loaded. */
  sourceSide: SourceSide | null;
  /** What is known so far: the report has it also when the run fails. */
  outcome: Pick<MigrationReport, "tables" | "checks" | "queries" | "notProved">;
}
