/** The plan of `existing` mode: which source column goes into which column of the application's own tables. */
import { UserError } from "../../support/errors";
import type { TargetColumn, TargetTable } from "../load/target-tables";
import type {
  ColumnPlan,
  ColumnProfile,
  LeftBehind,
  MigrationOptions,
  MigrationPlan,
  Policies,
  SourceCatalog,
  SourceTable,
  TablePlan,
  TargetType,
  TimeForm,
} from "../model";
import { type Choices, readChoices } from "./choices";
import { type Profiles, withBadText } from "./columns";
import { sourceWarnings } from "./create-plan";
import type { Family } from "./declaration";
import { keysOf, nextIdentity } from "./keys";
import { tablesLeftBehind, triggersLeftBehind, viewsLeftBehind } from "./left-behind";
import { loadingOrder } from "./order";
import { epochOrCocoa, formOfNumbers, timeForms } from "./temporal";
import { typeSql } from "./type-sql";
import type { TypeWords } from "./type-words";

/** The target's table for a source table: by exact name, else the only one that differs in case alone. */
export function findTable(source: SourceTable, targets: TargetTable[], choices: Choices): TargetTable | undefined {
  return findByName(choices.name(source.name), targets);
}

function findByName<T extends { name: string }>(name: string, all: T[]): T | undefined {
  const exact = all.find((one) => one.name === name);
  const similar = all.filter((one) => one.name.toLowerCase() === name.toLowerCase());
  return exact ?? (similar.length === 1 ? similar[0] : undefined);
}

/** What the values of a column are asked for, when the target's type decides. */
export function familyOf(type: TargetType): Family {
  switch (type.kind) {
    case "boolean":
    case "date":
    case "time":
    case "timestamp":
    case "uuid":
    case "json":
      return type.kind;
    case "timestamptz":
      return "timestamp";
    default:
      return "any";
  }
}

/** The source columns whose values must be looked at one by one, by table: those that go into such a type. */
export function familiesOf(table: SourceTable, targets: TargetTable[], choices: Choices): (column: string) => Family {
  const target = findTable(table, targets, choices);
  return (column) => {
    const found = target === undefined ? undefined : findByName(choices.columnName(table, column), target.columns);
    return found === undefined ? "any" : familyOf(found.type);
  };
}

/**
 * @param views the names of the target's views
 * @throws UserError listing every target column that must have a value and has none
 */
export function planExisting(
  catalog: SourceCatalog,
  profiles: Profiles,
  targets: TargetTable[],
  options: Pick<MigrationOptions, "schema" | "excludeTables"> & Partial<Policies>,
  views: string[] = [],
): MigrationPlan {
  const choices = readChoices(catalog.tables, options, catalog.objects);
  const leftBehind = [
    ...tablesLeftBehind(catalog, options.excludeTables),
    ...viewsLeftBehind(catalog, views),
    ...triggersLeftBehind(catalog),
  ];
  const warnings = sourceWarnings(catalog, options.excludeTables);
  const errors: string[] = [];
  const pairs: { source: SourceTable; target: TargetTable }[] = [];
  for (const source of catalog.tables) {
    if (source.kind !== "table" || options.excludeTables.includes(source.name)) continue;
    const target = findTable(source, targets, choices);
    if (target === undefined)
      leftBehind.push({
        kind: "table",
        name: source.name,
        reason: `The schema ${options.schema} of the target has no such table; its ${source.rowCount} rows stay behind.`,
        sql: source.sql,
      });
    else if (pairs.some((pair) => pair.target === target))
      errors.push(`two source tables are ${target.name} but for case`);
    else pairs.push({ source, target });
  }
  const tables = pairs.map(({ source, target }) => {
    const result = planTable(source, target, profiles.get(source.name) ?? new Map(), choices);
    leftBehind.push(...result.leftBehind);
    warnings.push(...result.warnings);
    errors.push(...result.errors);
    return result.table;
  });
  if (tables.length === 0)
    throw new UserError(
      `The schema ${options.schema} of the target has none of the source's tables.`,
      "Let the application make its tables first, or use the mode create.",
    );
  if (errors.length > 0)
    throw new UserError(
      `The target's tables cannot take the source's rows: ${errors.join("; ")}.`,
      "Change those columns in the target (a default, no NOT NULL) or the config, or exclude the tables.",
    );
  for (const { name } of targets)
    if (!pairs.some((pair) => pair.target.name === name))
      warnings.push(`The target's table ${name} has no source, and is left as it is.`);
  const planned = new Map(tables.map((table) => [table.target, table]));
  for (const { target } of pairs)
    for (const key of target.foreignKeys)
      if (key.referencedSchema === options.schema && planned.has(key.referencedTable))
        planned.get(target.name)?.foreignKeys.push({
          name: key.name,
          columns: key.columns,
          referencedTable: key.referencedTable,
          referencedColumns: key.referencedColumns,
          onUpdate: key.onUpdate,
          onDelete: key.onDelete,
          deferrable: key.deferrable,
          initiallyDeferred: key.initiallyDeferred,
          orphans: 0,
        });
  const { order, cycles } = loadingOrder(
    tables.map((table) => table.target),
    new Map(tables.map((table) => [table.target, table.foreignKeys.map((key) => key.referencedTable)])),
  );
  return {
    source: catalog.fingerprint,
    mode: "existing",
    schema: options.schema,
    tables: order.flatMap((name) => planned.get(name) ?? []),
    views: [],
    triggers: [],
    cycles,
    leftBehind,
    warnings,
  };
}

