/** The application's own tables in the target, as PostgreSQL's catalog tells them. */
import type { Client } from "pg";
import type { TargetType } from "../model";

export interface TargetColumn {
  name: string;
  type: TargetType;
  notNull: boolean;
  /** Whether the server gives a value where none is given: a default, an identity. */
  hasDefault: boolean;
  /** Computed from other columns: it takes no value. */
  generated: boolean;
  /** The sequence, with its schema, that gives its values: of an identity, a serial, or a default with nextval. */
  sequence: { schema: string; name: string } | null;
}

export interface TargetForeignKey {
  name: string;
  columns: string[];
  referencedSchema: string;
  referencedTable: string;
  referencedColumns: string[];
  onUpdate: string;
  onDelete: string;
  deferrable: boolean;
  initiallyDeferred: boolean;
}

export interface TargetTable {
  name: string;
  columns: TargetColumn[];
  primaryKey: { name: string; columns: string[] } | null;
  foreignKeys: TargetForeignKey[];
  triggers: string[];
}

/** Reads the tables of a schema, partitions apart. */
export async function readTargetTables(client: Client, schema: string): Promise<TargetTable[]> {
  const { rows: tables } = await client.query<{ oid: string; name: string }>(
    `SELECT c.oid::text, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`,
    [schema],
  );
  const oids = tables.map((table) => table.oid);
  const columns = await readColumns(client, oids);
  const primaryKeys = await readPrimaryKeys(client, oids);
  const foreignKeys = await readForeignKeys(client, oids);
  const { rows: triggers } = await client.query<{ table: string; name: string }>(
    `SELECT tgrelid::text AS "table", tgname AS name FROM pg_trigger WHERE tgrelid = ANY ($1::oid[]) AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY tgname`,
    [oids],
  );
  const of = <T extends { table: string }>(rows: T[], oid: string) => rows.filter((row) => row.table === oid);
  return tables.map(({ oid, name }) => ({
    name,
    columns: of(columns, oid).map(({ table: _, ...column }) => column),
    primaryKey: of(primaryKeys, oid).map((key) => ({ name: key.name, columns: key.columns }))[0] ?? null,
    foreignKeys: of(foreignKeys, oid).map(({ table: _, ...key }) => key),
    triggers: of(triggers, oid).map((trigger) => trigger.name),
  }));
}

/** The names of a schema's views, materialized ones too. */
export async function readTargetViews(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('v', 'm') ORDER BY c.relname`,
    [schema],
  );
  return rows.map((row) => row.name);
}

interface ColumnRow {
  table: string;
  name: string;
  base: string;
  modifier: number;
  sql: string;
  not_null: boolean;
  has_default: boolean;
  /** The type that a domain is made from; null for any other type. */
  domain_of: string | null;
  domain_modifier: number;
  domain_sql: string;
  generated: boolean;
  sequence_schema: string | null;
  sequence_name: string | null;
}

async function readColumns(client: Client, oids: string[]): Promise<(TargetColumn & { table: string })[]> {
  const { rows } = await client.query<ColumnRow>(
    `SELECT a.attrelid::text AS "table", a.attname AS name, CASE WHEN t.typtype = 'b' THEN t.typname ELSE '' END AS base, a.atttypmod AS modifier,
            format_type(a.atttypid, a.atttypmod) AS sql,
            b.typname AS domain_of, t.typtypmod AS domain_modifier, format_type(t.typbasetype, t.typtypmod) AS domain_sql, a.attnotnull AS not_null,
            a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
            a.attgenerated <> '' AS generated, s.nspname AS sequence_schema, s.relname AS sequence_name
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype AND b.typtype = 'b'
     LEFT JOIN LATERAL (
       SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'S' AND (
         EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                 AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i'))
         OR EXISTS (SELECT 1 FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                    WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid))
       LIMIT 1) s ON true
     WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`,
    [oids],
  );
  return rows.map((row) => ({
    table: row.table,
    name: row.name,
    type:
      row.domain_of === null
        ? targetType(row.base, row.modifier, row.sql)
        : { kind: "other", sql: row.sql, base: targetType(row.domain_of, row.domain_modifier, row.domain_sql) },
    notNull: row.not_null,
    hasDefault: row.has_default,
    generated: row.generated,
    sequence:
      row.sequence_schema === null || row.sequence_name === null
        ? null
        : { schema: row.sequence_schema, name: row.sequence_name },
  }));
}

const plainTypes: Record<string, TargetType> = {
  bool: { kind: "boolean" },
  int2: { kind: "smallint" },
  int4: { kind: "integer" },
  int8: { kind: "bigint" },
  float4: { kind: "real" },
  float8: { kind: "double precision" },
  text: { kind: "text" },
  bytea: { kind: "bytea" },
  date: { kind: "date" },
  uuid: { kind: "uuid" },
  json: { kind: "json" },
  jsonb: { kind: "jsonb" },
};

/** @param modifier pg_attribute.atttypmod, -1 for none; its meaning is the type's own (src/backend/utils/adt: numeric.c, varchar.c, timestamp.c) */
export function targetType(name: string, modifier: number, sql: string): TargetType {
  const plain = plainTypes[name];
  if (plain !== undefined) return plain;
  switch (name) {
    case "varchar":
      return modifier < 0 ? { kind: "text" } : { kind: "varchar", length: modifier - 4 };
    case "bpchar":
      return modifier < 0 ? { kind: "other", sql } : { kind: "char", length: modifier - 4 };
    case "numeric": {
      if (modifier < 0) return { kind: "numeric", precision: null, scale: null };
      const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
      return scale < 0
        ? { kind: "other", sql }
        : { kind: "numeric", precision: ((modifier - 4) >> 16) & 0xffff, scale };
    }
    case "time":
    case "timestamp":
    case "timestamptz":
      return modifier < 0 ? { kind: name } : { kind: name, precision: modifier };
    default:
      return { kind: "other", sql };
  }
}

async function readPrimaryKeys(client: Client, oids: string[]) {
  const { rows } = await client.query<{ table: string; name: string; columns: string[] }>(
    `SELECT conrelid::text AS "table", conname AS name, ${columnNames("conkey", "conrelid")} AS columns
     FROM pg_constraint WHERE conrelid = ANY ($1::oid[]) AND contype = 'p'`,
    [oids],
  );
  return rows;
}

async function readForeignKeys(client: Client, oids: string[]): Promise<(TargetForeignKey & { table: string })[]> {
  const action = (column: string) =>
    `CASE ${column} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END`;
  const { rows } = await client.query<TargetForeignKey & { table: string }>(
    `SELECT k.conrelid::text AS "table", k.conname AS name, ${columnNames("k.conkey", "k.conrelid")} AS columns,
            n.nspname AS "referencedSchema", c.relname AS "referencedTable", ${columnNames("k.confkey", "k.confrelid")} AS "referencedColumns",
            ${action("k.confupdtype")} AS "onUpdate", ${action("k.confdeltype")} AS "onDelete",
            k.condeferrable AS deferrable, k.condeferred AS "initiallyDeferred"
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.conrelid = ANY ($1::oid[]) AND k.contype = 'f' AND k.conparentid = 0 ORDER BY k.conname`,
    [oids],
  );
  return rows;
}

function columnNames(numbers: string, table: string): string {
  return `ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS u(number, position)
          JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = u.number ORDER BY u.position)`;
}
