import type { Client } from "pg";
import type { ColumnPlan, MigrationPlan, TablePlan } from "../model";
import { typeName } from "./cell";
import { compareLines } from "./lines";
import { type Finding, relation } from "./snapshot";

const exists = `SELECT to_regclass($1) IS NOT NULL AS found`;

/** Whether the table is there. */
export async function compareTable(client: Client, schema: string, table: TablePlan): Promise<Finding> {
  const { rows } = await client.query<{ found: boolean }>(exists, [relation(schema, table.target)]);
  const found = rows[0]?.found === true;
  return { passed: found, source: "planned", target: found ? "exists" : "missing", sql: exists };
}

const columnsSql = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
  format_type(a.atttypid, NULL) AS base, a.attnotnull AS "notNull",
  a.attidentity AS identity, CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

interface FoundColumn {
  name: string;
  type: string;
  /** The type without its modifier. */
  base: string;
  notNull: boolean;
  /** `d`: by default, where no key is given; `a`: always, so that a given one is refused; empty for none. */
  identity: "d" | "a" | "";
  default: string | null;
}

/** Every column's name, type, NOT NULL, identity, and that its default gives the planned value. */
export async function compareColumns(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
): Promise<Finding> {
  const { rows } = await client.query<FoundColumn>(columnsSql, [relation(schema, table.target)]);
  const existing = plan.mode === "existing";
  const precise = (type: string) => (existing ? type.replace(/^(time|timestamp)\(\d\)/, "$1") : type);
  const line = (name: string, type: string, notNull: boolean, identity: FoundColumn["identity"]) =>
    `${name} ${type}${notNull ? " NOT NULL" : ""}${identity === "" || existing ? "" : identity === "a" ? " identity always" : " identity"}`;
  const planned: string[] = [];
  const types = await formatTypes(client, table.columns);
  for (const [index, column] of table.columns.entries()) {
    const notNull = column.notNull || column.identity || table.primaryKey?.columns.includes(column.target) === true;
    planned.push(line(column.target, precise(types[index] ?? ""), notNull, column.identity ? "d" : ""));
  }
  // How a type of the target's own is called depends on the search path; the server resolves it, without its modifier.
  const others = table.columns.filter(({ type }) => type.kind === "other").map(({ target }) => target);
  const found = rows.map((row) =>
    line(row.name, others.includes(row.name) ? row.base : precise(row.type), row.notNull, row.identity),
  );
  const finding = compareLines(planned, found, "columns", existing);
  const defaults = existing ? [] : await differingDefaults(client, table, rows);
  if (defaults.length === 0) return { ...finding, sql: columnsSql };
  return {
    passed: false,
    source: finding.source,
    target: `${defaults.length} defaults differ`,
    sql: columnsSql,
    detail: [finding.detail, ...defaults].filter((text) => text !== null).join("\n"),
  };
}

/** As pg_catalog writes the planned types. */
async function formatTypes(client: Client, columns: ColumnPlan[]): Promise<string[]> {
  const asked = columns.map(({ type }) =>
    type.kind === "char" ? "bpchar" : type.kind === "other" ? type.sql : type.kind,
  );
  const { rows } = await client.query<{ type: string | null }>(
    "SELECT format_type(to_regtype(name), NULL) AS type FROM unnest($1::text[]) WITH ORDINALITY AS u (name, n) ORDER BY n",
    [asked],
  );
  return columns.map(({ type }, index) => {
    const name = rows[index]?.type ?? typeName(type);
    if (type.kind === "other") return name;
    const modifier = /\(.*\)$/.exec(typeName(type))?.[0] ?? "";
    return name + modifier;
  });
}

/** PostgreSQL rewrites a default's text, so the values that both give in one transaction are compared. */
async function differingDefaults(client: Client, table: TablePlan, found: FoundColumn[]): Promise<string[]> {
  const lines: string[] = [];
  for (const column of table.columns) {
    const actual = found.find((row) => row.name === column.target)?.default ?? null;
    if (column.identity || actual === column.default) continue;
    // One that depends on chance is compared by its definition alone.
    if (actual?.includes("gen_random_uuid()") && column.default?.includes("gen_random_uuid()")) continue;
    if (actual !== null && column.default !== null) {
      const type = typeName(column.type);
      const { rows } = await client.query<{ same: boolean }>(
        `SELECT (${column.default})::${type}::text IS NOT DISTINCT FROM (${actual})::${type}::text AS same`,
      );
      if (rows[0]?.same === true) continue;
    }
    lines.push(`${column.target}: the default should be ${column.default ?? "none"}, is ${actual ?? "none"}`);
  }
  return lines;
}
