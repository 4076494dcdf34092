/** A table's columns as the translator sees them: what SQLite holds in each, and in which form PostgreSQL has it. */
import { escapeIdentifier } from "pg";
import type { ColumnPlan, SourceTable, TablePlan, TimeForm } from "../model";
import { type Affinity, type Collation, onlyImmutable, type Scope, type Translated, Untranslatable } from "./scope";
import { affinityOf, value } from "./values";

/**
 * The column as a value.
 *
 * @param sql how PostgreSQL's SQL names it, such as `"t"."name"`
 */
export function columnValue(source: SourceTable, plan: ColumnPlan, sql: string): Translated {
  const declared = source.columns.find((column) => column.name === plan.source)?.declaredType ?? "";
  const affinity = affinityOf(declared, source.strict);
  return {
    ...planned(plan, affinity, sql),
    affinity,
    collation: collationOf(source.collations[plan.source]),
  };
}

/** A column without COLLATE has BINARY, which counts before the right side's. */
function collationOf(name: string | undefined): Collation {
  const upper = name?.toUpperCase();
  return upper === "NOCASE" || upper === "RTRIM" ? upper : "BINARY";
}

function planned(plan: ColumnPlan, affinity: Affinity, sql: string): Translated {
  const { type } = plan;
  const nullable = !plan.notNull;
  const held = (["integer", "real", "text", "blob"] as const).filter(
    (storage) => plan.profile?.storage[storage] !== undefined,
  );
  const only = (...kinds: (typeof held)[number][]) => held.every((storage) => kinds.includes(storage));
  const opaque = value("opaque", sql, nullable, { type });
  const numeric = affinity === "integer" || affinity === "numeric" || affinity === "real";
  /** Whether every value looks as the type writes it: then its text can be had back. */
  const formed = Object.keys(plan.profile?.forms ?? {}).every((form) => form === type.kind);
  // A column without values must have the affinity that would make them what the type takes.
  const fits = held.length > 0;
  switch (type.kind) {
    case "bigint":
      return only("integer") && (fits || affinity !== "text") && affinity !== "real"
        ? value("integer", sql, nullable)
        : opaque;
    case "boolean":
      return only("integer") && (fits || numeric) ? value("boolean", sql, nullable) : opaque;
    case "double precision":
      if (!only("integer", "real") || (!fits && affinity === "text")) return opaque;
      return affinity === "real" || (fits && only("real"))
        ? value("real", sql, nullable)
        : value("number", sql, nullable, { type, integerIfWhole: affinity !== "blob" });
    case "numeric":
      return only("integer", "real") && (fits || numeric)
        ? value("number", sql, nullable, { type, integerIfWhole: affinity !== "blob" && affinity !== "real" })
        : opaque;
    case "text":
    case "varchar":
      return only("text") && (fits || affinity === "text") ? value("text", sql, nullable) : opaque;
    case "uuid":
    case "json":
      return formed && only("text") && (fits || affinity === "text") ? value("text", `${sql}::text`, nullable) : opaque;
    case "bytea":
      return only("blob") ? value("blob", sql, nullable) : opaque;
    case "date":
      return formed && only("text") ? value("date", sql, nullable) : opaque;
    case "timestamp":
    case "timestamptz":
      return moment(plan, sql, nullable, only("integer"), only("text"));
    default:
      return opaque;
  }
}

/** The forms whose numbers extract() gives back. */
const perSecond: Partial<Record<TimeForm, number>> = {
  "epoch seconds": 1,
  "epoch milliseconds": 1000,
  "epoch microseconds": 1_000_000,
};

function moment(plan: ColumnPlan, sql: string, nullable: boolean, integers: boolean, texts: boolean): Translated {
  const { type, timeForm } = plan;
  if (timeForm === "text" && texts) {
    const shape = plan.profile?.shape;
    return value("moment", sql, nullable, { type, ...(shape === undefined ? {} : { shape }) });
  }
  const units = timeForm === null ? undefined : perSecond[timeForm];
  if (units === undefined || !integers) return value("opaque", sql, nullable, { type });
  // extract() from a timestamptz is not IMMUTABLE, from a timestamp in UTC it is.
  const utc = type.kind === "timestamptz" ? `(${sql} AT TIME ZONE 'UTC')` : sql;
  const factor = units === 1 ? "" : ` * ${units}`;
  return value("integer", `(extract(epoch from ${utc})${factor})::bigint`, nullable);
}

/**
 * The scope of what belongs to one table: its columns by their bare names.
 *
 * @param text the SQL that was parsed, see Scope.text
 */
export function tableScope(source: SourceTable, plan: TablePlan, utf16: boolean, text: string): Scope {
  return {
    column(table, name) {
      if (table !== null && table.toLowerCase() !== source.name.toLowerCase()) return null;
      const column = plan.columns.find((one) => one.source.toLowerCase() === name.toLowerCase());
      if (column !== undefined) return columnValue(source, column, escapeIdentifier(column.target));
      if (
        ["rowid", "_rowid_", "oid"].includes(name.toLowerCase()) &&
        source.columns.every((one) => one.name.toLowerCase() !== name.toLowerCase())
      ) {
        const rowid = plan.columns.find((one) => one.source === source.rowidColumn);
        if (rowid !== undefined) return columnValue(source, rowid, escapeIdentifier(rowid.target));
        throw new Untranslatable("the rowid does not come over");
      }
      return null;
    },
    mayUse: onlyImmutable,
    utf16,
    text,
  };
}
