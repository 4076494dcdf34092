import type { Client } from "pg";
import type { ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { compareLines } from "./lines";
import { type Finding, relation } from "./snapshot";

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
  hasOrphans: (key: ForeignKeyPlan) => Promise<boolean>,
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
  const invalid: ForeignKeyPlan[] = [];
  for (const key of table.foreignKeys)
    if (found.some((other) => other.line === line(key) && !other.valid) && !(await hasOrphans(key))) invalid.push(key);
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
