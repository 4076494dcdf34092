import type { Client } from "pg";
import type { MigrationPlan, TablePlan } from "../model";
import { compareLines } from "./lines";
import { type Finding, relation } from "./snapshot";

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
    ...table.indexes.map(
      (index) =>
        line(
          index.unique ? "unique" : "index",
          index.name,
          index.columns.map(
            ({ name, expression, descending }) =>
              `${expression === undefined ? name : "(expression)"}${descending ? " DESC" : ""}`,
          ),
        ) + (index.where === undefined ? "" : " partial"),
    ),
  ];
  const found = rows.map((row) => {
    const kind = row.primary ? "primary key" : row.unique ? "unique" : "index";
    return `${line(kind, row.name, row.columns)}${row.valid ? "" : " INVALID"}${row.partial ? " partial" : ""}`;
  });
  return { ...compareLines(planned, found, "keys and indexes", existing), sql: indexesSql };
}
