/** What a query can read: tables that come over, views translated before, queries in FROM, and WITH's. */
import { escapeIdentifier } from "pg";
import type { ColumnPlan, SourceTable, TablePlan, TargetType, TimeForm } from "../model";
import { columnValue } from "./columns";
import { type Translated, Untranslatable } from "./scope";

/**
 * Stands for the schema's name in translated SQL, so that the same query can be made in the staging schema and shown for the final one. No other
 * part of the SQL holds it: PostgreSQL's names and texts have no room for U+0000.
 */
export const schemaMark = "\0";

export interface RelationColumn {
  /** SQLite's name for it. */
  name: string;
  /** PostgreSQL's. */
  target: string;
  /** The value, where `sql` names the column. */
  refer(sql: string): Translated;
  /** Its type in PostgreSQL, as far as it is known before it is made. */
  type: TargetType;
  timeForm: TimeForm | null;
  /** Whether it is a table's column, unchanged. */
  unchanged: boolean;
}

export interface Relation {
  /** As an item of FROM, without an alias. */
  sql: string;
  /** The name that it has in FROM without an alias; null where it needs one. */
  target: string | null;
  columns: RelationColumn[];
  /** Columns of the source that do not come over, by their names in lower case: the reason. */
  missing: Map<string, string>;
  /** What rowid means, or why it means nothing here. */
  rowid: RelationColumn | string | null;
  /** Sets of columns, by their names in SQLite, of which each has a row's values only once and never NULL. */
  keys: string[][];
}

export function tableRelation(source: SourceTable, plan: TablePlan): Relation {
  const columns = plan.columns.map((column) => columnOf(source, column));
  const sourceName = (target: string) => plan.columns.find((column) => column.target === target)?.source ?? target;
  const keys = [plan.primaryKey, ...plan.uniques]
    .flatMap((key) => (key === null ? [] : [key.columns]))
    .filter((key) => key.every((name) => plan.columns.some((column) => column.target === name && column.notNull)));
  return {
    sql: `${schemaMark}.${escapeIdentifier(plan.target)}`,
    target: plan.target,
    columns,
    missing: new Map(
      Object.entries(source.unreadable).map(([name, error]) => [name.toLowerCase(), `cannot be read: ${error}`]),
    ),
    rowid: source.withoutRowid
      ? null
      : (columns.find((column) => column.name === source.rowidColumn) ??
        `it uses the rowid of ${source.name}, which does not come over`),
    keys: keys.map((key) => key.map(sourceName)),
  };
}

function columnOf(source: SourceTable, plan: ColumnPlan): RelationColumn {
  return {
    name: plan.source,
    target: plan.target,
    refer: (sql) => columnValue(source, plan, sql),
    type: plan.type,
    timeForm: plan.timeForm,
    unchanged: true,
  };
}

/** A column of a relation, by its name in any case. @throws Untranslatable for one that does not come over */
export function findColumn(relation: Relation, name: string): RelationColumn | undefined {
  const lower = name.toLowerCase();
  const missing = relation.missing.get(lower);
  if (missing !== undefined) throw new Untranslatable(`it uses the column ${name}, which ${missing}`);
  return relation.columns.find((column) => column.name.toLowerCase() === lower);
}

/** Finds a table or view by its name in FROM. @throws Untranslatable where it does not come over */
export type FindRelation = (name: string) => Relation;

/** What queries with aliases and CTEs of their own are translated in. */
export interface Query {
  find: FindRelation;
  /** Makes an alias that no other part of the statement has. */
  alias(wanted: string): string;
  utf16: boolean;
  /** The SQL that was parsed: spans count in it. */
  text: string;
  /** Whether its result is compared afterwards: see Scope.mayUse. */
  approximate: boolean;
}

/** Aliases that differ within a statement, so that no name is hidden by another. */
export function aliases(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    const short =
      Buffer.from(wanted)
        .subarray(0, 50)
        .toString()
        .replace(/\uFFFD+$/, "") || "t";
    let alias = short;
    for (let n = 2; taken.has(alias); n++) alias = `${short}_${n}`;
    taken.add(alias);
    return alias;
  };
}
