/** The plan of `create` mode: PostgreSQL's tables from SQLite's schema and what its columns hold. */
import type {
  BadText,
  ColumnPlan,
  ColumnProfile,
  IndexPlan,
  LeftBehind,
  MigrationOptions,
  MigrationPlan,
  Policies,
  SourceCatalog,
  SourceColumn,
  SourceIndex,
  SourceTable,
  TablePlan,
  TargetType,
} from "../model";
import { Untranslatable } from "../translate/scope";
import { translateTriggers } from "../translate/triggers";
import { translateViews } from "../translate/view";
import { planChecks } from "./checks";
import { type Choices, readChoices } from "./choices";
import { readDeclaration } from "./declaration";
import { defaultLeftBehind, translateDefault } from "./defaults";
import { planForeignKeys, unifyKeyTypes } from "./foreign-keys";
import { planGenerated } from "./generated";
import { foldedUnique, isPlain, translateIndex } from "./indexes";
import { detailsLeftBehind, tablesLeftBehind } from "./left-behind";
import { columnNamespace, Namespace } from "./names";
import { loadingOrder } from "./order";
import { finerThanMicroseconds } from "./temporal";
import { literalOf, type TypeWords, typeWords } from "./type-words";
import { type Circumstances, decideType, declaredType, type ShownForm, type TypeDecision, typeSql } from "./types";

interface PlanPolicies extends Pick<Policies, "mixed"> {
  choices: Choices;
  shownForm: ShownForm | null;
}

/** By table, then by column. */
export type Profiles = Map<string, Map<string, ColumnProfile>>;

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
  const keys = planForeignKeys(catalog, tables, options.excludeTables, options.orphans, choices.name);
  const { order, cycles } = loadingOrder(
    tables.map((table) => table.target),
    new Map(tables.map((table) => [table.target, table.foreignKeys.map((key) => key.referencedTable)])),
  );
  const {
    views,
    leftBehind: viewsLeftBehind,
    find,
  } = translateViews(catalog, tables, options.schema, {
    relation: (name) => relations.take(name),
    column: choices.plainName,
  });
  const triggers = translateTriggers({ catalog, tables, schema: options.schema, find, plainName: choices.plainName });
  for (const trigger of triggers.triggers)
    warnings.push(...renamed("The trigger", trigger.source, trigger.target, choices.plainName(trigger.source)));
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
    leftBehind: [...leftBehind, ...viewsLeftBehind, ...triggers.leftBehind, ...keys.leftBehind],
    warnings: [...warnings, ...keys.warnings],
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
    ...catalog.integrityErrors.map((line) => `SQLite's integrity_check: ${line}`),
  ];
}

function sourceOf(catalog: SourceCatalog, table: TablePlan): SourceTable {
  return catalog.tables.find((source) => source.name === table.source) as SourceTable;
}

