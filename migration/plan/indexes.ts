/** Indexes of CREATE INDEX: on columns as they are, on expressions and with conditions where those translate. */
import { escapeIdentifier } from "pg";
import type { Expr, SortedColumn } from "sqlite3-parser";
import type { IndexPlan, LeftBehind, SourceIndex, SourceTable, TablePlan } from "../model";
import { textBytes } from "../translate/cast";
import { tableScope } from "../translate/columns";
import { collated } from "../translate/compare";
import { knownCollation, translateCondition, translateExpression } from "../translate/expression";
import { parseCreateIndex } from "../translate/parse";
import { type Collation, type Scope, type Translated, Untranslatable } from "../translate/scope";
import { article, plain } from "../translate/values";
import { targetName } from "./find-column";
import type { Namespace } from "./names";
import { renamed } from "./renamed";

/** Whether an index is one on plain columns over all rows. */
export function isPlain(index: SourceIndex, table: SourceTable): boolean {
  return (
    !index.partial &&
    index.columns.every((column) => column.name !== null && table.unreadable[column.name] === undefined)
  );
}

/**
 * The plan of an index that is partial or has an expression.
 *
 * @returns what it leaves behind where it does not translate
 */
export function translateIndex(
  index: SourceIndex,
  source: SourceTable,
  table: TablePlan,
  utf16: boolean,
): Omit<IndexPlan, "name"> | LeftBehind {
  const text = index.sql ?? "";
  try {
    const { columns, whereClause } = parseCreateIndex(text);
    const scope = tableScope(source, table, utf16, text);
    return {
      unique: index.unique,
      columns: columns.map((column) => member(column, table, scope, index.unique)),
      ...(whereClause === undefined ? {} : { where: translateCondition(whereClause, scope) }),
      source: text,
    };
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    return indexLeftBehind(
      index.name,
      index.unique,
      text,
      `It does not certainly mean the same in PostgreSQL: ${error.reason}`,
    );
  }
}

export function indexLeftBehind(name: string, unique: boolean, sql: string | null, reason: string): LeftBehind {
  return {
    kind: "index",
    name,
    reason: `${reason}.${unique ? " Until it is made by hand, nothing keeps its rows unique." : ""}`,
    sql,
  };
}

/** In a unique index equal means what SQLite takes as equal; any other index is for looking values up as they are. */
function member(column: SortedColumn, table: TablePlan, scope: Scope, unique: boolean): IndexPlan["columns"][number] {
  const { inner: written, collation } = withoutCollate(column.expr);
  // SQLite takes a text here as a column's name (sqlite3StringToId).
  const inner: Expr = written.type === "StringLiteral" ? { ...written, type: "Id", name: written.value } : written;
  const descending = column.order === "Desc";
  const of = translateExpression(inner, scope);
  const by = collation ?? of.collation ?? "BINARY";
  const folded = unique && by !== "BINARY" && of.kind === "text";
  const plainColumn = table.columns.find((one) => sameColumn(inner, one.source));
  if (plainColumn !== undefined)
    return folded
      ? { name: plainColumn.target, descending, expression: collated(of.sql, by, false, scope) }
      : { name: plainColumn.target, descending };
  return { name: "expression", descending, expression: folded ? collated(of.sql, by, false, scope) : indexable(of) };
}

function sameColumn(expression: Expr, name: string): boolean {
  return expression.type === "Id" && expression.name.toLowerCase() === name.toLowerCase();
}

function withoutCollate(expression: Expr): { inner: Expr; collation: Collation | null } {
  if (expression.type === "CollateExpr")
    return { inner: withoutCollate(expression.expr).inner, collation: knownCollation(expression.collation) };
  if (expression.type === "ParenthesizedExpr" && expression.exprs.length === 1 && expression.exprs[0] !== undefined)
    return withoutCollate(expression.exprs[0]);
  return { inner: expression, collation: null };
}

function indexable(of: Translated): string {
  if (of.kind === "opaque" || of.kind === "null") throw new Untranslatable(`its value is ${article(of.kind)}`);
  return of.kind === "date" || of.kind === "boolean" ? of.sql : plain(of).sql;
}

/** The unique indexes that keep what a collation of SQLite's keeps of one of these columns, beside the key over the values as they are. @param columns of the target */
export function foldedOver({ indexes }: Pick<TablePlan, "indexes">, columns: string[]): IndexPlan[] {
  return indexes.filter(
    ({ unique, columns: members }) =>
      unique && members.some(({ name, expression }) => expression !== undefined && columns.includes(name)),
  );
}

