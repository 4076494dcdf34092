/** What a CREATE TABLE statement says that SQLite's pragmas do not. */
import type { SourceCheck } from "../model";
import { isWord, nameOf, type Token, tokens } from "./tokens";

export interface CreateTableDetails {
  autoincrement: boolean;
  checks: SourceCheck[];
  /** The foreign keys, in the order they are written. */
  references: { name: string | null; deferred: boolean }[];
  /** Primary keys and unique constraints that have a CONSTRAINT name, with their columns as written. */
  namedKeys: { name: string; columns: string[] }[];
  /** Constraints with ON CONFLICT REPLACE or IGNORE, as written, each with the column that it is written with. */
  conflicts: { column: string | null; sql: string }[];
  /** By column: a collation other than BINARY. */
  collations: Record<string, string>;
  /** By column: the expression of a generated column, parentheses included. */
  expressions: Record<string, string>;
}

/** @param sql as sqlite_schema holds it, which SQLite itself has parsed. */
export function readCreateTable(sql: string): CreateTableDetails {
  const details: CreateTableDetails = {
    autoincrement: false,
    checks: [],
    references: [],
    namedKeys: [],
    conflicts: [],
    // A column may be called `__proto__`.
    collations: Object.create(null),
    expressions: Object.create(null),
  };
  for (const definition of definitions([...tokens(sql)])) readDefinition(definition, sql, details);
  return details;
}

/** The comma-separated parts between the outer parentheses: columns, then table constraints. */
function definitions(all: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of all) {
    if (token.text === ")" && --depth === 0) return parts;
    if (depth === 1 && token.text === ",") parts.push([]);
    else if (depth > 0) parts.at(-1)?.push(token);
    if (token.text === "(") depth++;
  }
  return parts;
}

const tableConstraints = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

function readDefinition(part: Token[], sql: string, details: CreateTableDetails): void {
  const column =
    part[0] === undefined || tableConstraints.some((word) => isWord(part[0], word)) ? null : nameOf(part[0]);
  let constraint: string | null = null;
  let depth = 0;
  let constraintStart = part[0]?.start ?? 0;
  part.forEach((token, index) => {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth !== 0 || token.kind !== "word" || (index === 0 && column !== null)) return;
    const next = part[index + 1];
    if (["PRIMARY", "UNIQUE", "CHECK", "NOT"].some((word) => isWord(token, word))) constraintStart = token.start;
    switch (token.text.toUpperCase()) {
      case "CONSTRAINT":
        constraint = next === undefined ? null : nameOf(next);
        break;
      case "AUTOINCREMENT":
        details.autoincrement = true;
        break;
      case "CHECK":
        details.checks.push({ name: constraint, column, sql: parenthesized(part, index + 1, sql) });
        constraint = null;
        break;
      case "CONFLICT":
        if (isWord(next, "REPLACE") || isWord(next, "IGNORE"))
          details.conflicts.push({ column, sql: sql.slice(constraintStart, next?.end) });
        break;
      case "COLLATE":
        // Some tools write SQLite's own default out, and in quotes.
        if (column !== null && next !== undefined && nameOf(next).toUpperCase() !== "BINARY")
          details.collations[column] = nameOf(next);
        break;
      case "AS":
        if (column !== null && next?.text === "(") details.expressions[column] = parenthesized(part, index + 1, sql);
        break;
      case "REFERENCES":
        details.references.push({ name: constraint, deferred: initiallyDeferred(part.slice(index)) });
        constraint = null;
        break;
      case "PRIMARY":
      case "UNIQUE":
        if (constraint !== null)
          details.namedKeys.push({ name: constraint, columns: column === null ? listed(part.slice(index)) : [column] });
        constraint = null;
        break;
      case "NULL":
      case "DEFAULT":
        constraint = null;
        break;
    }
  });
}

/** The names at the beginning of each member of the first list in parentheses. */
function listed(after: Token[]): string[] {
  const open = after.findIndex((token) => token.text === "(");
  const close = after.findIndex((token) => token.text === ")");
  return after
    .slice(open, close)
    .flatMap((token, index, all) => (token.text === "(" || token.text === "," ? (all[index + 1] ?? []) : []))
    .map(nameOf);
}

function initiallyDeferred(after: Token[]): boolean {
  const at = after.findIndex((token, index) => isWord(token, "DEFERRABLE") && index > 0);
  return (
    at > 0 && !isWord(after[at - 1], "NOT") && isWord(after[at + 1], "INITIALLY") && isWord(after[at + 2], "DEFERRED")
  );
}

function parenthesized(part: Token[], from: number, sql: string): string {
  let depth = 0;
  for (const token of part.slice(from)) {
    if (token.text === "(") depth++;
    if (token.text === ")" && --depth === 0) return sql.slice(part[from]?.start, token.end);
  }
  return "";
}
