/** What config decides about single columns, found by the source's own names. */
import { UserError } from "../../support/errors";
import type { BadText, Policies, SourceColumn, SourceObject, SourceTable } from "../model";
import { snakeCase } from "./names";
import { readTypeWords, type TypeWords } from "./type-words";

export interface Choices {
  /** The type that config gives a column: by its own name, else by its declared type. */
  type(table: SourceTable, column: SourceColumn): TypeWords | null;
  badText(table: SourceTable, column: string): BadText;
  /** What a table, index, view or constraint is to be called. */
  name(source: string): string;
  /** The same of what cannot be named singly: the columns of a view. */
  plainName(source: string): string;
  columnName(table: SourceTable, column: string): string;
}

/** A declared type without the differences that mean nothing to SQLite. */
const declared = (text: string) =>
  text
    .trim()
    .toUpperCase()
    .replace(/\s+/g, " ")
    .replace(/ ?([(),]) ?/g, "$1");

const id = (table: SourceTable, column: string) => JSON.stringify([table.name, column]);

/**
 * Finds what the policies name.
 *
 * @throws UserError listing every name that the source does not have
 */
export function readChoices(
  tables: SourceTable[],
  { types = {}, maxRejectsByTable = {}, names = "keep", rename = {}, badText = {} }: Partial<Policies>,
  objects: SourceObject[] = [],
): Choices {
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
    if (column !== null) {
      const chosen = readTypeWords(words);
      byColumn.set(id(column[0], column[1].name), chosen);
      if (chosen.nullFor !== undefined && column[1].keyPosition > 0)
        unknown.push(`types has null for values of ${name}, which is in the primary key`);
    } else if (declaredTypes.has(declared(name))) byDeclaration.set(declared(name), readTypeWords(words));
    else
      unknown.push(`types names ${name}, which is neither a column (table.column) nor a declared type of the source`);
  }
  const relations = new Set([
    ...tables.flatMap(({ name, indexes }) => [name, ...indexes.map((index) => index.name)]),
    ...objects.map(({ name }) => name),
  ]);
  const texts = new Map<string, BadText>();
  for (const [name, what] of Object.entries(badText)) {
    const column = findColumn(tables, name);
    if (column !== null) texts.set(id(column[0], column[1].name), what);
    else if (name !== "*") unknown.push(`badText names ${name}, which is no column (table.column) of the source`);
  }
  const columnNames = new Map<string, string>();
  const relationNames = new Map<string, string>();
  for (const [name, to] of Object.entries(rename)) {
    const column = findColumn(tables, name);
    if (relations.has(name)) relationNames.set(name, to);
    else if (column !== null) columnNames.set(id(column[0], column[1].name), to);
    else unknown.push(`rename names ${name}, which is no table, column (table.column), index or view of the source`);
  }
  const renamed = names === "keep" ? (name: string) => name : snakeCase;
  if (unknown.length > 0)
    throw new UserError(
      `The config names what the source does not have: ${unknown.join("; ")}.`,
      "Correct the names, then run again.",
    );
  return {
    type: (table, column) => {
      const own = byColumn.get(id(table, column.name));
      if (own !== undefined) return own;
      const ofType = byDeclaration.get(declared(column.declaredType));
      if (ofType === undefined || column.keyPosition === 0) return ofType ?? null;
      // A primary key has no NULL: such a row does not fit.
      const { nullFor: _, ...words } = ofType;
      return words;
    },
    name: (source) => relationNames.get(source) ?? renamed(source),
    badText: (table, column) => texts.get(id(table, column)) ?? badText["*"] ?? "reject",
    plainName: renamed,
    columnName: (table, column) => columnNames.get(id(table, column)) ?? renamed(column),
  };
}

/** The column of `table.column`; as in SQLite, case does not matter where no name is the same. */
export function findColumn(tables: SourceTable[], name: string): [SourceTable, SourceColumn] | null {
  for (const same of [(a: string, b: string) => a === b, (a: string, b: string) => a.toLowerCase() === b.toLowerCase()])
    for (const table of tables)
      for (const column of table.columns) if (same(`${table.name}.${column.name}`, name)) return [table, column];
  return null;
}
