/** Arithmetic: 64-bit integers and doubles. What leaves 64 bits is an error in PostgreSQL, where SQLite goes on with a double. */
import type { Operator, UnaryOperator } from "sqlite3-parser";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { article, asReal, asText, exactDecimal, isNumber, plainNumber, value, wholeCondition } from "./values";

const symbols: Partial<Record<Operator | UnaryOperator, string>> = {
  Add: "+",
  Subtract: "-",
  Multiply: "*",
  Divide: "/",
  Modulus: "%",
  BitwiseAnd: "&",
  BitwiseOr: "|",
  LeftShift: "<<",
  RightShift: ">>",
};

/** @param right equal to `left` for an operator with one side */
export function arithmetic(
  op: Operator | UnaryOperator,
  left: Translated,
  right: Translated,
  scope: Scope,
): Translated {
  const [l, r] = [plainNumber(left), plainNumber(right)];
  const nullable = l.nullable || r.nullable;
  if (l.kind === "null" || r.kind === "null") return value("null", "NULL", true);
  const odd = [l, r].find((side) => !isNumber(side.kind));
  if (odd !== undefined) throw new Untranslatable(`it calculates with ${article(odd.kind)}`);
  if (l.kind === "integer" && r.kind === "integer") return integers(op, l, r, nullable);
  if (l.kind === "real" || r.kind === "real") return reals(op, l, r, nullable);
  if (!scope.mayUse.decimals)
    throw new Untranslatable("it calculates with decimals, of which SQLite holds some as integers and some as doubles");
  return decimals(op, l, r, nullable);
}

function big(of: Translated): string {
  return of.type.kind === "bigint" ? of.sql : `${of.sql}::bigint`;
}

function integers(op: Operator | UnaryOperator, l: Translated, r: Translated, nullable: boolean): Translated {
  const positive = l.notNegative === true && r.notNegative === true;
  const result = (sql: string, more: Partial<Translated> = {}) => value("integer", sql, nullable, more);
  switch (op) {
    case "Negative":
      return result(`(- ${big(l)})`);
    case "BitwiseNot":
      return result(`(~ ${big(l)})`);
    case "Add":
    case "Multiply":
    case "BitwiseAnd":
    case "BitwiseOr":
      return result(`(${big(l)} ${symbols[op]} ${r.sql})`, { notNegative: positive });
    case "Subtract":
      return result(`(${big(l)} - ${r.sql})`);
    case "Divide":
    case "Modulus": {
      // Division by zero is NULL.
      const divisor = r.literal === undefined || r.literal === 0n ? `NULLIF(${r.sql}, 0)` : r.sql;
      return value("integer", `(${big(l)} ${symbols[op]} ${divisor})`, nullable || divisor !== r.sql, {
        notNegative: op === "Modulus" ? l.notNegative : positive,
      });
    }
    case "LeftShift":
    case "RightShift":
      if (typeof r.literal !== "bigint" || r.literal < 0n || r.literal > 63n)
        throw new Untranslatable("it shifts bits by a number that is not a literal from 0 to 63");
      return result(`(${big(l)} ${symbols[op]} ${r.sql})`);
    default:
      throw new Untranslatable(`the operator ${op}`);
  }
}

/**
 * Numbers of which each row decides whether they are integers: doubles come to the same, up to 2^53. Only a division must know: of two integers SQLite
 * gives the whole part. An integer is never -0, which 0 added to it ends.
 */
function decimals(op: Operator | UnaryOperator, l: Translated, r: Translated, nullable: boolean): Translated {
  const { sql, ...rest } = reals(op, l, r, nullable);
  const result: Translated = {
    ...rest,
    kind: "number",
    sql: op === "Multiply" || op === "Negative" ? `(${sql} + 0)` : sql,
  };
  const conditions = [l, r].map(wholeCondition);
  const known = !conditions.includes(null);
  const exact = exactly(op, exactDecimal(l), exactDecimal(r));
  const whole = [...new Set(conditions.filter((condition) => condition !== "true"))].join(" AND ");
  if (op !== "Divide")
    return { ...result, ...(known ? { wholeSql: whole } : {}), ...(exact === null ? {} : { exact }) };
  if (!known)
    throw new Untranslatable("it divides a number of which is not known whether SQLite holds it as an integer");
  return {
    ...result,
    wholeSql: whole,
    sql: `(CASE WHEN ${whole} THEN trunc(${result.sql}) + 0 ELSE ${result.sql} END)`,
  };
}

/** The same exactly, for a column of decimals: what SQLite's doubles stand for. */
function exactly(op: Operator | UnaryOperator, l: Translated["exact"] | null, r: Translated["exact"] | null) {
  if (!l || !r) return null;
  switch (op) {
    case "Negative":
      return { sql: `(- ${l.sql})`, scale: l.scale };
    case "Add":
    case "Subtract":
      return { sql: `(${l.sql} ${symbols[op]} ${r.sql})`, scale: Math.max(l.scale, r.scale) };
    case "Multiply":
      return { sql: `(${l.sql} * ${r.sql})`, scale: l.scale + r.scale };
    default:
      return null;
  }
}

/** Where one side is a real, the result is one; and where doubles come to the same. */
function reals(op: Operator | UnaryOperator, l: Translated, r: Translated, nullable: boolean): Translated {
  const [a, b] = [asReal(l), asReal(r)];
  switch (op) {
    case "Negative":
      return value("real", `(- ${a})`, nullable);
    case "Add":
    case "Subtract":
    case "Multiply": {
      // Infinity less infinity is NULL in SQLite, and so is 0 times infinity.
      const finite = [l, r].some((side) => isFiniteLiteral(side) && (op !== "Multiply" || Number(side.literal) !== 0));
      const sql = `(${a} ${symbols[op]} ${b})`;
      return finite ? value("real", sql, nullable) : value("real", `NULLIF(${sql}, 'NaN')`, true);
    }
    case "Divide": {
      const divisor = isFiniteLiteral(r) && Number(r.literal) !== 0 ? b : `NULLIF(${b}, 0)`;
      const sql = `(${a} / ${divisor})`;
      return divisor === b ? value("real", sql, nullable) : value("real", `NULLIF(${sql}, 'NaN')`, true);
    }
    default:
      throw new Untranslatable(`the operator ${symbols[op] ?? op} on a real, which SQLite cuts to an integer first`);
  }
}

function isFiniteLiteral(side: Translated): boolean {
  return side.literal !== undefined && Number.isFinite(Number(side.literal));
}

export function concatenation(left: Translated, right: Translated): Translated {
  const [a, b] = [asText(left), asText(right)];
  return value("text", `(${a} || ${b})`, left.nullable || right.nullable);
}
