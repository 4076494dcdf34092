/** What config decides about single columns, found by the source's own names. */
import { UserError } from "../../support/errors";
import type { Policies, SourceColumn, SourceTable } from "../model";
import { readTypeWords, type TypeWords } from "./type-words";

export interface Choices {
  /** The type that config gives a column: by its own name, else by its declared type. */
  type(table: SourceTable, column: SourceColumn): TypeWords | null;
}

/** A declared type without the differences that mean nothing to SQLite. */
const declared = (text: string) =>
  text
    .trim()
    .toUpperCase()
    .replace(/\s+/g, " ")
    .replace(/ ?([(),]) ?/g, "$1");

const id = (table: SourceTable, column: SourceColumn) => JSON.stringify([table.name, column.name]);

/**
 * Finds what the policies name.
 *
 * @throws UserError listing every name that the source does not have
 */
export function readChoices(tables: SourceTable[], { types = {}, maxRejectsByTable = {} }: Partial<Policies>): Choices {
  const unknown: string[] = [];
  for (const name of Object.keys(maxRejectsByTable))
    if (!tables.some((table) => table.name === name))
      unknown.push(`maxRejectsByTable names ${name}, which is no table of the source`);
  const declaredTypes = new Set(
    tables.flatMap(({ columns }) => columns.map((column) => declared(column.declaredType))),
  );
  const byColumn = new Map<string, TypeWords>();
  const byDeclaration = new Map<string, TypeWords>();
  for (const [name, words] of Object.entries(types)) {
    const column = findColumn(tables, name);
    if (column !== null) byColumn.set(id(...column), readTypeWords(words));
    else if (declaredTypes.has(declared(name))) byDeclaration.set(declared(name), readTypeWords(words));
    else
      unknown.push(`types names ${name}, which is neither a column (table.column) nor a declared type of the source`);
  }
  if (unknown.length > 0)
    throw new UserError(
      `The config names what the source does not have: ${unknown.join("; ")}.`,
      "Correct the names, then run again.",
    );
  return {
    type: (table, column) =>
      byColumn.get(id(table, column)) ?? byDeclaration.get(declared(column.declaredType)) ?? null,
  };
}

/** The column of `table.column`; as in SQLite, case does not matter where no name is the same. */
export function findColumn(tables: SourceTable[], name: string): [SourceTable, SourceColumn] | null {
  for (const same of [(a: string, b: string) => a === b, (a: string, b: string) => a.toLowerCase() === b.toLowerCase()])
    for (const table of tables)
      for (const column of table.columns) if (same(`${table.name}.${column.name}`, name)) return [table, column];
  return null;
}
