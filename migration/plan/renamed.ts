/** Remarks on names that are others in the target. */
import type { SourceTable, TablePlan } from "../model";
import type { Choices } from "./choices";

export function nameWarnings(source: SourceTable, table: TablePlan, choices: Choices): string[] {
  return [
    ...renamed("The table", table.source, table.target, choices.name(table.source)),
    ...table.columns.flatMap((column) =>
      renamed(
        "The column",
        `${table.source}.${column.source}`,
        `${table.source}.${column.target}`,
        `${table.source}.${choices.columnName(source, column.source)}`,
      ),
    ),
  ];
}

/** Nothing for the name that was wanted: its own, or the one by config. */
export function renamed(what: string, from: string, to: string, wanted: string = from): string[] {
  if (to === wanted) return [];
  const why = "PostgreSQL cannot take the name (empty, over 63 bytes, given already, or one of its own)";
  return [`${what} ${from || '""'} becomes ${to}: ${why}.`];
}
