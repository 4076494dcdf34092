/** A value that a trigger writes into a column: SQLite applies the column's affinity, PostgreSQL's column has a type. */
import type { ColumnPlan } from "../model";
import { parseTemporal } from "../plan/temporal";
import { type Affinity, type Translated, Untranslatable } from "./scope";
import { article, asInteger, asNumeric, asReal, asText } from "./values";

type Column = Pick<ColumnPlan, "target" | "type" | "timeForm">;

const units: Partial<Record<string, string>> = {
  "epoch seconds": "second",
  "epoch milliseconds": "millisecond",
  "epoch microseconds": "microsecond",
};

/** @throws Untranslatable where the column would not certainly hold what SQLite's holds */
export function assigned(value: Translated, column: Column, affinity: Affinity): string {
  if (value.kind === "null") return "NULL";
  const refuse = (): never => {
    throw new Untranslatable(`it writes ${article(value.kind)} into ${column.target}, which is ${typeWord(column)}`);
  };
  const { type, timeForm } = column;
  switch (type.kind) {
    case "bigint":
      if (value.integerSql !== undefined && affinity !== "text" && affinity !== "blob") return value.integerSql;
      return value.kind === "integer" || value.kind === "boolean" ? asInteger(value) : refuse();
    case "boolean":
      if (value.kind === "boolean") return value.sql;
      return value.literal === 0n || value.literal === 1n ? String(value.literal === 1n) : refuse();
    case "double precision":
      return ["real", "integer", "boolean", "number"].includes(value.kind) ? asReal(value) : refuse();
    case "numeric":
      if (value.kind === "integer" || value.kind === "boolean") return asInteger(value);
      // More digits than the column has would be rounded away.
      if (type.precision === null && (value.kind === "real" || value.kind === "number")) return asNumeric(value);
      return value.type.kind === "numeric" &&
        type.scale !== null &&
        value.type.scale !== null &&
        value.type.scale <= type.scale
        ? value.sql
        : refuse();
    case "text":
    case "varchar":
      if (value.kind === "text" || value.kind === "date") return asText(value);
      return affinity === "text" && (value.kind === "integer" || value.kind === "boolean") ? asText(value) : refuse();
    case "uuid":
      // A uuid column's own text: any other might be written in another way.
      return value.kind === "text" && value.sql.endsWith('"::text') ? value.sql.slice(0, -"::text".length) : refuse();
    case "json":
      return value.kind === "text" ? `(${value.sql})::json` : refuse();
    case "bytea":
      return value.kind === "blob" ? value.sql : refuse();
    case "date":
      if (value.kind === "date") return value.sql;
      return typeof value.literal === "string" && parseTemporal(value.literal)?.kind === "date"
        ? `'${value.literal}'::date`
        : refuse();
    case "time":
      return value.temporal?.type === "time" ? value.temporal.sql : refuse();
    case "timestamp":
      if (value.kind === "moment" && value.type.kind === "timestamp") return value.sql;
      if (value.kind === "date") return `${value.sql}::timestamp`;
      return value.temporal?.type === "timestamp" ? value.temporal.sql : refuse();
    case "timestamptz":
      if (value.kind === "moment" && value.type.kind === "timestamptz" && timeForm === "text") return value.sql;
      if (timeForm === "text")
        return value.temporal?.type === "timestamp" ? `(${value.temporal.sql} AT TIME ZONE 'UTC')` : refuse();
      return epoch(value, units[timeForm ?? ""]) ?? refuse();
    default:
      return refuse();
  }
}

function epoch(value: Translated, unit: string | undefined): string | null {
  const count = value.kind === "integer" ? value.sql : value.integerSql;
  return unit === undefined || count === undefined ? null : `('epoch'::timestamptz + ${count} * '1 ${unit}'::interval)`;
}

function typeWord({ type }: Column): string {
  return type.kind === "other" ? type.sql : type.kind;
}
