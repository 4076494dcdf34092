/** Foreign keys: their two sides brought to one type, and those left behind that PostgreSQL cannot have. */
import type { ColumnPlan, LeftBehind, SourceCatalog, SourceForeignKey, SourceTable, TablePlan } from "../model";
import { columnPlan, targetName } from "./find-column";
import { Namespace } from "./names";
import { typeSql } from "./type-sql";

/**
 * Makes the types of both sides of each foreign key the same where the values allow it: SQLite compares an integer column with one declared otherwise,
 * PostgreSQL does not. Changes the columns in place.
 */
export function unifyKeyTypes(catalog: SourceCatalog, tables: TablePlan[]): void {
  // A column without values takes another's type, once: it may refer to two of different types.
  const settled = new Set<ColumnPlan>();
  // A change may ask for another along a chain of keys. One with values goes to bigint or to text, and stays there, so it ends.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [child, parent] of keyColumns(catalog, tables)) changed = unify(child, parent, settled) || changed;
  }
}

function* keyColumns(catalog: SourceCatalog, tables: TablePlan[]): Generator<[ColumnPlan, ColumnPlan]> {
  for (const table of tables)
    for (const key of catalog.tables.find((source) => source.name === table.source)?.foreignKeys ?? []) {
      const parent = tables.find((other) => other.source === key.referencedTable);
      for (const [position, name] of key.columns.entries()) {
        const columns = [columnPlan(table, name), columnPlan(parent, key.referencedColumns[position])];
        if (columns[0] !== undefined && columns[1] !== undefined) yield [columns[0], columns[1]];
      }
    }
}

function unify(child: ColumnPlan, parent: ColumnPlan, settled: Set<ColumnPlan>): boolean {
  if (sameType(child, parent)) return false;
  const common = commonType(child, parent);
  if (common === null) return false;
  const changing = [child, parent].filter((column) => !sameType(column, common));
  // An identity stays an integer, also while its table is empty.
  if (changing.some((column) => column.identity || column.byConfig || settled.has(column))) return false;
  for (const column of changing) {
    if (holdsOnly(column)) settled.add(column);
    column.type = common.type;
    column.timeForm = common.timeForm;
    column.reason += ` Made ${typeSql(common.type)}: a foreign key compares ${child.source} with ${parent.source}.`;
  }
  return true;
}

function commonType(child: ColumnPlan, parent: ColumnPlan): Pick<ColumnPlan, "type" | "timeForm"> | null {
  // PostgreSQL cannot compare json: such a key stays behind, and its columns as they are.
  if (parent.type.kind === "json") return null;
  if (holdsOnly(child)) return parent;
  if (holdsOnly(child, "integer") && holdsOnly(parent, "integer")) return { type: { kind: "bigint" }, timeForm: null };
  if (holdsOnly(child, "text") && holdsOnly(parent, "text")) return { type: { kind: "text" }, timeForm: null };
  if (holdsOnly(child, "blob") && holdsOnly(parent, "blob")) return { type: { kind: "bytea" }, timeForm: null };
  return null;
}

type Typed = Pick<ColumnPlan, "type">;

const textual = ({ type }: Typed) => type.kind === "text" || type.kind === "varchar";

const integral = ({ type }: Typed) => ["smallint", "integer", "bigint"].includes(type.kind);

function sameType(a: Typed, b: Typed): boolean {
  return a.type.kind === b.type.kind || (textual(a) && textual(b)) || (integral(a) && integral(b));
}

/** Whether all values are of these storage classes; without any, whether there are no values. */
function holdsOnly(column: ColumnPlan, ...kinds: string[]): boolean {
  return Object.keys(column.profile?.storage ?? {}).every((kind) => kind === "null" || kinds.includes(kind));
}

/** Adds the foreign keys to the tables' plans; returns those left behind. */
export function planForeignKeys(
  catalog: SourceCatalog,
  tables: TablePlan[],
  excluded: string[],
  wanted: (name: string) => string = (name) => name,
): LeftBehind[] {
  const leftBehind: LeftBehind[] = [];
  for (const table of tables) {
    const source = catalog.tables.find((other) => other.name === table.source);
    const names = new Namespace(
      [table.primaryKey?.name ?? "", ...[...table.uniques, ...table.checks].map(({ name }) => name)],
      wanted,
    );
    source?.foreignKeys.forEach((key) => {
      const parent = tables.find((other) => other.source === key.referencedTable);
      const hindrance = findHindrance(key, table, parent, excluded);
      if (hindrance !== null || parent === undefined) {
        leftBehind.push({
          kind: "foreign key",
          name: table.source,
          reason: hindrance ?? "",
          sql: describe(key, source),
        });
        return;
      }
      const columns = key.columns.map((name) => targetName(table, name));
      table.foreignKeys.push({
        name: names.take(key.name ?? `${table.target}_${columns.join("_")}_fkey`),
        columns,
        referencedTable: parent.target,
        referencedColumns: key.referencedColumns.map((name) => targetName(parent, name)),
        onUpdate: key.onUpdate,
        onDelete: key.onDelete,
        deferrable: key.deferred,
        initiallyDeferred: key.deferred,
        orphans: 0,
      });
    });
  }
  return leftBehind;
}

function findHindrance(
  key: SourceForeignKey,
  table: TablePlan,
  parent: TablePlan | undefined,
  excluded: string[],
): string | null {
  if (excluded.includes(key.referencedTable)) return `It refers to ${key.referencedTable}, which is excluded.`;
  if (parent === undefined) return `It refers to ${key.referencedTable}, which is no table that comes over.`;
  if (
    key.columns.length !== key.referencedColumns.length ||
    key.referencedColumns.some((name) => columnPlan(parent, name) === undefined)
  )
    return `The columns it refers to in ${key.referencedTable} do not exist.`;
  const isPlainColumn = ({ expression }: { expression?: string }) => expression === undefined;
  const wanted = key.referencedColumns.map((name) => columnPlan(parent, name)?.target).sort();
  const keys = [
    ...(parent.primaryKey === null ? [] : [parent.primaryKey.columns]),
    ...parent.uniques.map((unique) => unique.columns),
    ...parent.indexes
      .filter((index) => index.unique && index.where === undefined && index.columns.every(isPlainColumn))
      .map((index) => index.columns.map((column) => column.name)),
  ];
  if (!keys.some((columns) => JSON.stringify([...columns].sort()) === JSON.stringify(wanted)))
    return `The columns it refers to in ${key.referencedTable} are not unique together, which SQLite does not check until they are used.`;
  for (const [position, name] of key.columns.entries()) {
    const child = columnPlan(table, name);
    const referenced = columnPlan(parent, key.referencedColumns[position]);
    if (child === undefined || referenced === undefined) return "Its columns do not come over.";
    if (!sameType(child, referenced))
      return `${table.source}.${name} is ${typeSql(child.type)} and ${parent.source}.${referenced.source} is ${typeSql(referenced.type)}: PostgreSQL cannot compare them.`;
  }
  return null;
}

function describe(key: SourceForeignKey, table: SourceTable): string {
  return `ALTER TABLE ${table.name} ADD FOREIGN KEY (${key.columns.join(", ")}) REFERENCES ${key.referencedTable} (${key.referencedColumns.join(", ")}) ON UPDATE ${key.onUpdate} ON DELETE ${key.onDelete}`;
}
