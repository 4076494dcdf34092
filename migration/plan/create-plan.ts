/** The plan of `create` mode: PostgreSQL's tables from SQLite's schema and what its columns hold. */
import type {
  ColumnProfile,
  MigrationOptions,
  MigrationPlan,
  Policies,
  SourceCatalog,
  SourceTable,
  TablePlan,
} from "../model";
import { translateTriggers } from "../translate/triggers";
import { translateViews } from "../translate/view";
import { planChecks } from "./checks";
import { type Choices, readChoices } from "./choices";
import { findShownForm, type PlanPolicies, type Profiles, planColumn } from "./columns";
import { planDefaults } from "./defaults";
import { planForeignKeys, unifyKeyTypes } from "./foreign-keys";
import { planGenerated } from "./generated";
import { planFolded, planIndexes } from "./indexes";
import { keysOf, planKeys } from "./keys";
import { detailsLeftBehind, tablesLeftBehind } from "./left-behind";
import { columnNamespace, Namespace } from "./names";
import { loadingOrder } from "./order";
import { noteOrphans } from "./orphans";
import { nameWarnings, renamed } from "./renamed";

/** Plans every object of the catalog: carried over, changed, or left behind by name. */
export function planCreate(
  catalog: SourceCatalog,
  profiles: Profiles,
  options: Pick<MigrationOptions, "schema" | "excludeTables"> & Partial<Policies>,
): MigrationPlan {
  const policies: PlanPolicies = {
    choices: readChoices(catalog.tables, options, catalog.objects),
    mixed: options.mixed ?? "widen",
    shownForm: null,
  };
  const leftBehind = [...tablesLeftBehind(catalog, options.excludeTables)];
  const warnings = sourceWarnings(catalog, options.excludeTables);
  const carried = catalog.tables.filter(
    (table) => table.kind === "table" && !options.excludeTables.includes(table.name),
  );
  policies.shownForm = findShownForm(carried, profiles, policies);
  const { choices } = policies;
  const relations = new Namespace([], choices.name);
  const tables = carried.map((table) =>
    planTable(table, profiles.get(table.name) ?? new Map(), policies, relations, warnings),
  );
  unifyKeyTypes(catalog, tables);
  const utf16 = catalog.fingerprint.encoding !== "UTF-8";
  // The application's own index names come before those made up here.
  for (const table of tables)
    leftBehind.push(...planIndexes(sourceOf(catalog, table), table, relations, utf16, warnings));
  for (const table of tables) planKeys(sourceOf(catalog, table), table, relations, warnings);
  for (const table of tables) planFolded(sourceOf(catalog, table), table, relations);
  for (const table of tables) {
    const source = sourceOf(catalog, table);
    leftBehind.push(
      ...planChecks(source, table, utf16, constraintNames(table, choices)),
      ...planGenerated(source, table, utf16, warnings),
      ...detailsLeftBehind(source, table),
      ...planDefaults(source, table),
    );
    warnings.push(...nameWarnings(source, table, choices));
  }
  const keysLeftBehind = planForeignKeys(catalog, tables, options.excludeTables, choices.name);
  const { order, cycles } = loadingOrder(
    tables.map((table) => table.target),
    new Map(tables.map((table) => [table.target, table.foreignKeys.map((key) => key.referencedTable)])),
  );
  const {
    views,
    leftBehind: viewsLeftBehind,
    warnings: viewWarnings,
    find,
  } = translateViews(catalog, tables, options.schema, {
    relation: (name) => relations.take(name),
    column: choices.plainName,
  });
  const triggers = translateTriggers({ catalog, tables, schema: options.schema, find, plainName: choices.plainName });
  warnings.push(...triggers.warnings);
  for (const view of views) {
    warnings.push(...renamed("The view", view.source, view.target, choices.name(view.source)));
    for (const column of view.columns)
      warnings.push(
        ...renamed(
          "The column",
          `${view.source}.${column.source}`,
          `${view.source}.${column.target}`,
          `${view.source}.${choices.plainName(column.source)}`,
        ),
      );
  }
  return {
    source: catalog.fingerprint,
    mode: "create",
    schema: options.schema,
    tables: order.flatMap((name) => tables.filter((table) => table.target === name)),
    views,
    triggers: triggers.triggers,
    cycles,
    leftBehind: [...leftBehind, ...viewsLeftBehind, ...triggers.leftBehind, ...keysLeftBehind],
    warnings: [...warnings, ...viewWarnings, ...noteOrphans(catalog, tables, options.orphans)],
  };
}

/** What both modes have to say about the source. */
export function sourceWarnings(catalog: SourceCatalog, excludeTables: string[]): string[] {
  return [
    ...excludeTables
      .filter((name) => !catalog.tables.some((table) => table.name === name))
      .map((name) => `excludeTables names ${name}, which is no table of the source.`),
    ...catalog.tables
      .filter((table) => table.kind === "unreadable" && !excludeTables.includes(table.name))
      .map((table) => `The rows of ${table.name} cannot be read and stay behind.`),
    ...catalog.tables
      .filter((table) => !excludeTables.includes(table.name))
      .flatMap((table) => table.conflicts.map((conflict) => conflictWarning(table.name, conflict))),
    ...catalog.integrityErrors.map((line) => `SQLite's integrity_check: ${line}`),
  ];
}

/** PostgreSQL's statements have such a clause, its constraints have none. */
function conflictWarning(table: string, { column, sql }: SourceTable["conflicts"][number]): string {
  const where = column === null ? table : `${table}.${column}`;
  const does = /IGNORE$/i.test(sql)
    ? "passes over the new row"
    : /^NOT/i.test(sql)
      ? "takes the default in place of NULL"
      : "puts the new row in the place of the old one";
  return `${where}: of ${sql} the constraint comes over, without its clause. What breaks it is refused by PostgreSQL, where SQLite ${does}: the application must say so itself, with INSERT … ON CONFLICT.`;
}

function sourceOf(catalog: SourceCatalog, table: TablePlan): SourceTable {
  return catalog.tables.find((source) => source.name === table.source) as SourceTable;
}

function planTable(
  table: SourceTable,
  profiles: Map<string, ColumnProfile>,
  policies: PlanPolicies,
  relations: Namespace,
  warnings: string[],
): TablePlan {
  const names = columnNamespace((column) => policies.choices.columnName(table, column));
  return {
    source: table.name,
    target: relations.take(table.name),
    columns: table.columns.map((column) =>
      planColumn(column, table, profiles.get(column.name), policies, names, warnings),
    ),
    primaryKey: null,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    ...keysOf(table),
    identitySequence: null,
    nextIdentity: null,
    rowCount: table.rowCount,
  };
}

/** The names that the table's constraints have. */
function constraintNames(table: TablePlan, choices: Choices): Namespace {
  return new Namespace([table.primaryKey?.name ?? "", ...table.uniques.map((unique) => unique.name)], choices.name);
}
