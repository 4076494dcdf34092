/** What becomes of a column: its type, by config, by declaration and by what it holds. */
import type { BadText, ColumnPlan, ColumnProfile, Policies, SourceColumn, SourceTable, TargetType } from "../model";
import { Untranslatable } from "../translate/scope";
import type { Choices } from "./choices";
import { readDeclaration } from "./declaration";
import { translateDefault } from "./defaults";
import type { ShownForm, TypeDecision } from "./evidence";
import type { Namespace } from "./names";
import { finerThanMicroseconds } from "./temporal";
import { typeSql } from "./type-sql";
import { type TypeWords, typeWords } from "./type-words";
import { type Circumstances, decideType, declaredType } from "./types";

export interface PlanPolicies extends Pick<Policies, "mixed"> {
  choices: Choices;
  shownForm: ShownForm | null;
}

/** By table, then by column. */
export type Profiles = Map<string, Map<string, ColumnProfile>>;

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

export function planColumn(
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
export function findShownForm(tables: SourceTable[], profiles: Profiles, policies: PlanPolicies): ShownForm | null {
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

/** Only what is text in the target needs mending. */
export function withBadText<T extends { type: TargetType }>(column: T, policy: BadText): T & { badText?: "replace" } {
  const isText = ["text", "varchar", "char"].includes(column.type.kind);
  return policy === "replace" && isText ? { ...column, badText: "replace" } : column;
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
