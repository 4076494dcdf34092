/** The triggers, made when the tables and views are in place, in the same transaction. One that PostgreSQL refuses stays behind. */
import type { Client } from "pg";
import type { MigrationPlan, TriggerPlan } from "../model";
import { qualified } from "../plan/ddl";
import { functionComment } from "../translate/trigger";
import { triggerReason } from "../translate/triggers";
import { isRefusal } from "./refusal";
import type { Run } from "./run";

export async function makeTriggers(client: Client, run: Run, plan: MigrationPlan): Promise<void> {
  for (const trigger of [...plan.triggers]) {
    await client.query("SAVEPOINT pgstead_trigger");
    try {
      await dropFormerFunction(client, plan.schema, trigger);
      for (const statement of trigger.statements) await client.query(statement);
      // PL/pgSQL looks at its statements when they run: here they are planned once beforehand.
      for (const probe of trigger.probes) await client.query(`EXPLAIN ${probe}`);
      await client.query("RELEASE SAVEPOINT pgstead_trigger");
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await client.query("ROLLBACK TO SAVEPOINT pgstead_trigger");
      const reason = triggerReason(trigger, `PostgreSQL refuses it: ${error.message}`);
      plan.triggers = plan.triggers.filter((other) => other !== trigger);
      plan.leftBehind.push({ kind: "trigger", name: trigger.source, reason, sql: trigger.sourceSql });
      run.log(
        `left behind: the trigger ${trigger.source}: ${reason} Its translation was: ${trigger.statements.join("; ")}`,
      );
    }
  }
}

/** A function that an earlier run made goes, unless a trigger still uses it; one of somebody else's stays, and its name is taken. */
async function dropFormerFunction(client: Client, schema: string, trigger: TriggerPlan): Promise<void> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = $1 AND p.proname = $2 AND p.pronargs = 0 AND obj_description(p.oid, 'pg_proc') = $3`,
    [schema, trigger.function, functionComment(trigger.source)],
  );
  if (rows.length > 0) await client.query(`DROP FUNCTION ${qualified(schema, trigger.function)}()`);
}
