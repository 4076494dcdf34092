/** CHECK constraints, made when the rows are there. */
import type { CheckPlan, MigrationPlan, TablePlan } from "../model";
import { addCheck, qualified } from "../plan/ddl";
import { counted } from "../report/text";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

/**
 * Adds the table's CHECKs. Rows that break one (SQLite lets them in under PRAGMA ignore_check_constraints) stay, and it is NOT VALID: PostgreSQL
 * asks it of new rows only. One that the server refuses is left behind.
 */
export async function makeChecks(context: LoadContext, plan: MigrationPlan, table: TablePlan): Promise<void> {
  for (const check of [...table.checks]) await makeCheck(context, plan, table, check);
}

/** check_violation */
const broken = "23514";

async function makeCheck(
  { client, run, schema }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  check: CheckPlan,
): Promise<void> {
  const on = qualified(schema, table.target);
  try {
    await client.query(addCheck(on, check, true));
    return;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code !== broken) {
      table.checks = table.checks.filter((other) => other !== check);
      plan.leftBehind.push({
        kind: "check",
        name: `${table.source}.${check.name}`,
        reason: `PostgreSQL does not take the CHECK: ${error.message}.`,
        sql: `CHECK ${check.source}`,
      });
      run.log(`left behind: the check ${check.name} of ${table.source}: ${error.message}`);
      return;
    }
  }
  await client.query(addCheck(on, check, false));
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${on} WHERE NOT (${check.expression})`);
  const count = rows[0]?.count ?? "0";
  plan.warnings.push(
    `${counted(count, "row")} of ${table.source} ${count === "1" ? "breaks" : "break"} the CHECK ${check.name}, also in SQLite: ${count === "1" ? "it comes" : "they come"} over, and the constraint is NOT VALID. Mend ${count === "1" ? "it" : "them"}, then run ALTER TABLE … VALIDATE CONSTRAINT. Until then PostgreSQL refuses any change of such a row.`,
  );
}
