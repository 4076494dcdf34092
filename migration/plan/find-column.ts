/** A table's columns, by their names in the source. */
import type { ColumnPlan, TablePlan } from "../model";

export function columnPlan(table: TablePlan | undefined, source: string | undefined): ColumnPlan | undefined {
  return table?.columns.find((column) => column.source === source);
}

export function targetName(table: TablePlan, source: string): string {
  return columnPlan(table, source)?.target ?? source;
}
