/**
 * Values that SQLite keeps apart and PostgreSQL's type for the column does not: 1 and '1' where both become text, '2024-01-01' and
 * '2024-01-01T00:00:00' as a timestamp, 1 and 'yes' as a boolean. In a unique key they would be one value.
 */
import type { ColumnPlan, TablePlan } from "../model";

/** The columns of everything in the target that keeps a table's rows unique by their values as they are, by its name. */
export function uniqueKeys(table: TablePlan): { name: string; columns: ColumnPlan[] }[] {
  const byTarget = (target: string) => table.columns.find((column) => column.target === target) as ColumnPlan;
  return [
    ...(table.primaryKey === null ? [] : [table.primaryKey]),
    ...table.uniques,
    // Where one with a condition or an expression cannot be made, it is left behind.
    ...table.indexes
      .filter(({ unique, where, columns }) => unique && where === undefined && columns.every((one) => !one.expression))
      .map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
  ].map(({ name, columns }) => ({ name, columns: columns.map(byTarget) }));
}

const exactInDouble = 2n ** 53n;

/** Whether different values of the column may become equal, as far as its type and the evidence show. */
export function mayFold({ type, timeForm, badText, byConfig, cut, profile }: ColumnPlan): boolean {
  const kinds = Object.keys(profile?.storage ?? {}).filter((kind) => kind !== "null");
  const hasText = kinds.includes("text");
  if (cut || (badText === "replace" && hasText)) return true;
  switch (type.kind) {
    case "text":
    case "varchar":
    case "bytea":
      return kinds.length > 1;
    case "boolean":
      return hasText;
    case "time":
    case "timestamp":
    case "timestamptz":
      return (hasText && (byConfig === true || profile?.shape === undefined)) || timeForm === "excel days";
    case "numeric": {
      const [least, most] = [BigInt(profile?.minInteger ?? 0), BigInt(profile?.maxInteger ?? 0)];
      return hasText || (kinds.length > 1 && (least < -exactInDouble || most > exactInDouble));
    }
    // What is equal there, the server alone knows.
    case "jsonb":
    case "other":
      return false;
    // Every other type was chosen because all values have one form.
    default:
      return byConfig === true && (hasText || kinds.length > 1);
  }
}

/** Whether text would keep apart what the column's type does not. */
export function isApartAsText({ type, byConfig, profile }: ColumnPlan): boolean {
  return (
    byConfig !== true &&
    ["boolean", "time", "timestamp", "timestamptz"].includes(type.kind) &&
    profile?.storage.text !== undefined
  );
}
