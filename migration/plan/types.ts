/**
 * PostgreSQL's type for a column, from what its declaration asks for and what its rows hold. A type is only chosen when every value fits it without
 * loss; a column in which some do not is widened, never guessed and never cut.
 */
import type { ColumnProfile, NullValue, Policies, TargetType, TimeForm } from "../model";
import { type Declaration, type Family, readDeclaration } from "./declaration";
import { epochOrCocoa, finerThanMicroseconds, formOfNumbers, timeForms } from "./temporal";

export interface TypeDecision {
  type: TargetType;
  timeForm: TimeForm | null;
  /** One sentence. */
  reason: string;
  /** Whether values speak against what is declared, so that the application meets another type than it may expect. */
  widened: boolean;
  badText?: "replace" | "bytea";
  nullFor?: NullValue[];
  cut?: true;
  /** Set where config decided, so that values may not fit. */
  byConfig?: true;
}

/** PostgreSQL's limits (postgresql.org/docs/16/datatype-character.html, datatype-numeric.html). */
const longestVarchar = 10_485_760;
const mostDigits = 1000;
/** A double holds every integer up to here. */
const exactInDouble = 2n ** 53n;

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

export interface ShownForm {
  form: TimeForm;
  /** `table.column`. */
  by: string;
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

/** The storage classes that agree with a family by themselves. */
const agreeingClasses: Partial<Record<Family, string[]>> = {
  integer: ["integer"],
  real: ["integer", "real"],
  decimal: ["integer", "real"],
  text: ["text"],
  blob: ["blob"],
};

/** The forms that agree with a family; of several groups the one with the most values counts. */
const agreeingForms: Partial<Record<Family, string[][]>> = {
  boolean: [["boolean"]],
  uuid: [["uuid"], ["uuid bytes"]],
  json: [["json"]],
  time: [["time"]],
  date: [["date"], ["date and time"], ["date and time with offset"]],
  timestamp: [["date and time", "date"], ["date and time with offset"], ...timeForms.map((form) => [form])],
};

/** The evidence without the values that speak against the declaration; null where that leaves none. */
function agreeingValues(family: Family, profile: ColumnProfile): ColumnProfile | null {
  const only = (counts: Record<string, string>, names: string[]) =>
    Object.fromEntries(Object.entries(counts).filter(([name]) => names.includes(name)));
  const sum = (counts: Record<string, string>) =>
    Object.values(counts).reduce((total, count) => total + Number(count), 0);
  const kinds = agreeingClasses[family];
  if (kinds !== undefined) {
    const storage = only(profile.storage, kinds);
    return sum(storage) === 0 ? null : { ...profile, storage, forms: only(profile.forms, ["number"]), contrary: [] };
  }
  const groups = (agreeingForms[family] ?? []).map((names) => only(profile.forms, names));
  const forms = groups.reduce((best, group) => (sum(group) > sum(best) ? group : best), {});
  if (sum(forms) === 0) return null;
  // Which class the agreeing values have is not known one by one; the rules ask for forms alone.
  return { ...profile, forms, contrary: [] };
}

class Evidence {
  readonly values: number;

  constructor(
    readonly declared: string,
    readonly declaration: Declaration,
    readonly profile: ColumnProfile,
    readonly inKey: boolean,
    readonly coreData: boolean,
    readonly shownForm: ShownForm | null,
  ) {
    this.values = ["integer", "real", "text", "blob"].reduce((sum, kind) => sum + this.count(kind), 0);
  }

  get says(): string {
    return this.declared === "" ? "Declared without a type" : `Declared ${this.declared}`;
  }

  count(kind: string): number {
    return Number(this.profile.storage[kind] ?? 0);
  }

  /** Whether the column holds nothing but these storage classes. */
  holdsOnly(...kinds: string[]): boolean {
    return kinds.reduce((sum, kind) => sum + this.count(kind), 0) === this.values;
  }

  /** Whether every value has one of these forms. */
  formsWithin(...forms: string[]): boolean {
    return Object.keys(this.profile.forms).every((form) => forms.includes(form));
  }

  decide(type: TargetType, why: string, timeForm: TimeForm | null = null): TypeDecision {
    return { type, timeForm, reason: `${this.says}; ${why}.`, widened: false };
  }

  /** The narrowest type that holds all the values as they are. */
  widen(why: string, whenEmpty: TargetType = { kind: "text" }): TypeDecision {
    const [type, what] = this.#widest(whenEmpty);
    const contrary = this.profile.contrary.length === 0 ? "" : ` (for example ${this.profile.contrary.join("; ")})`;
    const mixed = ["integer", "real", "text", "blob"].filter((kind) => this.count(kind) > 0).length > 1;
    const widened = this.values > 0 && (mixed || this.declaration.family !== "any");
    return { ...this.decide(type, `${why}, ${what}${contrary}`), widened };
  }