/**
 * The unique index that keeps what NOCASE or RTRIM keeps, beside a key over the values as they are; null where the key says it all.
 *
 * @param columns of the key, each with the collation that SQLite compares it by
 */
export function foldedUnique(
  columns: { source: string; collation: string }[],
  source: SourceTable,
  table: TablePlan,
): Omit<IndexPlan, "name"> | null {
  const scope = tableScope(source, table, false, "");
  const members = columns.map(({ source: name, collation }) => {
    const of = scope.column(null, name);
    const target = targetName(table, name);
    const upper = collation.toUpperCase();
    return of?.kind === "text" && (upper === "NOCASE" || upper === "RTRIM")
      ? { name: target, descending: false, expression: collated(of.sql, upper, false, scope) }
      : { name: target, descending: false };
  });
  return members.some((one) => one.expression !== undefined) ? { unique: true, columns: members } : null;
}

/**
 * Puts a unique index over hashes in the place of a key or unique index whose values are too long for a B-tree. Texts and bytes that differ have different
 * SHA-256 hashes, so it keeps rows unique; it finds nothing for the application's queries, and no foreign key can refer to it.
 *
 * @returns the index, which is in the table's plan now; null where no column is a text or bytes
 */
export function replaceByHashes(table: TablePlan, name: string): IndexPlan | null {
  const key = [...(table.primaryKey === null ? [] : [table.primaryKey]), ...table.uniques].find(
    (one) => one.name === name,
  );
  const index = table.indexes.find((one) => one.name === name && one.unique);
  const columns: IndexPlan["columns"] =
    key?.columns.map((target) => ({ name: target, descending: false })) ?? index?.columns ?? [];
  const members = columns.map((column) => hashed(table, column));
  if (members.every((member, position) => member === columns[position])) return null;
  const made: IndexPlan = { name, unique: true, columns: members };
  if (table.primaryKey?.name === name) table.primaryKey = null;
  table.uniques = table.uniques.filter((one) => one.name !== name);
  table.indexes = [...table.indexes.filter((one) => one.name !== name), made];
  return made;
}

function hashed(table: TablePlan, column: IndexPlan["columns"][number]): IndexPlan["columns"][number] {
  const type = table.columns.find(({ target }) => target === column.name)?.type.kind;
  const sql = column.expression ?? escapeIdentifier(column.name);
  if (type === "text" || type === "varchar") return { ...column, expression: `sha256(${textBytes(sql)})` };
  return type === "bytea" ? { ...column, expression: `sha256(${sql})` } : column;
}

/** What a key over long values loses by becoming an index on hashes. */
export function hashesLeftBehind(table: TablePlan, name: string): LeftBehind {
  return {
    kind: "index",
    name,
    reason: `Values of ${table.source} are too long for an index of PostgreSQL, which takes about 2700 bytes: in its place a unique index of the same name on SHA-256 hashes keeps the rows unique. It does not help to find a value; ON CONFLICT and foreign keys cannot refer to it.`,
    sql: null,
  };
}

export function planIndexes(
  source: SourceTable,
  table: TablePlan,
  relations: Namespace,
  utf16: boolean,
  warnings: string[],
): LeftBehind[] {
  return source.indexes.flatMap((index): LeftBehind[] => {
    if (index.origin !== "index") return [];
    const translated = isPlain(index, source) ? plainIndex(index, table) : translateIndex(index, source, table, utf16);
    if ("reason" in translated) return [translated];
    const name = relations.take(index.name);
    warnings.push(...renamed("The index", index.name, name, relations.wanted(index.name)));
    table.indexes.push({ name, ...translated });
    return [];
  });
}

function plainIndex(index: SourceIndex, table: TablePlan): Omit<IndexPlan, "name"> {
  return {
    unique: index.unique,
    columns: index.columns.map((column) => ({
      name: targetName(table, column.name ?? ""),
      descending: column.descending,
    })),
  };
}

/** What is unique without regard to case, or to spaces at the end, stays so by an index of its own beside the plain key. */
export function planFolded(source: SourceTable, table: TablePlan, relations: Namespace): void {
  for (const index of source.indexes) {
    if (!index.unique || !isPlain(index, source)) continue;
    const columns = index.columns.map(({ name, collation }) => ({ source: name ?? "", collation }));
    const folded = foldedUnique(columns, source, table);
    if (folded === null) continue;
    const targets = columns.map((column) => targetName(table, column.source)).join("_");
    const suffix = columns.some(({ collation }) => collation.toUpperCase() === "NOCASE") ? "nocase" : "rtrim";
    table.indexes.push({ name: relations.take(`${table.target}_${targets}_${suffix}`), ...folded });
  }
}
