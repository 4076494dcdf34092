/** Column defaults, translated where SQLite's and PostgreSQL's meaning is certainly the same. */
import { escapeLiteral } from "pg";
import type { Expr } from "sqlite3-parser";
import type { ColumnPlan, LeftBehind, SourceTable, TablePlan, TargetType } from "../model";
import { assign } from "../translate/assign";
import { translateExpression } from "../translate/expression";
import { parseExpression } from "../translate/parse";
import { onlyImmutable, type Scope, Untranslatable } from "../translate/scope";
import { affinityOf } from "../translate/values";
import { columnPlan } from "./find-column";
import { readBoolean, uuidForm } from "./forms";
import { parseTemporal } from "./temporal";
import { nullLiteral } from "./type-words";

/** A default without columns. It may depend on the time, and on chance. */
const scope: Scope = {
  column: () => null,
  mayUse: { ...onlyImmutable, immutableOnly: false, volatile: true },
  utf16: false,
};

/**
 * The default in PostgreSQL's SQL; null for no default (also for NULL).
 *
 * @param sql as `PRAGMA table_xinfo` gives it
 * @throws Untranslatable where it is not certain
 */
export function translateDefault(
  sql: string,
  column: Pick<ColumnPlan, "type" | "timeForm">,
  declaredType: string,
  strict = false,
): string | null {
  const { expression, text } = parseExpression(sql);
  const literal = literalOf(expression, text);
  if (literal === null) return null;
  if (literal !== undefined) {
    const translated = literal.isNumber ? constant(literal.text, column.type) : textValue(literal.text, column.type);
    if (translated !== undefined) return translated;
    if (typeof literal.text === "string" && !literal.isNumber)
      throw new Untranslatable(`${escapeLiteral(literal.text).trim()} is no value of the column's type`);
  }
  const of = translateExpression(expression, { ...scope, text });
  // PostgreSQL's own current time, where the column's type is one with a time zone.
  if (column.type.kind === "timestamptz" && of.temporal?.sql === "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')")
    return "CURRENT_TIMESTAMP";
  return assign(of, column, affinityOf(declaredType, strict));
}

interface Literal {
  text: string;
  isNumber: boolean;
}

/** The value of a literal; null for NULL, undefined for any other expression. */
function literalOf(expression: Expr, written: string): Literal | null | undefined {
  switch (expression.type) {
    case "ParenthesizedExpr":
      return expression.exprs.length === 1 && expression.exprs[0] !== undefined
        ? literalOf(expression.exprs[0], written)
        : undefined;
    case "NullLiteral":
      return null;
    case "NumericLiteral":
      return { text: expression.value, isNumber: true };
    case "StringLiteral":
      return { text: expression.value, isNumber: false };
    case "Id":
      // SQLite takes a name, where a value is due, as text; without quotes only TRUE and FALSE are none.
      if (/^(true|false)$/i.test(expression.name) && /^[a-z]/i.test(written.slice(expression.span.offset)))
        return { text: /^true$/i.test(expression.name) ? "1" : "0", isNumber: true };
      return { text: expression.name, isNumber: false };
    case "FunctionCallExpr":
      return emptyJson(expression);
    case "UnaryExpr": {
      const inner = literalOf(expression.expr, written);
      if (inner === null || inner === undefined || !inner.isNumber || inner.text.startsWith("-")) return undefined;
      if (expression.op !== "Negative" && expression.op !== "Positive") return undefined;
      return { text: expression.op === "Negative" ? `-${inner.text}` : inner.text, isNumber: true };
    }
    default:
      return undefined;
  }
}

/** JSON that is empty, in the ways in which ORMs have SQLite make it. */
function emptyJson({ name, args = [] }: Extract<Expr, { type: "FunctionCallExpr" }>): Literal | undefined {
  const [first, second] = args;
  switch (name.name.toLowerCase()) {
    case "json_array":
      return first === undefined ? { text: "[]", isNumber: false } : undefined;
    case "json_object":
      return first === undefined ? { text: "{}", isNumber: false } : undefined;
    case "json": {
      // Of any other JSON it leaves the spaces out.
      const isEmpty = first?.type === "StringLiteral" && second === undefined && /^(\[\]|\{\})$/.test(first.value);
      return isEmpty ? { text: first.value, isNumber: false } : undefined;
    }
    default:
      return undefined;
  }
}

function constant(number: string, type: TargetType): string | undefined {
  const isInteger = /^-?\d+$/.test(number);
  // Of 1.0 an integer's affinity makes 1.
  const whole = /^(-?\d+)\.0*$/.exec(number)?.[1] ?? number;
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint": {
      const bits = { smallint: 16, integer: 32, bigint: 64 }[type.kind];
      const inRange = /^-?\d+$/.test(whole) && BigInt(whole) === BigInt.asIntN(bits, BigInt(whole));
      return inRange ? BigInt(whole).toString() : undefined;
    }
    case "boolean":
      return /^[01]$/.test(whole) ? String(whole === "1") : undefined;
    case "numeric":
    case "double precision":
      return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) && Number.isFinite(Number(number)) ? number : undefined;
    case "text":
    case "varchar":
      // A real would be written by SQLite's own rules for text.
      return isInteger ? textValue(BigInt(number).toString(), type) : undefined;
    default:
      return undefined;
  }
}

function textValue(value: string, type: TargetType): string | undefined {
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
    case "uuid":
      return uuidForm.test(value) ? `${escapeLiteral(value)}::uuid` : undefined;
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

/** @param reason why it is not certain; null where the identity takes its place */
export function defaultLeftBehind(table: string, column: string, sql: string, reason: string | null): LeftBehind {
  return {
    kind: "default",
    name: `${table}.${column}`,
    reason:
      reason === null
        ? "The identity takes its place."
        : `A default that does not certainly mean the same in PostgreSQL: ${reason}. Set it by hand with ALTER COLUMN … SET DEFAULT.`,
    sql: `DEFAULT ${sql}`,
  };
}

export function planDefaults(source: SourceTable, table: TablePlan): LeftBehind[] {
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
  const spelled = nullFor.map(nullLiteral);
  return spelled.includes(literal) || (digits !== undefined && type.kind !== "text" && spelled.includes(digits));
}
