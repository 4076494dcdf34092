/**
 * Texts that say dates and times in ISO form, which PostgreSQL has as timestamps: the order of such texts is that of the times, and of two that begin alike the
 * shorter comes first.
 */
import { parseTemporal } from "../plan/temporal";
import { shapeOf } from "../source/moment-shapes";
import type { Translated } from "./scope";
import { writtenOut } from "./strftime";

interface TimeText {
  /** The time as a timestamp. */
  sql: string;
  /** Characters of the text. */
  length: number;
  /** Whether it is a text of seconds where its decimals would be 0. */
  omitsZeros?: boolean;
  /** Between date and time; null for a date alone. */
  separator: string | null;
}

type Order = "<" | "<=" | ">" | ">=";
const longerFirst: Record<Order, string> = { "<": "<", "<=": "<", ">": ">=", ">=": ">=" };
const shorterFirst: Record<Order, string> = { "<": "<=", "<=": "<=", ">": ">", ">=": ">" };

/** The comparison of two such texts by their times; null where that is not certain. @param op PostgreSQL's operator */
export function compareTimeTexts(left: Translated, op: string, right: Translated): string | null {
  const [l, r] = [timeText(left), timeText(right)];
  if (l === null || r === null) return null;
  if (l.separator !== null && r.separator !== null && l.separator !== r.separator) return null;
  const same = `(${l.sql} ${op} ${r.sql})`;
  if (l.length === r.length && l.omitsZeros === r.omitsZeros) return same;
  // Where such a text is longer than seconds, its decimals are not 0: it is later.
  const [omitting, other] = l.omitsZeros ? [l, r] : [r, l];
  if (omitting.omitsZeros && other.length === 19) return same;
  if (omitting.omitsZeros && other.length > 19) return null;
  const word = (l.length > r.length ? longerFirst : shorterFirst)[op as Order];
  return word === undefined ? null : `(${l.sql} ${word} ${r.sql})`;
}

/**
 * The text that SQLite holds of a column of times that all look alike; null where it has an offset. What a later row says beyond the shape is shown too: a
 * time where all are dates now, decimals where all are whole seconds.
 */
export function textOfMoment({ sql, type, shape }: Translated): string | null {
  if (shape === undefined || shape.suffix !== "" || type.kind !== "timestamp") return null;
  const { separator, fraction, omitsZeros } = shape;
  const day = writtenOut("%Y-%m-%d", sql);
  const clock = writtenOut(`${separator || " "}%H:%M:%S`, sql);
  const microseconds = `(extract(microseconds from ${sql})::bigint % 1000000)`;
  const digits = `'.' || substr(lpad(${microseconds}::text, 6, '0'), 1, ${fraction || 6})`;
  const decimals = omitsZeros || fraction === 0 ? `CASE WHEN ${microseconds} = 0 THEN '' ELSE ${digits} END` : digits;
  if (separator !== "") return `(${day} || ${clock} || ${decimals})`;
  return `(${day} || CASE WHEN ${sql} = date_trunc('day', ${sql}) THEN '' ELSE ${clock} || ${decimals} END)`;
}

function timeText(of: Translated): TimeText | null {
  if (of.kind === "date") return { sql: `${of.sql}::timestamp`, length: 10, separator: null };
  if (of.temporal?.type === "timestamp")
    return { sql: `date_trunc('second', ${of.temporal.sql})`, length: 19, separator: " " };
  if (typeof of.literal === "string") return ofLiteral(of.literal);
  const { shape } = of;
  if (of.kind !== "moment" || shape === undefined || shape.suffix !== "" || of.type.kind !== "timestamp") return null;
  const { separator, fraction, omitsZeros } = shape;
  return {
    sql: of.sql,
    length: lengthOf(separator, fraction),
    separator: separator || null,
    ...(omitsZeros ? { omitsZeros } : {}),
  };
}

function ofLiteral(text: string): TimeText | null {
  const said = parseTemporal(text);
  if (said?.kind === "date") return { sql: `'${text}'::timestamp`, length: 10, separator: null };
  const shape = shapeOf(text);
  if (said === null || shape === null || shape.suffix !== "") return null;
  return {
    sql: `'${said.text}'::timestamp`,
    length: lengthOf(shape.separator, shape.fraction),
    separator: shape.separator,
  };
}

function lengthOf(separator: string, fraction: number): number {
  if (separator === "") return 10;
  return fraction === 0 ? 19 : 20 + fraction;
}
