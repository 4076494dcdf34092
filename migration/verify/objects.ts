import { type Client, escapeIdentifier } from "pg";
import type { ColumnPlan, ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { typeName } from "./cell";
import { type Finding, relation } from "./snapshot";

/** Compares lines of what was planned and what is there. */
function compareLines(planned: string[], found: string[], what: string, extraAllowed: boolean): Finding {
  const missing = planned.filter((line) => !found.includes(line));
  const extra = extraAllowed ? [] : found.filter((line) => !planned.includes(line));
  return {
    passed: missing.length === 0 && extra.length === 0,
    source: `${planned.length} ${what}`,
    target:
      missing.length === 0 && extra.length === 0
        ? `${planned.length} ${what}`
        : `${missing.length} missing or different`,
    detail:
      [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `not planned: ${line}`)].join("\n") || null,
  };
}

const exists = `SELECT to_regclass($1) IS NOT NULL AS found`;

/** Whether the table is there. */
export async function compareTable(client: Client, schema: string, table: TablePlan): Promise<Finding> {
  const { rows } = await client.query<{ found: boolean }>(exists, [relation(schema, table.target)]);
  const found = rows[0]?.found === true;
  return { passed: found, source: "planned", target: found ? "exists" : "missing", sql: exists };
}

const columnsSql = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
  format_type(a.atttypid, NULL) AS base, a.attnotnull AS "notNull",
  a.attidentity <> '' AS identity, pg_get_expr(d.adbin, d.adrelid) AS default
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

