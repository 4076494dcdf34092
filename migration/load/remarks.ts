/** What values have to say to a plan of `create` mode: found by looking at the rows, so that it is told before anything is loaded. */
import type { MigrationOptions, MigrationPlan } from "../model";
import type { Sqlite } from "../source/open";
import { unfitWarnings } from "./fit";
import { explainOddValues } from "./odd-values";
import { longRowWarnings } from "./row-size";

/** Adds it to the plan's warnings. */
export function addRemarks(db: Sqlite, plan: MigrationPlan, badRows: MigrationOptions["badRows"]): void {
  explainOddValues(db, plan);
  plan.warnings.push(...unfitWarnings(db, plan, badRows), ...longRowWarnings(db, plan, badRows));
}
