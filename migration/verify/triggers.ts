/** Triggers: that they are there, switched on, and do what was planned. */
import type { Client } from "pg";
import type { TriggerPlan } from "../model";
import { type Finding, relation } from "./snapshot";

const triggerSql = `SELECT t.tgenabled AS enabled, t.tgtype::int AS type, t.tgqual IS NOT NULL AS condition, p.proname AS function, p.prosrc AS body,
  p.proconfig::text AS settings, ARRAY(SELECT a.attname::text FROM unnest(t.tgattr::int2[]) AS n(number)
    JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = n.number ORDER BY a.attname) AS columns
  FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = $1::regclass AND t.tgname = $2 AND NOT t.tgisinternal`;

interface Found {
  enabled: string;
  type: number;
  condition: boolean;
  function: string;
  body: string;
  settings: string | null;
  columns: string[];
}

/** The bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h); 1 is FOR EACH ROW. */
const times = { BEFORE: 2, AFTER: 0, "INSTEAD OF": 64 };
const events = { INSERT: 4, DELETE: 8, UPDATE: 16 };

export async function compareTrigger(client: Client, schema: string, trigger: TriggerPlan): Promise<Finding> {
  const { rows } = await client.query<Found>(triggerSql, [relation(schema, trigger.table), trigger.target]);
  const [found] = rows;
  const planned = `${trigger.time} ${trigger.event}`;
  const finding = { source: planned, sql: triggerSql };
  if (found === undefined) return { ...finding, passed: false, target: "no such trigger", detail: "it is missing" };
  const wrong = [
    ...(found.enabled === "O" || found.enabled === "A" ? [] : ["it is disabled"]),
    ...(found.type === 1 + times[trigger.time] + events[trigger.event] && !found.condition
      ? []
      : ["it is called at other times"]),
    ...([...trigger.columns].sort().join() === found.columns.join() ? [] : ["it is called for other columns"]),
    ...(found.function === trigger.function && found.body === trigger.body ? [] : ["its function is another one"]),
    ...(found.settings?.includes("search_path") ? [] : ["its function has no search_path of its own"]),
  ];
  return {
    ...finding,
    passed: wrong.length === 0,
    target: wrong.length === 0 ? planned : "different",
    detail: wrong.join("; ") || null,
  };
}
