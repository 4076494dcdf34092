/** What an expression's value becomes in a column: its affinity in SQLite, then the column's type in PostgreSQL. For defaults and generated columns. */
import type { TargetType, TimeForm } from "../model";
import { typeSql } from "../plan/type-sql";
import { type Affinity, type Translated, Untranslatable } from "./scope";
import { article, asReal, asText, plain, plainNumber } from "./values";

/**
 * The expression as the column's type takes it.
 *
 * @throws Untranslatable where the column would not certainly hold the same
 */
export function assign(
  of: Translated,
  column: { type: TargetType; timeForm: TimeForm | null },
  affinity: Affinity,
): string {
  const { type } = column;
  if (of.kind === "null") return `NULL::${typeSql(type)}`;
  const wrong = () => new Untranslatable(`it gives ${article(of.kind)}, and the column is ${typeSql(type)}`);
  const number = affinity === "text" ? plain(of) : plainNumber(of);
  switch (type.kind) {
    case "bigint":
      if (number.kind !== "integer") throw wrong();
      return number.sql;
    case "boolean":
      if (of.kind === "boolean") return of.sql;
      throw wrong();
    case "double precision":
      if (!["integer", "real", "number"].includes(number.kind)) throw wrong();
      return asReal(number);
    case "numeric":
      return numeric(number, type, wrong);
    case "text":
    case "varchar":
      if (of.kind === "text" && (affinity === "text" || affinity === "blob" || of.temporal !== undefined))
        return of.sql;
      if (of.kind === "date") return asText(of);
      if (affinity === "text" && (of.kind === "integer" || of.kind === "boolean")) return asText(of);
      throw wrong();
    case "uuid":
    case "json":
      if (of.kind !== "text") throw wrong();
      return `(${of.sql})::${type.kind}`;
    case "bytea":
      if (of.kind !== "blob") throw wrong();
      return of.sql;
    default:
      return moment(of, number, column, wrong);
  }
}

function numeric(of: Translated, type: Extract<TargetType, { kind: "numeric" }>, wrong: () => Untranslatable): string {
  if (of.kind === "integer") return `${of.sql}::numeric`;
  if (type.precision !== null) {
    // Of a result of many decimals PostgreSQL would keep the first ones only.
    if (of.kind === "number" && of.type.kind === "numeric" && of.type.scale === type.scale) return of.sql;
    throw wrong();
  }
  if (of.kind === "real") return `${of.sql}::text::numeric`;
  if (of.kind === "number" && of.type.kind === "numeric") return of.sql;
  throw wrong();
}

const perSecond = { "epoch seconds": 1, "epoch milliseconds": 1000, "epoch microseconds": 1_000_000 };

function moment(
  of: Translated,
  number: Translated,
  { type, timeForm }: { type: TargetType; timeForm: TimeForm | null },
  wrong: () => Untranslatable,
): string {
  if (timeForm === "epoch seconds" || timeForm === "epoch milliseconds" || timeForm === "epoch microseconds") {
    if (number.kind !== "integer" || type.kind !== "timestamptz") throw wrong();
    return `to_timestamp(${number.sql}::double precision${timeForm === "epoch seconds" ? "" : ` / ${perSecond[timeForm]}`})`;
  }
  const { temporal } = of;
  if (type.kind === "date" && of.kind === "date") return of.sql;
  if (type.kind === "time" && temporal?.type === "time") return temporal.sql;
  if (type.kind === "timestamp") {
    if (temporal?.type === "timestamp") return temporal.sql;
    if (of.kind === "date") return `${of.sql}::timestamp`;
    if (of.kind === "moment" && of.type.kind === "timestamp") return of.sql;
  }
  if (type.kind === "timestamptz") {
    if (temporal?.type === "timestamp") return `(${temporal.sql} AT TIME ZONE 'UTC')`;
    if (of.kind === "moment" && of.type.kind === "timestamptz") return of.sql;
  }
  throw wrong();
}
