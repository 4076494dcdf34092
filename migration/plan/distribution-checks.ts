/**
 * What Citus refuses of distributed and reference tables (docs.citusdata.com, "Creating and Modifying Distributed Tables"), found from the plan alone: each worker
 * sees its own rows only, so a key holds over all of them where it has the distribution column in it, and a foreign key where both sides lie together.
 */
import type { ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { typeSql } from "./type-sql";

/** One sentence each; empty when all is well. */
export function distributionProblems(plan: MigrationPlan): string[] {
  const byName = new Map(plan.tables.map((table) => [table.target, table]));
  return [
    ...plan.tables.flatMap((table) => [
      ...keyProblems(table),
      ...columnProblems(table),
      ...table.foreignKeys.flatMap((key) => foreignKeyProblems(table, byName.get(key.referencedTable), key)),
    ]),
    ...plan.triggers
      .filter(({ table }) => byName.get(table)?.distribution !== undefined)
      .map(({ source, table }) => `${table} has the trigger ${source}, and Citus runs none on such tables`),
  ];
}

function distributionColumn({ distribution }: TablePlan): string | undefined {
  return distribution?.kind === "key" ? distribution.column : undefined;
}

function keyProblems(table: TablePlan): string[] {
  const column = distributionColumn(table);
  if (column === undefined) return [];
  const keys = [
    ...(table.primaryKey === null ? [] : [{ what: "primary key", ...table.primaryKey }]),
    ...table.uniques.map((key) => ({ what: "unique constraint", ...key })),
    ...table.indexes
      .filter(({ unique }) => unique)
      .map(({ name, columns }) => ({
        what: "unique index",
        name,
        columns: columns.flatMap((c) => (c.expression === undefined ? [c.name] : [])),
      })),
  ];
  return keys
    .filter(({ columns }) => !columns.includes(column))
    .map(({ what, name }) => `the ${what} ${name} of ${table.source} does not have ${column} in it`);
}

function columnProblems(table: TablePlan): string[] {
  if (table.distribution === undefined) return [];
  const column = distributionColumn(table);
  return table.columns.flatMap(({ target, type, identity, generated }) => [
    ...(target === column && generated !== undefined
      ? [`${table.source} cannot be distributed by ${target}, which is computed`]
      : []),
    ...(identity && typeSql(type) !== "bigint"
      ? [`${table.source}.${target} counts up as ${typeSql(type)}, and Citus does so as bigint only (types)`]
      : []),
  ]);
}

function foreignKeyProblems(table: TablePlan, parent: TablePlan | undefined, key: ForeignKeyPlan): string[] {
  const [from, to] = [table.distribution?.kind ?? "local", parent?.distribution?.kind ?? "local"];
  const between = `the foreign key ${key.name} leads from ${table.source} to ${parent?.source ?? key.referencedTable}`;
  if (from === "local" && to !== "key") return [];
  if (from === "local") return [`${between}, which is distributed, and ${table.source} is not`];
  if (to === "local")
    return [`${between}, which is neither distributed nor a reference table: make it one, best a reference table`];
  if (to === "reference") return actionProblems(table, key, between);
  if (from === "reference") return [`${between}, and a reference table cannot refer to a distributed one`];
  const [own, other] = [distributionColumn(table) ?? "", distributionColumn(parent as TablePlan) ?? ""];
  const at = key.columns.indexOf(own);
  if (at < 0 || key.referencedColumns[at] !== other)
    return [`${between} without their distribution columns (${own}, ${other}) in the same place`];
  const [type, otherType] = [typeOf(table, own), typeOf(parent as TablePlan, other)];
  if (type !== otherType) return [`${between}, which are distributed by different types (${type}, ${otherType})`];
  return actionProblems(table, key, between);
}

/** What would move a row to another worker. */
function actionProblems(table: TablePlan, { columns, onDelete, onUpdate }: ForeignKeyPlan, between: string): string[] {
  if (!columns.includes(distributionColumn(table) ?? "")) return [];
  const sets = ["SET NULL", "SET DEFAULT"];
  return [
    ...(sets.includes(onDelete)
      ? [`${between} with ON DELETE ${onDelete}, which would change the distribution column`]
      : []),
    ...([...sets, "CASCADE"].includes(onUpdate)
      ? [`${between} with ON UPDATE ${onUpdate}, which would change the distribution column`]
      : []),
  ];
}

function typeOf(table: TablePlan, name: string): string {
  const column = table.columns.find(({ target }) => target === name);
  return column === undefined ? "" : typeSql(column.type);
}
