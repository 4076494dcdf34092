import type { ColumnPlan, MigrationPlan, TablePlan, TargetType } from "../model";
import { codePoint, counted } from "./text";

/** The plan for a terminal: every table with its columns' types and why, then what stays behind and what needs a reader. */
export function renderPlan(plan: MigrationPlan): string {
  const rows = plan.tables.reduce((sum, table) => sum + BigInt(table.rowCount), 0n);
  const blocks = [
    `${plan.source.path} to schema ${plan.schema} (mode ${plan.mode}): ${counted(plan.tables.length, "table")}, ${counted(rows, "row")}`,
    ...plan.tables.map(renderTable),
    ...plan.views.map(renderView),
    ...plan.triggers.map(renderTrigger),
    ...plan.cycles.map((cycle) => `Foreign keys in a circle, added after the rows: ${cycle.join(", ")}`),
    list(
      "Stays behind",
      plan.leftBehind.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
    ),
    list("Remarks", plan.warnings),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Its rows are compared before it is shown to the application; where they differ it stays behind. */
function renderView({ source, target, columns, sql }: MigrationPlan["views"][number]): string {
  const name = source === target ? target : `${target} (from ${source})`;
  return [
    `view ${name}: ${counted(columns.length, "column")}`,
    ...sql.split("\n").map((line) => `  ${oneLine(line)}`),
  ].join("\n");
}

function renderTrigger({ source, target, table, statements }: MigrationPlan["triggers"][number]): string {
  const name = source === target ? target : `${target} (from ${source})`;
  return [
    `trigger ${name} on ${table}`,
    ...statements
      .join(";\n")
      .split("\n")
      .map((line) => `  ${oneLine(line)}`),
  ].join("\n");
}

function list(title: string, lines: string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...lines.map((line) => `  ${oneLine(line)}`)].join("\n");
}

const longestType = 50;

function renderTable(table: TablePlan): string {
  const name = table.source === table.target ? table.target : `${table.target} (from ${table.source})`;
  const width = Math.max(...table.columns.map((column) => column.target.length));
  const types = table.columns.map(describeType);
  // An expression may be long: it does not push the reasons of the other columns aside.
  const typeWidth = Math.max(...types.map((type) => Math.min(type.length, longestType)));
  return [
    `${name}: ${counted(table.rowCount, "row")}`,
    ...table.columns.map((column, i) =>
      `  ${column.target.padEnd(width)}  ${(types[i] ?? "").padEnd(typeWidth)}  ${oneLine(column.reason)}`.trimEnd(),
    ),
    ...(table.primaryKey === null ? [] : [`  primary key (${table.primaryKey.columns.join(", ")})`]),
    ...table.uniques.map((unique) => `  unique (${unique.columns.join(", ")})`),
    ...table.indexes.map(
      ({ name: index, unique, columns, where }) =>
        `  ${oneLine(
          `${unique ? "unique index" : "index"} ${index} (${columns.map((c) => `${c.expression ?? c.name}${c.descending ? " desc" : ""}`).join(", ")})${where === undefined ? "" : ` where ${where}`}`,
        )}`,
    ),
    ...table.checks.map((check) => `  ${oneLine(`check ${check.name} ${check.expression}`)}`),
    ...table.foreignKeys.map(
      (key) =>
        `  (${key.columns.join(", ")}) references ${key.referencedTable} (${key.referencedColumns.join(", ")})${key.orphans === 0 ? "" : `, not valid: ${counted(key.orphans, "row")} without a parent`}`,
    ),
  ].join("\n");
}

function describeType(column: ColumnPlan): string {
  const details = [
    column.identity ? " identity" : column.notNull ? " not null" : "",
    column.generated === undefined ? "" : ` generated as ${column.generated}`,
    column.default === null ? "" : ` default ${column.default}`,
    column.timeForm === null || column.timeForm === "text" ? "" : ` from ${column.timeForm}`,
  ];
  return oneLine(typeText(column.type) + details.join(""));
}

function typeText(type: TargetType): string {
  if (type.kind === "other") return type.sql;
  if (type.kind === "varchar" || type.kind === "char") return `${type.kind}(${type.length})`;
  if (type.kind !== "numeric" || type.precision === null) return type.kind;
  return `numeric(${type.precision},${type.scale ?? 0})`;
}

/** Names and SQL come from the file that is read: nothing in them may steer a terminal. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replace(/\p{Cc}/gu, (sign) => `\\${codePoint(sign)}`);
}
