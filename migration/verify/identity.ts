import { type Client, escapeIdentifier } from "pg";
import type { ColumnPlan, TablePlan } from "../model";
import { type Finding, relation } from "./snapshot";

/** That the identity's next value lies past every key, and not before the planned one. */
export async function compareIdentity(
  client: Client,
  schema: string,
  table: TablePlan,
  column: ColumnPlan,
): Promise<Finding> {
  const named = await client.query<{ sequence: string | null }>(`SELECT pg_get_serial_sequence($1, $2) AS sequence`, [
    relation(schema, table.target),
    column.target,
  ]);
  const sequence = named.rows[0]?.sequence;
  const planned = table.nextIdentity ?? "1";
  if (typeof sequence !== "string")
    return {
      passed: false,
      source: `next value ${planned}`,
      target: "no sequence",
      detail: `${column.target} gives no new keys`,
    };
  const sql = `SELECT (CASE WHEN s.is_called THEN s.last_value + p.seqincrement ELSE s.last_value END)::text AS next, m.max::text
    FROM ${sequence} AS s, pg_sequence AS p, (SELECT max(${escapeIdentifier(column.target)}) FROM ${relation(schema, table.target)}) AS m WHERE p.seqrelid = $1::regclass`;
  const { rows } = await client.query<{ next: string; max: string | null }>(sql, [sequence]);
  const next = BigInt(rows[0]?.next ?? 0);
  const max = rows[0]?.max ?? null;
  const passed = next >= BigInt(planned) && (max === null || next > BigInt(max));
  return {
    passed,
    source: `next value ${planned}`,
    target: `next value ${next}`,
    sql,
    detail: passed ? null : `${column.target}: the greatest key is ${max ?? "none"}, the next one would be ${next}`,
  };
}