  #widest(whenEmpty: TargetType): [TargetType, string] {
    if (this.values === 0) return [whenEmpty, "and there are no values"];
    if (this.holdsOnly("integer")) return [{ kind: "bigint" }, `all ${this.values} values are integers`];
    if (this.holdsOnly("integer", "real")) {
      const [min, max] = [BigInt(this.profile.minInteger ?? 0), BigInt(this.profile.maxInteger ?? 0)];
      return min >= -exactInDouble && max <= exactInDouble
        ? [{ kind: "double precision" }, this.mixture()]
        : [
            { kind: "numeric", precision: null, scale: null },
            `${this.mixture()}, of which some integers are too large for a double`,
          ];
    }
    if (this.holdsOnly("blob")) return [{ kind: "bytea" }, `all ${this.values} values are blobs`];
    if (this.holdsOnly("integer", "real", "text")) return [{ kind: "text" }, this.mixture()];
    return this.profile.forms.other === undefined && this.profile.forms["uuid bytes"] === undefined
      ? [{ kind: "text" }, `${this.mixture()}; every blob is valid text`]
      : [{ kind: "bytea" }, `${this.mixture()}; ${this.#withoutBlobs()} become their UTF-8 bytes`];
  }

  #withoutBlobs(): string {
    const numbers = this.count("integer") + this.count("real") > 0;
    return this.count("text") === 0 ? "the digits of numbers" : numbers ? "texts, and the digits of numbers," : "texts";
  }

  mixture(): string {
    const parts = ["integer", "real", "text", "blob"].filter((kind) => this.count(kind) > 0);
    return `it holds ${parts.map((kind) => `${this.count(kind)} ${kind}`).join(", ")}`;
  }
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

function decideMoment(column: Evidence, whenEmpty: TargetType): TypeDecision {
  if (column.values === 0) return column.decide(whenEmpty, "no values speak against it", "text");
  const { forms } = column.profile;
  if (whenEmpty.kind === "date" && column.formsWithin("date"))
    return column.decide({ kind: "date" }, `all ${column.values} values are dates`, "text");
  if (column.formsWithin("date and time with offset"))
    return column.decide({ kind: "timestamptz" }, "all values have an offset from UTC: the instants are kept", "text");
  if (column.formsWithin("date", "date and time")) {
    const bare = forms.date === undefined ? "" : ` (${forms.date} bare dates stand for midnight)`;
    return column.decide(
      { kind: "timestamp" },
      `all ${column.values} values are times without an offset${bare}`,
      "text",
    );
  }
  const timeForm = formOfNumbers(forms, column.coreData);
  if (timeForm !== null) {
    const shown = isVaried(column) || column.shownForm?.form === timeForm;
    if (!shown) {
      const alone = column.values === 1 ? "one value alone does" : "values that are all the same do";
      return column.widen(`${alone} not show that ${column.values === 1 ? "it is" : "they are"} ${timeForm}${sayIt}`);
    }
    if (timeForm === "excel days" && column.count("real") === 0)
      return column.widen(`whole numbers alone do not show that they are ${timeForm}${sayIt}`);
    const why = `all ${column.values} values are ${timeForm} ${column.coreData && timeForm === "cocoa seconds" ? "in a table of Core Data" : "between 1990 and 2100"}${isVaried(column) ? "" : `, as ${column.shownForm?.by} shows by its own`}`;
    return withoutZone.includes(timeForm)
      ? column.decide(
          { kind: "timestamp" },
          timeForm === "dotnet ticks" ? why : `${why}, in whole milliseconds`,
          timeForm,
        )
      : column.decide({ kind: "timestamptz" }, why, timeForm);
  }
  const kinds = Object.keys(forms);
  if (kinds.length > 0 && kinds.every((form) => [epochOrCocoa, "cocoa seconds"].includes(form)))
    return column.widen(`the numbers may be seconds since 1970 or since 2001${sayIt}`);
  if (forms[finerThanMicroseconds] !== undefined)
    return column.widen(
      `${forms[finerThanMicroseconds]} ${forms[finerThanMicroseconds] === "1" ? "value has" : "values have"} more than six digits after the second, which PostgreSQL's times do not hold`,
    );
  return column.widen("not all values are of one form that PostgreSQL holds without loss");
}

const sayIt = " (where you know it, say so by types)";

/** Days are those of a place; seconds and their fractions are counted in UTC, but .NET's ticks may be either. */
const withoutZone: TimeForm[] = ["julian day", "excel days", "dotnet ticks"];

function isVaried(column: Evidence): boolean {
  return column.values > 1 && !(column.holdsOnly("integer") && column.profile.minInteger === column.profile.maxInteger);
}

/** The type in SQL. */
export function typeSql(type: TargetType): string {
  switch (type.kind) {
    case "numeric":
      return type.precision === null ? "numeric" : `numeric(${type.precision},${type.scale ?? 0})`;
    case "varchar":
      return `varchar(${type.length})`;
    case "char":
      return `char(${type.length})`;
    case "timestamp":
    case "time":
      return `${type.kind}${precisionSql(type.precision)} without time zone`;
    case "timestamptz":
      return `timestamp${precisionSql(type.precision)} with time zone`;
    case "other":
      return type.sql;
    default:
      return type.kind;
  }
}

function precisionSql(precision: number | undefined): string {
  return precision === undefined ? "" : `(${precision})`;
}