interface FoundColumn {
  name: string;
  type: string;
  /** The type without its modifier. */
  base: string;
  notNull: boolean;
  identity: boolean;
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
  const line = (name: string, type: string, notNull: boolean, identity: boolean) =>
    `${name} ${type}${notNull ? " NOT NULL" : ""}${identity && !existing ? " identity" : ""}`;
  const planned: string[] = [];
  for (const column of table.columns) {
    const notNull = column.notNull || column.identity || table.primaryKey?.columns.includes(column.target) === true;
    planned.push(line(column.target, precise(await formatType(client, column)), notNull, column.identity));
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

/** As pg_catalog writes the planned type. */
async function formatType(client: Client, column: ColumnPlan): Promise<string> {
  const { rows } = await client.query<{ type: string }>({
    text: `SELECT format_type(to_regtype($1), NULL) AS type`,
    values: [
      column.type.kind === "char" ? "bpchar" : column.type.kind === "other" ? column.type.sql : column.type.kind,
    ],
  });
  const name = rows[0]?.type ?? typeName(column.type);
  if (column.type.kind === "other") return name;
  const modifier = /\(.*\)$/.exec(typeName(column.type))?.[0] ?? "";
  return name + modifier;
}

/** PostgreSQL rewrites a default's text, so the values that both give in one transaction are compared. */
async function differingDefaults(client: Client, table: TablePlan, found: FoundColumn[]): Promise<string[]> {
  const lines: string[] = [];
  for (const column of table.columns) {
    const actual = found.find((row) => row.name === column.target)?.default ?? null;
    if (column.identity || actual === column.default) continue;
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

const indexesSql = `SELECT c.relname AS name, i.indisunique AS unique, i.indisprimary AS primary, i.indisvalid AS valid, i.indpred IS NOT NULL AS partial,
  (SELECT json_agg(coalesce(a.attname, '(expression)') || CASE WHEN i.indoption[k] & 1 = 1 THEN ' DESC' ELSE '' END ORDER BY k)
   FROM generate_series(0, i.indnkeyatts - 1) AS k LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] AND a.attnum > 0) AS columns
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass ORDER BY c.relname`;

/** Primary key, unique constraints and indexes: names where pgstead gave them, columns, order and direction, and that they are valid. */
export async function compareIndexes(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
): Promise<Finding> {
  const { rows } = await client.query<{
    name: string;
    unique: boolean;
    primary: boolean;
    valid: boolean;
    partial: boolean;
    columns: string[];
  }>(indexesSql, [relation(schema, table.target)]);
  const existing = plan.mode === "existing";
  const line = (kind: string, name: string, columns: string[]) =>
    `${kind}${existing ? "" : ` ${name}`} (${columns.join(", ")})`;
  const planned = [
    ...(table.primaryKey === null ? [] : [line("primary key", table.primaryKey.name, table.primaryKey.columns)]),
    ...table.uniques.map((unique) => line("unique", unique.name, unique.columns)),
    ...table.indexes.map((index) =>
      line(
        index.unique ? "unique" : "index",
        index.name,
        index.columns.map((column) => `${column.name}${column.descending ? " DESC" : ""}`),
      ),
    ),
  ];
  const found = rows.map((row) => {
    const kind = row.primary ? "primary key" : row.unique ? "unique" : "index";
    return `${line(kind, row.name, row.columns)}${row.valid ? "" : " INVALID"}${row.partial ? " partial" : ""}`;
  });
  return { ...compareLines(planned, found, "keys and indexes", existing), sql: indexesSql };
}

const foreignKeysSql = `SELECT con.conname AS name, con.confupdtype AS "onUpdate", con.confdeltype AS "onDelete", con.condeferrable AS deferrable,
  con.condeferred AS deferred, con.convalidated AS valid, f.relname AS referenced, f.relnamespace = c.relnamespace AS same,
  (SELECT json_agg(attname ORDER BY n) FROM unnest(con.conkey) WITH ORDINALITY AS k (num, n) JOIN pg_attribute ON attrelid = con.conrelid AND attnum = num) AS columns,
  (SELECT json_agg(attname ORDER BY n) FROM unnest(con.confkey) WITH ORDINALITY AS k (num, n) JOIN pg_attribute ON attrelid = con.confrelid AND attnum = num) AS "referencedColumns"
  FROM pg_constraint AS con JOIN pg_class AS c ON c.oid = con.conrelid JOIN pg_class AS f ON f.oid = con.confrelid
  WHERE con.conrelid = $1::regclass AND con.contype = 'f' ORDER BY con.conname`;

const actions: Record<string, string> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

interface FoundForeignKey extends Omit<ForeignKeyPlan, "orphans" | "initiallyDeferred" | "referencedTable"> {
  referenced: string;
  same: boolean;
  deferred: boolean;
  valid: boolean;
}

/**
 * Foreign keys: columns, actions, when they are checked, and that those without orphans are valid.
 *
 * @param hasOrphans whether rows of the source are without a parent
 */
export async function compareForeignKeys(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  table: TablePlan,
  hasOrphans: (key: ForeignKeyPlan) => boolean,
): Promise<Finding> {
  const { rows } = await client.query<FoundForeignKey>(foreignKeysSql, [relation(schema, table.target)]);
  const existing = plan.mode === "existing";
  const line = (key: Omit<ForeignKeyPlan, "orphans">) => {
    const when = key.initiallyDeferred ? " initially deferred" : key.deferrable ? " deferrable" : "";
    return `${existing ? "" : `${key.name} `}(${key.columns.join(", ")}) to ${key.referencedTable} (${key.referencedColumns.join(", ")}) on update ${key.onUpdate} on delete ${key.onDelete}${when}`;
  };
  const found = rows.map((key) => ({
    valid: key.valid,
    line: line({
      ...key,
      referencedTable: `${key.same ? "" : "another schema's "}${key.referenced}`,
      onUpdate: actions[key.onUpdate] ?? "",
      onDelete: actions[key.onDelete] ?? "",
      initiallyDeferred: key.deferred,
    }),
  }));
  const finding = compareLines(
    table.foreignKeys.map(line),
    found.map((key) => key.line),
    "foreign keys",
    existing,
  );
  const invalid = table.foreignKeys.filter(
    (key) => found.some((other) => other.line === line(key) && !other.valid) && !hasOrphans(key),
  );
  if (invalid.length === 0) return { ...finding, sql: foreignKeysSql };
  const detail = invalid.map((key) => `${line(key)}: not valid, though no row is without a parent`);
  return {
    ...finding,
    passed: false,
    target: `${invalid.length} not valid`,
    sql: foreignKeysSql,
    detail: [finding.detail, ...detail].filter((text) => text !== null).join("\n"),
  };
}

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
