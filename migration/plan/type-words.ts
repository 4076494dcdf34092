/**
 * Types as users write them: PostgreSQL's own words, with `from` and a form of time where the column holds times, `cut to microseconds` for finer ones,
 * and `null for` with the values that stand for NULL, as SQL literals.
 */
import type { NullValue, TargetType, TimeForm } from "../model";
import { timeForms } from "./temporal";
import { typeSql } from "./type-sql";

export interface TypeWords {
  type: TargetType;
  timeForm: TimeForm | null;
  nullFor?: NullValue[];
  cut?: true;
}

type Read = (length: number | null, scale: number | null) => TargetType | string;

const plain =
  (type: TargetType): Read =>
  (length) =>
    length === null ? type : "this type without a length";

const counted =
  (kind: "varchar" | "char"): Read =>
  (length, scale) => {
    if (scale !== null) return "one length";
    if (length === null) return kind === "char" ? { kind, length: 1 } : { kind: "text" };
    return length >= 1 && length <= 10_485_760 ? { kind, length } : "a length from 1 to 10485760";
  };

const decimal: Read = (precision, scale) => {
  if (precision === null) return { kind: "numeric", precision, scale: null };
  const holds = precision >= 1 && precision <= 1000 && (scale ?? 0) <= precision;
  return holds
    ? { kind: "numeric", precision, scale: scale ?? 0 }
    : "a precision from 1 to 1000, and a scale from 0 to the precision";
};

const clock =
  (kind: "time" | "timestamp" | "timestamptz"): Read =>
  (precision, scale) => {
    if (scale !== null || (precision ?? 6) > 6) return "a precision from 0 to 6";
    return precision === null ? { kind } : { kind, precision };
  };

/** Read by the server alone, by its own rules. */
const own = (sql: string): Read => plain({ kind: "other", sql });

/** By name, as format_type() and people write it (postgresql.org/docs/16/datatype.html). */
const names: Record<string, Read> = {
  boolean: plain({ kind: "boolean" }),
  bool: plain({ kind: "boolean" }),
  smallint: plain({ kind: "smallint" }),
  int2: plain({ kind: "smallint" }),
  integer: plain({ kind: "integer" }),
  int: plain({ kind: "integer" }),
  int4: plain({ kind: "integer" }),
  bigint: plain({ kind: "bigint" }),
  int8: plain({ kind: "bigint" }),
  real: plain({ kind: "real" }),
  float4: plain({ kind: "real" }),
  "double precision": plain({ kind: "double precision" }),
  float8: plain({ kind: "double precision" }),
  numeric: decimal,
  decimal,
  text: plain({ kind: "text" }),
  varchar: counted("varchar"),
  "character varying": counted("varchar"),
  char: counted("char"),
  character: counted("char"),
  bytea: plain({ kind: "bytea" }),
  uuid: plain({ kind: "uuid" }),
  json: plain({ kind: "json" }),
  jsonb: plain({ kind: "jsonb" }),
  date: plain({ kind: "date" }),
  time: clock("time"),
  "time without time zone": clock("time"),
  timestamp: clock("timestamp"),
  "timestamp without time zone": clock("timestamp"),
  timestamptz: clock("timestamptz"),
  "timestamp with time zone": clock("timestamptz"),
  interval: own("interval"),
  inet: own("inet"),
  cidr: own("cidr"),
  macaddr: own("macaddr"),
  citext: own("citext"),
};

/** Types that a number can stand for by a form of time. */
const moments = ["date", "timestamp", "timestamptz"];

/**
 * Reads `numeric(12,2)`, `timestamp(3) with time zone`, `timestamptz from epoch milliseconds`, `date null for '', '0000-00-00'` and the like.
 *
 * @throws Error whose message says what is accepted
 */
export function readTypeWords(words: string): TypeWords {
  const [, type = "", literals] = /^([^']*?)(?:\s+null\s+for\s+(.*))?$/is.exec(String(words).trim()) ?? [];
  const uncut = type.replace(/\s+cut\s+to\s+microseconds$/i, "");
  const read = readType(uncut);
  if (uncut !== type && !clocks.includes(read.type.kind)) throw new Error(`${clocks.join(", ")} cut to microseconds`);
  return {
    ...read,
    ...(uncut === type ? {} : { cut: true }),
    ...(literals === undefined ? {} : { nullFor: readLiterals(literals) }),
  };
}

/** The types that may be cut. */
export const clocks = ["time", "timestamp", "timestamptz"];

/** One or more of `'text'` and `123`, with commas between them. */
function readLiterals(text: string): NullValue[] {
  const literal = /\s*(?:'((?:[^']|'')*)'|(-?\d{1,18}))\s*(?:,|$)/y;
  const values: NullValue[] = [];
  while (literal.lastIndex < text.length) {
    const match = literal.exec(text);
    if (match === null) throw new Error("null for '…', '…', or whole numbers");
    const [, quoted, digits = ""] = match;
    values.push(quoted === undefined ? { t: "integer", v: digits } : { t: "text", v: quoted.replaceAll("''", "'") });
  }
  return values;
}

/** The words that `readTypeWords` reads. */
export function typeWords({ type, timeForm, cut, nullFor }: TypeWords): string {
  return [
    typeSql(type).replace(/ without time zone$/, ""),
    ...(timeForm === null || timeForm === "text" ? [] : [`from ${timeForm}`]),
    ...(cut === undefined ? [] : ["cut to microseconds"]),
    ...(nullFor === undefined || nullFor.length === 0 ? [] : [`null for ${nullFor.map(nullLiteral).join(", ")}`]),
  ].join(" ");
}

/** As SQL has it. */
export function nullLiteral({ t, v }: NullValue): string {
  return t === "text" ? `'${v.replaceAll("'", "''")}'` : v;
}

function readType(words: string): TypeWords {
  const [typeText = "", form, ...more] = words.trim().toLowerCase().replace(/\s+/g, " ").split(" from ");
  const match = /^([a-z0-9 ]+?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\))?( with(?:out)? time zone)?$/.exec(typeText);
  const read = match === null ? undefined : names[`${match[1]}${match[4] ?? ""}`];
  if (read === undefined) throw new Error(`one of the types ${Object.keys(names).join(", ")}`);
  const type = read(number(match?.[2]), number(match?.[3]));
  if (typeof type === "string") throw new Error(type);
  if (form === undefined)
    return { type, timeForm: moments.includes(type.kind) || type.kind === "time" ? "text" : null };
  const timeForm = timeForms.find((name) => name === form);
  if (timeForm === undefined || more.length > 0) throw new Error(`one of the forms of time ${timeForms.join(", ")}`);
  if (!moments.includes(type.kind)) throw new Error(`${moments.join(", ")} with a form of time`);
  return { type, timeForm };
}

const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
