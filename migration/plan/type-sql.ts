/** How PostgreSQL's types are written. */
import type { TargetType } from "../model";

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
