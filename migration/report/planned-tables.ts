import type { MigrationPlan, PlannedTable, SourceCatalog, TablePlan } from "../model";
import { addCheck, addForeignKey, createKeys, distributeTable, qualified } from "../plan/ddl";
import { typeSql } from "../plan/type-sql";

/** The plan as the report keeps it: every column's type on both sides with the reason, and the SQL of the keys. */
export function plannedTables(plan: MigrationPlan, catalog: Pick<SourceCatalog, "tables">): PlannedTable[] {
  const declared = new Map(catalog.tables.map(({ name, columns }) => [name, columns]));
  return plan.tables.map((table) => {
    const types = new Map(declared.get(table.source)?.map(({ name, declaredType }) => [name, declaredType]));
    return {
      source: table.source,
      target: table.target,
      rowCount: table.rowCount,
      columns: table.columns.map((column) => ({
        source: column.source,
        target: column.target,
        sourceType: types.get(column.source) ?? "",
        targetType: typeSql(column.type),
        notNull: column.notNull,
        default: column.generated === undefined ? column.default : `GENERATED ALWAYS AS (${column.generated}) STORED`,
        identity: column.identity,
        reason: column.reason,
        evidence: column.profile,
      })),
      keys: [
        ...distributionOf(plan.schema, table),
        ...createKeys(plan.schema, table),
        ...table.checks.map((check) => ({
          name: check.name,
          sql: addCheck(qualified(plan.schema, table.target), check, true),
        })),
        ...table.foreignKeys.map((key) => ({
          name: key.name,
          sql: addForeignKey(plan.schema, table, key, key.orphans === 0),
        })),
      ],
    };
  });
}

function distributionOf(schema: string, table: TablePlan): PlannedTable["keys"] {
  const sql = distributeTable(schema, table);
  return sql === undefined ? [] : [{ name: "distribution", sql }];
}
