/**
 * PostgreSQL's type for a column, from what its declaration asks for and what its rows hold. A type is only chosen when every value fits it without
 * loss; a column in which some do not is widened, never guessed and never cut.
 */
import type { ColumnProfile, TargetType, TimeForm } from "../model";
import { type Declaration, type Family, readDeclaration } from "./declaration";

export interface TypeDecision {
  type: TargetType;
  timeForm: TimeForm | null;
  /** One sentence. */
  reason: string;
  /** Whether values speak against what is declared, so that the application meets another type than it may expect. */
  widened: boolean;
}

/** PostgreSQL's limits (postgresql.org/docs/16/datatype-character.html, datatype-numeric.html). */
const longestVarchar = 10_485_760;
const mostDigits = 1000;
/** A double holds every integer up to here. */
const exactInDouble = 2n ** 53n;

/** Decides the type of one column. @param inKey whether a key or index needs to compare its values */
export function decideType(declaredType: string, profile: ColumnProfile, inKey: boolean): TypeDecision {
  const declaration = readDeclaration(declaredType);
  const evidence = new Evidence(declaredType, declaration, profile, inKey);
  return rules[declaration.family](evidence);
}

class Evidence {
  readonly values: number;

  constructor(
    readonly declared: string,
    readonly declaration: Declaration,
    readonly profile: ColumnProfile,
    readonly inKey: boolean,
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
      : [{ kind: "bytea" }, `${this.mixture()}; texts become their UTF-8 bytes`];
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
    return longest <= length
      ? column.decide({ kind: "varchar", length }, `the longest value has ${longest} characters`)
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
    return column.formsWithin("time")
      ? column.decide({ kind: "time" }, `all ${column.values} values are times of day`, "text")
      : column.widen("not all values are times of day with at most microseconds");
  },

  uuid(column) {
    const decide = (why: string) => column.decide({ kind: "uuid" }, why);
    if (column.values === 0) return decide("no values speak against it");
    if (column.formsWithin("uuid")) return decide(`all ${column.values} values are UUIDs`);
    // The same sixteen bytes, whichever way they are written; but one of them as text and as bytes would become equal.
    if (column.formsWithin("uuid bytes")) return decide(`all ${column.values} values are the 16 bytes of UUIDs`);
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

const numberForms: TimeForm[] = ["epoch seconds", "epoch milliseconds", "epoch microseconds", "julian day"];

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
  const [form, second] = Object.keys(forms);
  const timeForm = numberForms.find((known) => known === form);
  if (timeForm !== undefined && second === undefined) {
    const varied =
      column.values > 1 && !(column.holdsOnly("integer") && column.profile.minInteger === column.profile.maxInteger);
    if (!varied) return column.widen(`one value alone does not show that it is ${timeForm}`);
    const why = `all ${column.values} values are ${timeForm} between 1990 and 2100`;
    return timeForm === "julian day"
      ? column.decide({ kind: "timestamp" }, `${why}, in SQLite's own milliseconds`, timeForm)
      : column.decide({ kind: "timestamptz" }, why, timeForm);
  }
  return column.widen("not all values are of one form that PostgreSQL holds without loss");
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
