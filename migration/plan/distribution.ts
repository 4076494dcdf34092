/** Which tables a Citus cluster spreads over its workers, by which column, and which it copies to each of them: from the `distribution` policy. */
import { UserError } from "../../support/errors";
import type { Distribution, MigrationPlan, TablePlan } from "../model";
import { distributionProblems } from "./distribution-checks";

const byColumn = /^by (.+)$/s;

/** Whether these are words of the policy: `reference`, or `by <column>`. */
export function isDistribution(words: unknown): boolean {
  return typeof words === "string" && (words === "reference" || byColumn.test(words));
}

/**
 * Writes into the plan's tables what becomes of each.
 *
 * @param distribution words by the source's table names
 * @throws UserError that lists every table, column, key and foreign key that Citus would refuse; nothing was changed then
 */
export function planDistribution(plan: MigrationPlan, distribution: Record<string, string>): void {
  if (Object.keys(distribution).length === 0) return;
  if (plan.mode !== "create")
    throw new UserError(
      "distribution is for tables that the migration makes.",
      "Distribute the application's tables by create_distributed_table, and leave distribution out with mode existing.",
    );
  const problems: string[] = [];
  for (const [name, words] of Object.entries(distribution)) {
    const table = plan.tables.find(({ source }) => source === name);
    if (table === undefined) problems.push(`distribution names ${name}, which is no table that comes over`);
    else {
      const found = distributionOf(table, words);
      if (found === undefined) problems.push(`${name} has no column ${byColumn.exec(words)?.[1]} to be distributed by`);
      else table.distribution = found;
    }
  }
  if (problems.length === 0) problems.push(...distributionProblems(plan));
  if (problems.length > 0)
    throw new UserError(
      `The tables cannot be distributed so, and nothing was changed: ${problems.join("; ")}.`,
      "Choose other keys in distribution, make smaller tables reference tables, or change the keys in SQLite first.",
    );
}

function distributionOf({ columns }: TablePlan, words: string): Distribution | undefined {
  const name = byColumn.exec(words)?.[1];
  if (name === undefined) return { kind: "reference" };
  const column = columns.find(({ source }) => source === name);
  return column === undefined ? undefined : { kind: "key", column: column.target };
}
