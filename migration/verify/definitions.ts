/** CHECKs, indexes on expressions and with conditions, generated columns and defaults: what they say, beside that they are there. */
import { type Client, escapeIdentifier } from "pg";
import { messageOf } from "../../support/errors";
import type { MigrationPlan, TablePlan } from "../model";
import { addCheck, createIndex, createTable } from "../plan/ddl";
import { compareLines } from "./lines";
import { type Finding, relation } from "./snapshot";

/** The definitions as the server writes them, by target table; or why it could not be asked. */
export type Definitions = Map<string, string[]> | { reason: string };

const definitionsSql = `SELECT 'check ' || conname || ': ' || regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') AS line FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'
  UNION ALL SELECT 'index ' || c.relname || ': ' || (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, false), ', ' ORDER BY k) FROM generate_series(1, i.indnkeyatts) AS k) || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid), '')
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
  UNION ALL SELECT CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated ' END || a.attname || ': ' || pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute AS a JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::regclass AND NOT a.attisdropped ORDER BY 1`;

async function readDefinitions(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(definitionsSql, [table]);
  return rows.map(({ line }) => line);
}

/**
 * What the plan's definitions look like once the server has read them, since it rewrites what it is given: they are made on temporary tables, in a
 * transaction that is rolled back: nothing is written to the database, though the session may be one that only reads. Call it outside the snapshot.
 */
export async function plannedDefinitions(client: Client, plan: MigrationPlan): Promise<Definitions> {
  const definitions = new Map<string, string[]>();
  if (plan.mode === "existing") return definitions;
  const inside = client.getTransactionStatus() === "T";
  try {
    await client.query(inside ? "SAVEPOINT pgstead_definitions" : "BEGIN READ WRITE");
    for (const table of plan.tables.filter(hasDefinitions)) {
      await makeTemporary(client, table);
      definitions.set(table.target, await readDefinitions(client, temporary(table)));
    }
    return definitions;
  } catch (error) {
    return { reason: messageOf(error) };
  } finally {
    await client.query(
      inside ? "ROLLBACK TO SAVEPOINT pgstead_definitions; RELEASE SAVEPOINT pgstead_definitions" : "ROLLBACK",
    );
  }
}

function hasDefinitions(table: TablePlan): boolean {
  return (
    table.checks.length > 0 ||
    table.indexes.some(isDefined) ||
    table.columns.some((column) => column.generated !== undefined || column.default !== null)
  );
}

function isDefined({ where, columns }: TablePlan["indexes"][number]): boolean {
  return where !== undefined || columns.some(({ expression }) => expression !== undefined);
}

const temporary = (table: TablePlan) => `pg_temp.${escapeIdentifier(table.target)}`;

async function makeTemporary(client: Client, table: TablePlan): Promise<void> {
  const columns = table.columns.map((column) => ({ ...column, identity: false }));
  await client.query(createTable("pg_temp", { ...table, columns, identitySequence: null }));
  for (const check of table.checks) await client.query(addCheck(temporary(table), check, true));
  for (const index of table.indexes.filter(isDefined)) await client.query(createIndex(temporary(table), index));
}

/** Compares the definitions, and that a CHECK is valid unless rows break it. */
export async function compareDefinitions(
  client: Client,
  schema: string,
  table: TablePlan,
  planned: Definitions,
): Promise<Finding> {
  const on = relation(schema, table.target);
  const found = await readDefinitions(client, on);
  const finding =
    planned instanceof Map
      ? compareLines(planned.get(table.target) ?? [], found, "checks and expressions", false)
      : compareLines(
          plannedNames(table),
          found.filter((line) => !line.startsWith("default ")).map(nameOnly),
          "checks and expressions, by name",
          false,
        );
  const invalid = await needlesslyInvalid(client, on, table);
  if (invalid.length === 0) return { ...finding, sql: definitionsSql };
  return {
    ...finding,
    passed: false,
    target: `${invalid.length} not valid`,
    sql: definitionsSql,
    detail: [finding.detail, ...invalid.map((name) => `check ${name}: not valid, though every row keeps it`)]
      .filter((line) => line !== null)
      .join("\n"),
  };
}

/** Where the server may make no temporary table, names are what is left to compare. */
function plannedNames(table: TablePlan): string[] {
  return [
    ...table.checks.map(({ name }) => `check ${name}`),
    ...table.indexes.filter(isDefined).map(({ name }) => `index ${name}`),
    ...table.columns.filter(({ generated }) => generated !== undefined).map(({ target }) => `generated ${target}`),
  ];
}

function nameOnly(line: string): string {
  return line.slice(0, line.indexOf(": "));
}

async function needlesslyInvalid(client: Client, on: string, table: TablePlan): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' AND NOT convalidated",
    [on],
  );
  const names: string[] = [];
  for (const { name } of rows) {
    const check = table.checks.find((one) => one.name === name);
    if (check === undefined) continue;
    const broken = await client.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM ${on} WHERE NOT (${check.expression})) AS found`,
    );
    if (broken.rows[0]?.found === false) names.push(name);
  }
  return names;
}