interface PlannedTable {
  table: TablePlan;
  leftBehind: LeftBehind[];
  warnings: string[];
  errors: string[];
}

function planTable(
  source: SourceTable,
  target: TargetTable,
  profiles: Map<string, ColumnProfile>,
  choices: Choices,
): PlannedTable {
  const leftBehind: LeftBehind[] = [];
  const warnings: string[] = [];
  const columns: ColumnPlan[] = [];
  const mismatches: string[] = [];
  for (const column of source.columns) {
    const found = findByName(choices.columnName(source, column.name), target.columns);
    const profile = profiles.get(column.name) ?? null;
    const taken = columns.some((plan) => plan.target === found?.name);
    if (found === undefined || found.generated || taken)
      leftBehind.push({
        kind: "column",
        name: `${source.name}.${column.name}`,
        reason:
          found === undefined || taken
            ? `The target's table ${target.name} has no such column${holds(profile)}.`
            : "The target computes this column itself.",
        sql: null,
      });
    else {
      const chosen = choices.type(source, column);
      const planned = planColumn(column.name, found, profile, chosen, warnings, source.name);
      const badText = choices.badText(source, column.name);
      columns.push(
        badText === "bytea" && found.type.kind === "bytea" ? { ...planned, badText } : withBadText(planned, badText),
      );
      const says = chosen?.timeForm != null || chosen?.nullFor !== undefined;
      if (chosen !== null && (!says || chosen.type.kind !== found.type.kind))
        mismatches.push(
          `types has ${typeSql(chosen.type)} for ${source.name}.${column.name}, which is ${typeSql(found.type)} in the target: only a form of time, and what is NULL, can be said in mode existing, such as ${typeSql(found.type)} from epoch seconds`,
        );
    }
  }
  const missing = target.columns.filter(
    (column) => !column.generated && !columns.some((plan) => plan.target === column.name),
  );
  const errors = [
    ...mismatches,
    ...missing
      .filter((column) => column.notNull && !column.hasDefault)
      .map(
        (column) => `${target.name}.${column.name} is NOT NULL without a default, and the source has no such column`,
      ),
  ];
  for (const column of missing)
    if (!column.notNull || column.hasDefault)
      warnings.push(
        `${target.name}.${column.name} has no source: it gets ${column.hasDefault ? "its default" : "NULL"}.`,
      );
  if (columns.length === 0) errors.push(`${target.name} has none of the columns of ${source.name}`);
  if (target.triggers.length > 0)
    warnings.push(`The triggers of ${target.name} run for every row that is loaded: ${target.triggers.join(", ")}.`);
  const identity = columns.find((column) => column.identity);
  const sequence = target.columns.find((column) => column.name === identity?.target)?.sequence ?? null;
  const key = target.primaryKey;
  return {
    table: {
      source: source.name,
      target: target.name,
      columns,
      primaryKey:
        key === null || !key.columns.every((name) => columns.some((plan) => plan.target === name)) ? null : key,
      uniques: [],
      indexes: [],
      foreignKeys: [],
      checks: [],
      ...keysOf(source),
      identitySequence: sequence?.name ?? null,
      nextIdentity: identity === undefined ? null : nextIdentity(identity.profile?.maxInteger ?? null, source.sequence),
      rowCount: source.rowCount,
    },
    leftBehind,
    warnings,
    errors,
  };
}

function holds(profile: ColumnProfile | null): string {
  const values = Object.entries(profile?.storage ?? {}).filter(([kind]) => kind !== "null");
  return values.length === 0
    ? ", and it holds no values"
    : `, and it holds ${values.map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
}

function planColumn(
  name: string,
  target: TargetColumn,
  profile: ColumnProfile | null,
  chosen: TypeWords | null,
  warnings: string[],
  table: string,
): ColumnPlan {
  const moment = ["date", "time", "timestamp", "timestamptz"].includes(target.type.kind);
  const timeForm = moment ? (chosen?.timeForm ?? numberForm(profile)) : null;
  if (target.type.kind === "timestamptz" && (profile?.forms["date and time"] ?? profile?.forms.date) !== undefined)
    warnings.push(
      `${table}.${name} holds times without an offset, and the target's column has one: they are taken as UTC.`,
    );
  return {
    source: name,
    target: target.name,
    type: target.type,
    timeForm,
    notNull: target.notNull,
    default: null,
    ...(chosen?.nullFor === undefined ? {} : { nullFor: chosen.nullFor }),
    ...(chosen?.cut === undefined ? {} : { cut: chosen.cut }),
    identity: target.sequence !== null && ["smallint", "integer", "bigint"].includes(target.type.kind),
    reason: `The target's own type, ${typeSql(target.type)}${timeForm === null || timeForm === "text" ? "" : `; the numbers are ${timeForm}${chosen === null ? "" : ", by config"}`}.`,
    profile,
  };
}

/** The target says that the column holds times; its numbers, all between 1990 and 2100 in one unit, say which unit. */
function numberForm(profile: ColumnProfile | null): TimeForm {
  const known = Object.entries(profile?.forms ?? {}).filter(
    ([form]) => form === epochOrCocoa || timeForms.some((name) => name === form && name !== "text"),
  );
  return formOfNumbers(Object.fromEntries(known), false) ?? "text";
}
