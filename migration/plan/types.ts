/**
 * PostgreSQL's type for a column, from what its declaration asks for and what its rows hold. A type is only chosen when every value fits it without
 * loss; a column in which some do not is widened, never guessed and never cut.
 */
import type { ColumnProfile, Policies, TargetType } from "../model";
import { agreeingForms, agreeingValues } from "./agreeing";
import { type Family, readDeclaration } from "./declaration";
import { Evidence, type ShownForm, type TypeDecision } from "./evidence";
import { decideMoment } from "./moment-type";

/** PostgreSQL's limits (postgresql.org/docs/16/datatype-character.html, datatype-numeric.html). */
const longestVarchar = 10_485_760;
const mostDigits = 1000;
/** What a decision needs to know beyond the values. */
export interface Circumstances {
  /** Whether a key or index needs to compare the column's values. */
  inKey: boolean;
  mixed: Policies["mixed"];
  /** Whether the table is one of Apple's Core Data, which counts seconds from 2001. */
  coreData: boolean;
  /** The one form of all columns of the database that show by themselves which numbers their times are, and one of them; null where there is none, or several. */
  shownForm: ShownForm | null;
}

/** Decides the type of one column. */
export function decideType(
  declaredType: string,
  profile: ColumnProfile,
  { inKey = false, mixed = "widen", coreData = false, shownForm = null }: Partial<Circumstances> = {},
): TypeDecision {
  const declaration = readDeclaration(declaredType);
  const decide = (seen: ColumnProfile) =>
    rules[declaration.family](new Evidence(declaredType, declaration, seen, inKey, coreData, shownForm));
  const decision = decide(profile);
  if (mixed === "widen" || !decision.widened) return decision;
  const agreeing = agreeingValues(declaration.family, profile);
  const strict = agreeing === null ? null : decide(agreeing);
  if (strict === null || strict.widened) return decision;
  return {
    ...strict,
    byConfig: true,
    reason: `By config, rows whose values do not agree with it are set aside. ${strict.reason}`,
  };
}

/** The type that a widened column would have without the values that speak against its declaration; null where they are nearly all. */
export function declaredType(
  declared: string,
  profile: ColumnProfile,
  circumstances: Partial<Circumstances>,
): Pick<TypeDecision, "type" | "timeForm"> | null {
  const { family } = readDeclaration(declared);
  const agreeing = agreeingValues(family, profile);
  const count = ({ forms, storage }: ColumnProfile) =>
    Object.entries(agreeingForms[family] === undefined ? storage : forms).reduce(
      (sum, [kind, number]) => sum + (kind === "null" ? 0 : Number(number)),
      0,
    );
  if (agreeing === null || 20 * count(agreeing) < count(profile)) return null;
  const { type, timeForm, widened } = decideType(declared, agreeing, { ...circumstances, mixed: "widen" });
  return widened ? null : { type, timeForm };
}

/** By what the declaration asks for. */
const rules: Record<Family, (column: Evidence) => TypeDecision> = {
  any: (column) => column.widen("the values decide"),

  boolean(column) {
    if (column.values === 0) return column.decide({ kind: "boolean" }, "no values speak against it");
    return column.formsWithin("boolean")
      ? column.decide({ kind: "boolean" }, `all ${column.values} values are 0, 1 or words for them`)
      : column.widen("not all values are 0, 1 or words for them");
  },

  integer: (column) =>
    column.holdsOnly("integer")
      ? column.decide({ kind: "bigint" }, "SQLite's integers have 64 bits whatever the word for them")
      : column.widen("not all values are integers"),

  real: (column) =>
    column.holdsOnly("integer", "real")
      ? column.decide({ kind: "double precision" }, "SQLite's reals are 8-byte doubles")
      : column.widen("not all values are numbers"),

  decimal(column) {
    if (!column.holdsOnly("integer", "real")) return column.widen("not all values are numbers");
    const { length: precision, scale } = column.declaration;
    const { integerDigits, fractionDigits } = column.profile;
    const anything: TargetType = { kind: "numeric", precision: null, scale: null };
    if (precision === null || scale === null) return column.decide(anything, "the decimals that SQLite holds, exactly");
    if (precision < 1 || precision > mostDigits || scale > precision)
      return column.decide(anything, "PostgreSQL has no such precision");
    const fits =
      column.profile.forms.other === undefined &&
      (integerDigits ?? 0) <= precision - scale &&
      (fractionDigits ?? 0) <= scale;
    return fits
      ? column.decide({ kind: "numeric", precision, scale }, "all values fit without rounding")
      : column.decide(
          anything,
          `widened: values have up to ${integerDigits} digits before and ${fractionDigits} after the point`,
        );
  },

  text(column) {
    if (column.count("blob") > 0) return column.widen("not all values are text");
    const { length } = column.declaration;
    if (length === null) return column.decide({ kind: "text" }, "text of any length");
    const longest = column.profile.longestText ?? 0;
    if (!column.holdsOnly("text") || length < 1 || length > longestVarchar)
      return column.decide({ kind: "text" }, "SQLite does not enforce the length");
    const fixed = /^(N?CHAR|(NATIVE )?CHARACTER)\b(?! *VARYING)/i.test(column.declared);
    const why = fixed ? "; char(n) would not keep how many spaces a value ends with" : "";
    return longest <= length
      ? column.decide({ kind: "varchar", length }, `the longest value has ${longest} characters${why}`)
      : column.decide({ kind: "text" }, `widened: the longest value has ${longest} characters`);
  },

  blob: (column) =>
    column.holdsOnly("blob")
      ? column.decide({ kind: "bytea" }, "bytes as they are")
      : column.widen("not all values are blobs", { kind: "bytea" }),

  date: (column) => decideMoment(column, { kind: "date" }),
  timestamp: (column) =>
    decideMoment(column, {
      kind: /TZ|OFFSET|WITH TIME ZONE|WITH LOCAL/i.test(column.declared) ? "timestamptz" : "timestamp",
    }),

  time(column) {
    if (column.values === 0) return column.decide({ kind: "time" }, "no values speak against it", "text");
    if (column.formsWithin("time"))
      return column.decide({ kind: "time" }, `all ${column.values} values are times of day`, "text");
    // Rails writes 2000-01-01 before the time, others the day on which their counting begins.
    if (column.formsWithin("date and time"))
      return {
        ...column.decide(
          { kind: "timestamp" },
          `all ${column.values} values have a date before the time, which time would lose (where it means nothing, as Rails' 2000-01-01: ALTER … TYPE time USING …::time afterwards)`,
          "text",
        ),
        widened: true,
      };
    return column.widen("not all values are times of day with at most microseconds");
  },

  uuid(column) {
    const decide = (why: string) => column.decide({ kind: "uuid" }, why);
    if (column.values === 0) return decide("no values speak against it");
    if (column.formsWithin("uuid")) return decide(`all ${column.values} values are UUIDs`);
    // The same sixteen bytes, whichever way they are written; but one of them as text and as bytes would become equal.
    if (column.formsWithin("uuid bytes"))
      return decide(`all ${column.values} values are the 16 bytes of UUIDs, their version and variant in place`);
    return column.widen("not all values are UUIDs in the form that PostgreSQL writes");
  },

  json(column) {
    if (!column.formsWithin("json")) return column.widen("not all values are JSON texts");
    if (column.inKey)
      return column.decide({ kind: "text" }, "JSON texts, but json cannot be compared in a key or index");
    return column.decide(
      { kind: "json" },
      "json keeps the text as it is, where jsonb would drop spaces and repeated keys",
    );
  },
};
