/**
 * What the translation from SQLite's SQL to PostgreSQL's works on. A translation is given only where both databases say the same for every value
 * that the columns can hold, or where PostgreSQL reports an error instead of another value (an integer past 64 bits); everything else is `Untranslatable`.
 */
import type { Expr, Select } from "sqlite3-parser";
import type { MomentShape, TargetType } from "../model";

/** Thrown by every part of the translator. The reason is one sentence for people, without the full stop. */
export class Untranslatable extends Error {
  override name = "Untranslatable";

  constructor(readonly reason: string) {
    super(reason);
  }
}

/** sqlite.org/datatype3.html, 3. `none` is an expression's that is no column and no CAST; a column without a type has `blob`. */
export type Affinity = "integer" | "real" | "numeric" | "text" | "blob" | "none";

export type Collation = "BINARY" | "NOCASE" | "RTRIM";

/**
 * What a value is in SQLite, and in which form PostgreSQL has it:
 * - `null`: the literal NULL;
 * - `integer`: integer or bigint;
 * - `boolean`: the integers 0 and 1, which are a PostgreSQL boolean;
 * - `real`: double precision;
 * - `number`: an integer or a real, which of them is not known; numeric or double precision;
 * - `text`: text; `blob`: bytea;
 * - `date`: a text YYYY-MM-DD, which is a PostgreSQL date;
 * - `moment`: a text that says a date and time in a form that is not known, which is a timestamp or timestamptz in UTC;
 * - `opaque`: a value that can only be asked for NULL, since SQLite's own value cannot be had back from PostgreSQL's.
 */
export type Kind = "null" | "integer" | "boolean" | "real" | "number" | "text" | "blob" | "date" | "moment" | "opaque";

/** An expression in PostgreSQL's SQL, with what is known of it. */
export interface Translated {
  /** Can stand anywhere in an expression: it brings its own parentheses. */
  sql: string;
  kind: Kind;
  /** Of `sql`, in PostgreSQL. */
  type: TargetType;
  affinity: Affinity;
  /** That comparisons take when the other side has none; null for BINARY by default. */
  collation: Collation | null;
  /** Whether COLLATE says so. */
  explicitCollation?: boolean;
  nullable: boolean;
  /** The value of a literal. */
  literal?: bigint | number | string | Uint8Array;
  /** Whether an integer is certainly not below 0. */
  notNegative?: boolean;
  /** For a text that is an integer's decimal, such as strftime('%s')'s: the integer. */
  integerSql?: string;
  /** Of a `moment`: how its texts look, where all are alike. */
  shape?: MomentShape;
  /** For a text that date functions made: the same as PostgreSQL's own type. */
  temporal?: { type: "timestamp" | "time"; sql: string };
  /** For a `number` that is a column with NUMERIC affinity: it is an integer where it has no fraction. */
  integerIfWhole?: boolean;
  /** For another `number`: the condition under which it is an integer. */
  wholeSql?: string;
  /** Of arithmetic on decimals: what it comes to as a numeric with so many decimals, where `sql` is the double that SQLite has. */
  exact?: { sql: string; scale: number };
}

export interface Scope {
  /** The column that a name means; null where there is none. @param table as written before the point, or null */
  column(table: string | null, name: string): Translated | null;
  mayUse: {
    /** In an index and a generated column PostgreSQL takes only what depends on nothing but its arguments. */
    immutableOnly: boolean;
    aggregates: boolean;
    windows: boolean;
    /**
     * Whether a result may differ where SQLite itself promises none (the last binary digits of a sum of reals, the order within group_concat()), and for values
     * that are seldom met (round() in the middle between two, numbers in JSON). Only for results that are compared afterwards.
     */
    approximate: boolean;
    /** Whether it may calculate with decimals: with doubles, as SQLite does but for integers, of which it keeps those past 2^53 exact. */
    decimals: boolean;
    /** random(), randomblob(), and the current time. */
    volatile: boolean;
  };
  /** Whether the source's texts are UTF-16, which SQLite's BINARY puts in the order of their bytes. */
  utf16: boolean;
  /** Translates a query in parentheses, EXISTS, or the right side of IN; absent where none may stand. `sql` comes without EXISTS or IN, in parentheses. */
  subquery?(select: Select): Translated;
  /** Whether a name in double quotes that is no column is a text, as SQLite takes it unless it is compiled otherwise. */
  quotedNamesAreTexts?: boolean;
  /** The SQL that was parsed, for telling "name" from name. */
  text?: string;
}

/** What a CHECK, an index and a generated column may use. */
export const onlyImmutable: Scope["mayUse"] = {
  immutableOnly: true,
  aggregates: false,
  windows: false,
  approximate: false,
  decimals: false,
  volatile: false,
};

/** A part of the text for a reason, shortened. */
export function quoted(scope: Scope, expression: Expr): string {
  const { span } = expression;
  const text = scope.text?.slice(span.offset, span.offset + span.length).trim() ?? "";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
