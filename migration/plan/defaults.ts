/** Column defaults, translated where SQLite's and PostgreSQL's meaning is certainly the same. */
import { escapeLiteral } from "pg";
import type { TargetType } from "../model";
import { isWord, stringOf, type Token, tokens } from "../source/tokens";
import { readBoolean } from "./forms";
import { parseTemporal } from "./temporal";

const utcNow = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";

/**
 * The default in PostgreSQL's SQL; null for no default (also for NULL); undefined where it is not certain.
 *
 * @param sql as `PRAGMA table_xinfo` gives it
 */
export function translateDefault(sql: string, type: TargetType): string | null | undefined {
  const parts = withoutParentheses([...tokens(sql)]);
  const [first, second] = parts;
  if (first === undefined) return undefined;
  const call = parts.map((part) => (part.kind === "word" ? part.text.toLowerCase() : part.text)).join("");
  if (call === "current_timestamp" || call === "datetime('now')") return currentMoment("timestamp", type);
  if (call === "current_date" || call === "date('now')") return currentMoment("date", type);
  if (call === "current_time" || call === "time('now')") return currentMoment("time", type);
  if (parts.length === 1) {
    if (isWord(first, "NULL")) return null;
    if (isWord(first, "TRUE") || isWord(first, "FALSE")) return constant(isWord(first, "TRUE") ? "1" : "0", type);
    if (first.kind === "number") return constant(first.text, type);
    // SQLite takes a name in quotes, where a value is due, as text.
    if (first.kind === "string") return text(stringOf(first), type);
    if (first.kind === "quoted name" && first.text.startsWith('"'))
      return text(first.text.slice(1, -1).replaceAll('""', '"'), type);
    if (first.kind === "blob" && type.kind === "bytea") return `'\\x${first.text.slice(2, -1).toLowerCase()}'::bytea`;
  }
  if (parts.length === 2 && second?.kind === "number" && (first.text === "-" || first.text === "+"))
    return constant(first.text === "-" ? `-${second.text}` : second.text, type);
  return undefined;
}

function withoutParentheses(parts: Token[]): Token[] {
  if (parts[0]?.text !== "(" || parts.at(-1)?.text !== ")") return parts;
  let depth = 0;
  const closes = parts.findIndex((part) => {
    if (part.text === "(") depth++;
    return part.text === ")" && --depth === 0;
  });
  return closes === parts.length - 1 ? withoutParentheses(parts.slice(1, -1)) : parts;
}

function constant(number: string, type: TargetType): string | undefined {
  const isInteger = /^-?\d+$/.test(number);
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint": {
      const bits = { smallint: 16, integer: 32, bigint: 64 }[type.kind];
      const inRange = isInteger && BigInt(number) === BigInt.asIntN(bits, BigInt(number));
      return inRange ? BigInt(number).toString() : undefined;
    }
    case "boolean":
      return /^[01]$/.test(number) ? String(number === "1") : undefined;
    case "numeric":
    case "double precision":
      return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) && Number.isFinite(Number(number)) ? number : undefined;
    case "text":
    case "varchar":
      // A real would be written by SQLite's own rules for text.
      return isInteger ? text(BigInt(number).toString(), type) : undefined;
    default:
      return undefined;
  }
}

function text(value: string, type: TargetType): string | undefined {
  if (value.includes("\0")) return undefined;
  switch (type.kind) {
    case "text":
      return escapeLiteral(value);
    case "varchar":
      return [...value].length <= type.length ? escapeLiteral(value) : undefined;
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
    case "double precision":
      return /^-?\d+(\.\d+)?$/.test(value) ? constant(value, type) : undefined;
    case "boolean": {
      const meant = readBoolean(value);
      return meant === null ? undefined : String(meant);
    }
    case "json":
    case "jsonb":
      try {
        JSON.parse(value);
        return `${escapeLiteral(value)}::${type.kind}`;
      } catch {
        return undefined;
      }
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz": {
      const moment = parseTemporal(value);
      const expected = {
        date: ["date"],
        time: ["time"],
        timestamp: ["date", "date and time"],
        timestamptz: ["date and time with offset"],
      }[type.kind];
      return moment !== null && expected.includes(moment.kind) ? escapeLiteral(moment.text) : undefined;
    }
    default:
      return undefined;
  }
}

/** SQLite's current time is in UTC and in whole seconds. */
function currentMoment(what: "timestamp" | "date" | "time", type: TargetType): string | undefined {
  switch (type.kind) {
    case "timestamptz":
      return what === "timestamp" ? "CURRENT_TIMESTAMP" : undefined;
    case "timestamp":
      return what === "timestamp" ? utcNow : what === "date" ? `${utcNow}::date` : undefined;
    case "date":
      return what === "time" ? undefined : `${utcNow}::date`;
    case "time":
      return what === "time" ? `${utcNow}::time(0)` : undefined;
    case "text":
    case "varchar": {
      const form = { timestamp: "YYYY-MM-DD HH24:MI:SS", date: "YYYY-MM-DD", time: "HH24:MI:SS" }[what];
      return type.kind === "varchar" && type.length < form.replace("24", "").length
        ? undefined
        : `to_char(${utcNow}, '${form}')`;
    }
    default:
      return undefined;
  }
}
