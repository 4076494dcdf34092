/**
 * What an expression's value becomes in a column: its affinity in SQLite, then the column's type in PostgreSQL. For defaults, generated columns, and what
 * triggers write.
 */
import type { TargetType, TimeForm } from "../model";
import { parseTemporal } from "../plan/temporal";
import { typeSql } from "../plan/type-sql";
import { type Affinity, type Translated, Untranslatable } from "./scope";
import { article, asNumeric, asReal, asText, exactDecimal, isNumber, numberInText, plain, plainNumber } from "./values";

interface Column {
  type: TargetType;
  timeForm: TimeForm | null;
}

/**
 * The expression as the column's type takes it, in a form that is immutable where the expression is.
 *
 * @param written the column's name where a trigger writes into it; a default and a generated column are the column's own
 * @throws Untranslatable where the column would not certainly hold what SQLite's holds
 */
export function assign(of: Translated, column: Column, affinity: Affinity, written?: string): string {
  const sql = converted(of, column, affinity, written !== undefined);
  if (sql !== null) return sql;
  throw new Untranslatable(
    written === undefined
      ? `it gives ${article(of.kind)}, and the column is ${typeSql(column.type)}`
      : `it writes ${article(of.kind)} into ${written}, which is ${typeSql(column.type)}`,
  );
}

function converted(of: Translated, column: Column, affinity: Affinity, byTrigger: boolean): string | null {
  const { type } = column;
  if (of.kind === "null") return byTrigger ? "NULL" : `NULL::${typeSql(type)}`;
  const isText = of.kind === "text";
  const number = affinity === "text" || affinity === "blob" ? plain(of) : plainNumber(of);
  switch (type.kind) {
    case "bigint":
      return number.kind === "integer" ? number.sql : null;
    case "boolean":
      if (of.kind === "boolean") return of.sql;
      return of.literal === 0n || of.literal === 1n ? String(of.literal === 1n) : null;
    case "double precision":
      return isNumber(number.kind) ? asReal(number) : null;
    case "numeric":
      return numeric(number, type);
    case "text":
    case "varchar":
      if (of.kind === "date" || (affinity === "text" && (of.kind === "integer" || of.kind === "boolean")))
        return asText(of);
      return isText && staysText(of, affinity) ? of.sql : null;
    case "uuid":
      if (!byTrigger) return isText ? `(${of.sql})::uuid` : null;
      // A uuid column's own text: any other might be written in another way.
      return isText && of.sql.endsWith('"::text') ? of.sql.slice(0, -"::text".length) : null;
    case "json":
      return isText ? `(${of.sql})::json` : null;
    case "bytea":
      return of.kind === "blob" ? of.sql : null;
    default:
      return moment(of, number, column);
  }
}

/** A numeric affinity makes numbers of the texts that look like one: '007' becomes 7. What a column of the same affinity holds, it has made already. */
function staysText(of: Translated, affinity: Affinity): boolean {
  if (affinity === "text" || affinity === "blob" || affinity === of.affinity || of.temporal !== undefined) return true;
  return typeof of.literal === "string" && numberInText(of.literal) === null;
}

function numeric(of: Translated, type: Extract<TargetType, { kind: "numeric" }>): string | null {
  if (of.kind === "integer") return `${of.sql}::numeric`;
  if (type.precision === null) return isNumber(of.kind) ? asNumeric(of) : null;
  // More decimals than the column has would be rounded away.
  const exact = exactDecimal(of);
  return exact !== null && type.scale !== null && exact.scale <= type.scale ? exact.sql : null;
}

/** An interval has none below the microsecond. */
const units: Partial<Record<TimeForm, string>> = {
  "epoch seconds": "second",
  "epoch milliseconds": "millisecond",
  "epoch microseconds": "microsecond",
};

function moment(of: Translated, number: Translated, { type, timeForm }: Column): string | null {
  const { temporal } = of;
  switch (type.kind) {
    case "date":
      if (of.kind === "date") return of.sql;
      return typeof of.literal === "string" && parseTemporal(of.literal)?.kind === "date"
        ? `'${of.literal}'::date`
        : null;
    case "time":
      return temporal?.type === "time" ? temporal.sql : null;
    case "timestamp":
      if (of.kind === "moment" && of.type.kind === "timestamp") return of.sql;
      if (of.kind === "date") return `${of.sql}::timestamp`;
      return temporal?.type === "timestamp" ? temporal.sql : null;
    case "timestamptz":
      if (timeForm !== null && timeForm !== "text") return epoch(number, units[timeForm]);
      if (of.kind === "moment" && of.type.kind === "timestamptz") return of.sql;
      return temporal?.type === "timestamp" ? `(${temporal.sql} AT TIME ZONE 'UTC')` : null;
    default:
      return null;
  }
}

/** Not as a timestamptz from the start: adding to one depends on the session's time zone, for all that PostgreSQL knows. */
function epoch(count: Translated, unit: string | undefined): string | null {
  if (unit === undefined || count.kind !== "integer") return null;
  return `(('epoch'::timestamp + ${count.sql} * '1 ${unit}'::interval) AT TIME ZONE 'UTC')`;
}
