/** Rows without a parent: what SQLite says of them, brought to the foreign keys of a plan, and how they are told of. */
import type { ForeignKeyPlan, Policies, SourceCatalog, SourceForeignKey, TablePlan } from "../model";
import { counted } from "../report/text";
import { columnPlan, targetName } from "./find-column";

/** Notes at each planned foreign key how many rows have nothing to refer to. @returns the warnings */
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
    const found = {
      rows,
      shown: rowids.map((rowid) => `rowid ${rowid}`),
      table: name,
      parent: declared.referencedTable,
    };
    return policy === "keep"
      ? orphansKept(found, key.name)
      : `${describeOrphans(found)}: they are set aside, with what refers to them.`;
  });
}

/** Rows that refer to nothing. */
export interface FoundOrphans {
  rows: number;
  /** The first `orphansShown`, each by its key. */
  shown: string[];
  table: string;
  /** The table that they refer to. */
  parent: string;
  /** Whether SQLite compares what they refer to by a collation, so that some may have a parent there. */
  collated?: boolean;
}

/** How many of them a warning names. */
export const orphansShown = 5;

/** The warning of orphans that come over. */
export function orphansKept(found: FoundOrphans, foreignKey: string): string {
  const alike = found.collated
    ? " PostgreSQL compares exactly: those that differ from their parent only in case, or in blanks at the end, have one in SQLite, by the column's collation. Write both alike."
    : "";
  return `${describeOrphans(found)}: they come over, and the foreign key ${foreignKey} is NOT VALID. Mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.${alike}`;
}

function describeOrphans({ rows, shown, table, parent }: FoundOrphans): string {
  const where = shown.length === 0 ? "" : ` (${shown.join("; ")}${rows > shown.length ? "; …" : ""})`;
  return `${counted(rows, "row")} of ${table} ${rows === 1 ? "refers" : "refer"} to rows of ${parent} that do not exist${where}`;
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
