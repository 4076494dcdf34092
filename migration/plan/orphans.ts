/** What SQLite says of rows without a parent, brought to the foreign keys of a plan. */
import type { ForeignKeyPlan, Policies, SourceCatalog, SourceForeignKey, TablePlan } from "../model";
import { counted } from "../report/text";
import { columnPlan, targetName } from "./find-column";

/**
 * Notes at each planned foreign key how many rows have nothing to refer to. It can be done when rows are loaded already, since only foreign keys differ by it.
 *
 * @returns the warnings
 */
export function noteOrphans(
  { tables: sources, foreignKeyViolations }: Pick<SourceCatalog, "tables" | "foreignKeyViolations">,
  tables: TablePlan[],
  policy: Policies["orphans"] = "keep",
): string[] {
  const noted = new Set<ForeignKeyPlan>();
  return foreignKeyViolations.flatMap(({ table: name, foreignKey, rows, rowids }) => {
    const table = tables.find(({ source }) => source === name);
    const declared = sources.find((source) => source.name === name)?.foreignKeys[foreignKey];
    const key = declared && table?.foreignKeys.find((one) => !noted.has(one) && isPlanOf(one, declared, table, tables));
    if (key === undefined || declared === undefined) return [];
    noted.add(key);
    // What config makes NULL refers to nothing, and the server counts the others.
    if (declared.columns.some((column) => columnPlan(table, column)?.nullFor !== undefined)) return [];
    if (policy === "keep") key.orphans = rows;
    const what = `${counted(rows, "row")} of ${name} ${rows === 1 ? "refers" : "refer"} to rows of ${declared.referencedTable} that do not exist`;
    const where = `rowid ${rowids.join(", ")}${rows > rowids.length ? ", …" : ""}`;
    return policy === "keep"
      ? `${what} (${where}): they come over, and the foreign key ${key.name} is NOT VALID. Mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.`
      : `${what} (${where}): they are set aside, with what refers to them.`;
  });
}

function isPlanOf(key: ForeignKeyPlan, declared: SourceForeignKey, table: TablePlan, tables: TablePlan[]): boolean {
  const parent = tables.find(({ source }) => source === declared.referencedTable);
  return (
    parent?.target === key.referencedTable &&
    isSame(
      key.columns,
      declared.columns.map((column) => targetName(table, column)),
    ) &&
    isSame(
      key.referencedColumns,
      declared.referencedColumns.map((column) => targetName(parent, column)),
    )
  );
}

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((name, position) => name === b[position]);
}