/** The columns that order a table's rows and tell them apart, and those that name a row to people. */
export function keysOf(table: SourceTable): Pick<TablePlan, "key" | "shownKey"> {
  const primaryKey = table.columns
    .filter((column) => column.keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
    .map((column) => column.name);
  const all = table.columns.map((column) => column.name);
  const key = table.rowidName !== null ? [table.rowidName] : primaryKey.length > 0 ? primaryKey : all;
  return { key, shownKey: primaryKey.length > 0 ? primaryKey : key };
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

const noProfile: ColumnProfile = {
  storage: {},
  minInteger: null,
  maxInteger: null,
  longestText: null,
  forms: {},
  integerDigits: null,
  fractionDigits: null,
  contrary: [],
};

function planColumn(
  column: SourceColumn,
  table: SourceTable,
  profile: ColumnProfile = noProfile,
  policies: PlanPolicies,
  names: Namespace,
  warnings: string[],
): ColumnPlan {
  const { widened, ...decision } = decideColumn(column, table, profile, policies);
  const declared =
    widened && !decision.byConfig
      ? declaredType(column.declaredType, profile, circumstancesOf(column, table, policies))
      : null;
  const identity = column.name === table.rowidColumn && integerKinds.includes(decision.type.kind);
  const target = names.take(column.name);
  const reason =
    identity && decision.byConfig === undefined
      ? "SQLite's rowid: the database gives out the next one."
      : decision.reason;
  if (widened) warnings.push(`${table.name}.${column.name} becomes ${typeSql(decision.type)}. ${decision.reason}`);
  return {
    source: column.name,
    target,
    ...decision,
    reason,
    ...(declared === null ? {} : { declared }),
    ...(target === column.name ? {} : { reason: `${reason} In the source it is ${column.name}.` }),
    notNull: identity || ((column.notNull || isKeyPart(column, table)) && !holdsNull(profile)),
    default: null,
    identity,
    profile,
  };
}

/** NULL, or what config makes NULL. */
function holdsNull({ storage, becomeNull }: ColumnProfile): boolean {
  return storage.null !== undefined || becomeNull !== undefined;
}

const integerKinds = ["smallint", "integer", "bigint"];

function decideColumn(
  column: SourceColumn,
  table: SourceTable,
  profile: ColumnProfile,
  policies: PlanPolicies,
): TypeDecision {
  const { choices } = policies;
  const chosen = choices.type(table, column);
  const badTexts = Number(profile.badTexts ?? 0);
  if (chosen === null && badTexts > 0)
    return {
      type: { kind: "bytea" },
      timeForm: null,
      reason: `By config; ${badTexts} ${badTexts === 1 ? "text holds" : "texts hold"} NUL or bytes that are no text: all texts are their bytes, in the encoding of the source.`,
      widened: true,
      badText: "bytea",
      byConfig: true,
    };
  const says = column.declaredType === "" ? "declared without a type" : `declared ${column.declaredType}`;
  if (chosen !== null)
    return withBadText(
      { ...chosen, reason: `By config; ${says}${mended(chosen, profile)}.`, widened: false, byConfig: true },
      choices.badText(table, column.name),
    );
  const decision = decideType(column.declaredType, profile, circumstancesOf(column, table, policies));
  return withBadText(
    keepsApart(`${table.name}.${column.name}`, profile, keepsDefault(column, profile, decision)),
    choices.badText(table, column.name),
  );
}

function circumstancesOf(column: SourceColumn, table: SourceTable, { mixed, shownForm }: PlanPolicies): Circumstances {
  const inKey =
    column.keyPosition > 0 ||
    table.indexes.some((index) => index.columns.some((part) => part.name === column.name)) ||
    table.foreignKeys.some((key) => key.columns.includes(column.name));
  const coreData = ["Z_PK", "Z_ENT", "Z_OPT"].every((name) => table.columns.some((other) => other.name === name));
  return { inKey, mixed, coreData, shownForm };
}

/** Text, where the values of a unique key are the same to the type, and not as they are written. */
function keepsApart(name: string, { becomesEqual }: ColumnProfile, decision: TypeDecision): TypeDecision {
  if (becomesEqual === undefined || decision.type.kind === "text") return decision;
  return {
    type: { kind: "text" },
    timeForm: null,
    reason: `Text keeps its values apart: ${becomesEqual}. Where one of each is enough, --type "${name}=${typeWords(decision)}" --bad-rows skip sets the others aside (in a stack: the same in types, and badRows).`,
    widened: true,
  };
}

/** What config changes in single values. */
function mended({ cut }: TypeWords, { becomeNull = {}, forms }: ColumnProfile): string {
  const nulls = Object.entries(becomeNull).map(([literal, count]) => `${literal} (${count})`);
  const finer = forms[finerThanMicroseconds];
  return [
    ...(nulls.length === 0 ? [] : [`; NULL for ${nulls.join(", ")}`]),
    ...(cut === undefined ? [] : [`; times are cut to microseconds${finer === undefined ? "" : ` (${finer})`}`]),
  ].join("");
}

/** An application writes its times in one way: where some columns show it, and no other contradicts, it explains those that have but one value. */
function findShownForm(tables: SourceTable[], profiles: Profiles, policies: PlanPolicies): ShownForm | null {
  const shown = tables.flatMap((table) =>
    table.columns.flatMap((column): ShownForm[] => {
      const { timeForm } = decideColumn(
        column,
        table,
        profiles.get(table.name)?.get(column.name) ?? noProfile,
        policies,
      );
      return timeForm === null || timeForm === "text" ? [] : [{ form: timeForm, by: `${table.name}.${column.name}` }];
    }),
  );
  const [first] = shown;
  return first !== undefined && shown.every(({ form }) => form === first.form) ? first : null;
}

function defaultTranslates(column: SourceColumn, type: TargetType): boolean {
  try {
    translateDefault(column.default ?? "", { type, timeForm: null }, column.declaredType);
    return true;
  } catch (error) {
    if (error instanceof Untranslatable) return false;
    throw error;
  }
}

/** Only what is text in the target needs mending. */
export function withBadText<T extends { type: TargetType }>(column: T, policy: BadText): T & { badText?: "replace" } {
  const isText = ["text", "varchar", "char"].includes(column.type.kind);
  return policy === "replace" && isText ? { ...column, badText: "replace" } : column;
}

/**
 * A column of times with one value, a number, and a default that writes the time as text, as CURRENT_TIMESTAMP does: the number alone does not
 * say what it counts, and only text holds both.
 */
function keepsDefault(column: SourceColumn, profile: ColumnProfile, decision: TypeDecision): TypeDecision {
  const { family } = readDeclaration(column.declaredType);
  const single = Object.entries(profile.storage).every(([kind, count]) => kind === "null" || count === "1");
  const lost = (type: TargetType) => !defaultTranslates(column, type);
  if (family !== "timestamp" || !decision.widened || !single || column.default === null) return decision;
  if (!lost(decision.type) || lost({ kind: "text" })) return decision;
  return {
    ...decision,
    type: { kind: "text" },
    reason: `${decision.reason} Made text, since the default ${column.default} writes texts.`,
  };
}

function isKeyPart(column: SourceColumn, table: SourceTable): boolean {
  return column.keyPosition > 0 && (table.withoutRowid || table.strict);
}

function planIndexes(
  source: SourceTable,
  table: TablePlan,
  relations: Namespace,
  utf16: boolean,
  warnings: string[],
): LeftBehind[] {
  return source.indexes.flatMap((index): LeftBehind[] => {
    if (index.origin !== "index") return [];
    const translated = isPlain(index, source) ? plainIndex(index, table) : translateIndex(index, source, table, utf16);
    if ("reason" in translated) return [translated];
    const name = relations.take(index.name);
    warnings.push(...renamed("The index", index.name, name, relations.wanted(index.name)));
    table.indexes.push({ name, ...translated });
    return [];
  });
}

function plainIndex(index: SourceIndex, table: TablePlan): Omit<IndexPlan, "name"> {
  return {
    unique: index.unique,
    columns: index.columns.map((column) => ({
      name: targetName(table, column.name ?? ""),
      descending: column.descending,
    })),
  };
}

/** What is unique without regard to case, or to spaces at the end, stays so by an index of its own beside the plain key. */
function planFolded(source: SourceTable, table: TablePlan, relations: Namespace): void {
  for (const index of source.indexes) {
    if (!index.unique || !isPlain(index, source)) continue;
    const columns = index.columns.map(({ name, collation }) => ({ source: name ?? "", collation }));
    const folded = foldedUnique(columns, source, table);
    if (folded === null) continue;
    const targets = columns.map((column) => targetName(table, column.source)).join("_");
    const suffix = columns.some(({ collation }) => collation.toUpperCase() === "NOCASE") ? "nocase" : "rtrim";
    table.indexes.push({ name: relations.take(`${table.target}_${targets}_${suffix}`), ...folded });
  }
}

/** The names that the table's constraints have. */
function constraintNames(table: TablePlan, choices: Choices): Namespace {
  return new Namespace([table.primaryKey?.name ?? "", ...table.uniques.map((unique) => unique.name)], choices.name);
}

function planKeys(source: SourceTable, table: TablePlan, relations: Namespace, warnings: string[]): void {
  const key = source.columns
    .filter((column) => column.keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
    .map((column) => column.name);
  if (key.length > 0) {
    const columns = key.map((name) => targetName(table, name));
    const named = ownName(source, key);
    const withNull = key.filter((name) => columnPlan(table, name)?.profile?.storage.null !== undefined);
    if (withNull.length === 0) {
      table.primaryKey = { name: relations.take(named ?? `${table.target}_pkey`), columns };
      if (named !== null)
        warnings.push(...renamed("The primary key", named, table.primaryKey.name, relations.wanted(named)));
      for (const name of key) {
        const column = columnPlan(table, name);
        if (column !== undefined) column.notNull = true;
      }
    } else {
      table.uniques.push({ name: relations.take(named ?? `${table.target}_${columns.join("_")}_key`), columns });
      warnings.push(
        `The primary key of ${source.name} holds NULL in ${withNull.join(", ")}, which SQLite allows: it becomes a unique constraint, and the table has no primary key.`,
      );
    }
  }
  for (const index of source.indexes)
    if (index.origin === "unique") {
      const columns = index.columns.map((column) => targetName(table, column.name ?? ""));
      const named = ownName(
        source,
        index.columns.map((column) => column.name ?? ""),
      );
      const name = relations.take(named ?? `${table.target}_${columns.join("_")}_key`);
      if (named !== null) warnings.push(...renamed("The unique constraint", named, name, relations.wanted(named)));
      table.uniques.push({ name, columns });
    }
  const identity = table.columns.find((column) => column.identity);
  if (identity !== undefined && isLast(identity, source.sequence)) {
    identity.identity = false;
    identity.reason = "SQLite's rowid, of which the last possible value is used.";
    warnings.push(
      `${source.name}.${identity.source} holds the last key that there is (${lastOf(identity)}), so that PostgreSQL cannot give out a next one: it has no identity, and the application must give its keys.`,
    );
  } else if (identity !== undefined) {
    table.identitySequence = relations.take(`${table.target}_${identity.target}_seq`);
    table.nextIdentity = nextIdentity(identity.profile?.maxInteger ?? null, source.sequence);
  }
  for (const column of source.columns)
    if (column.notNull && columnPlan(table, column.name)?.notNull === false)
      warnings.push(
        columnPlan(table, column.name)?.profile?.becomeNull === undefined
          ? `${source.name}.${column.name} is declared NOT NULL and holds NULL all the same: it comes over without NOT NULL.`
          : `${source.name}.${column.name} is declared NOT NULL, and config makes values of it NULL: it comes over without NOT NULL.`,
      );
}

/** The CONSTRAINT name of the key over these columns, or null. */
function ownName(source: SourceTable, columns: string[]): string | null {
  const form = (names: string[]) => JSON.stringify(names.map((name) => name.toLowerCase()));
  return source.namedKeys.find((key) => form(key.columns) === form(columns))?.name ?? null;
}

const lastIdentity = 2n ** 63n - 1n;

/** The greatest that a column's sequence can give. */
function lastOf(column: ColumnPlan): bigint {
  return column.type.kind === "smallint"
    ? 2n ** 15n - 1n
    : column.type.kind === "integer"
      ? 2n ** 31n - 1n
      : lastIdentity;
}

/** Whether no key can come after those in the table and those ever given out. SQLite then looks for a free one by chance. */
function isLast(column: ColumnPlan, sequence: string | null): boolean {
  return [column.profile?.maxInteger ?? null, sequence].some(
    (value) => value !== null && /^-?\d+$/.test(value) && BigInt(value) >= lastOf(column),
  );
}

/** Past every key in the table and every key ever given out. */
export function nextIdentity(greatest: string | null, sequence: string | null): string {
  const values = [greatest, sequence].flatMap((value) =>
    value !== null && /^-?\d+$/.test(value) ? [BigInt(value) + 1n] : [],
  );
  let next = 1n;
  for (const value of values) if (value > next) next = value;
  return (next > lastIdentity ? lastIdentity : next).toString();
}

function planDefaults(source: SourceTable, table: TablePlan): LeftBehind[] {
  return source.columns.flatMap((column): LeftBehind[] => {
    const plan = columnPlan(table, column.name);
    if (column.default === null || column.generated !== null || plan === undefined) return [];
    if (standsForNull(column.default, plan)) {
      const reason = "By config this value is NULL, which is the default here.";
      return [{ kind: "default", name: `${source.name}.${column.name}`, reason, sql: `DEFAULT ${column.default}` }];
    }
    try {
      if (plan.identity) throw new Untranslatable("The identity takes its place");
      plan.default = translateDefault(column.default, plan, column.declaredType, source.strict);
      return [];
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      return [defaultLeftBehind(source.name, column.name, column.default, plan.identity ? null : error.reason)];
    }
  });
}

/** Whether a default is a literal that config makes NULL; of a number's digits SQLite makes the number, where the column holds numbers. */
function standsForNull(text: string, { nullFor = [], type }: ColumnPlan): boolean {
  const literal = text.replace(/^\((.*)\)$/s, "$1").trim();
  const digits = /^'(-?\d+)'$/.exec(literal)?.[1];
  const spelled = nullFor.map(literalOf);
  return spelled.includes(literal) || (digits !== undefined && type.kind !== "text" && spelled.includes(digits));
}

function nameWarnings(source: SourceTable, table: TablePlan, choices: Choices): string[] {
  return [
    ...renamed("The table", table.source, table.target, choices.name(table.source)),
    ...table.columns.flatMap((column) =>
      renamed(
        "The column",
        `${table.source}.${column.source}`,
        `${table.source}.${column.target}`,
        `${table.source}.${choices.columnName(source, column.source)}`,
      ),
    ),
  ];
}

/** Nothing for the name that was wanted: its own, or the one by config. */
function renamed(what: string, from: string, to: string, wanted: string = from): string[] {
  if (to === wanted) return [];
  const why = "PostgreSQL cannot take the name (empty, over 63 bytes, given already, or one of its own)";
  return [`${what} ${from || '""'} becomes ${to}: ${why}.`];
}

function columnPlan(table: TablePlan, source: string): ColumnPlan | undefined {
  return table.columns.find((column) => column.source === source);
}

function targetName(table: TablePlan, source: string): string {
  return columnPlan(table, source)?.target ?? source;
}
