/** SQLite's own grammar at work: texts of the schema become trees. */
import { type CreateIndexStmt, type CreateTableStmt, type Expr, parseStmt, type Stmt } from "sqlite3-parser";
import { Untranslatable } from "./scope";

/** Parses one statement. @throws Untranslatable on a syntax error */
export function parseStatement(sql: string): Stmt {
  const result = parseStmt(sql);
  if (result.status === "error")
    throw new Untranslatable(`the parser cannot read it: ${result.errors[0]?.message ?? "syntax error"}`);
  return result.root;
}

/** An expression, with the text that its spans count in: see Scope.text. */
export interface ParsedExpression {
  expression: Expr;
  text: string;
}

const before = "SELECT ";

/** Parses an expression, such as a DEFAULT's or the inside of a CHECK. @throws Untranslatable on a syntax error */
export function parseExpression(sql: string): ParsedExpression {
  const text = `${before}${sql}`;
  const statement = parseStatement(text);
  const select = statement.type === "SelectStmt" ? statement.body.select : null;
  const column = select?.type === "SelectFrom" && select.columns.length === 1 ? select.columns[0] : undefined;
  if (
    column?.type !== "ExprResultColumn" ||
    column.alias !== undefined ||
    select?.type !== "SelectFrom" ||
    select.from !== undefined
  )
    throw new Untranslatable("the parser does not take it for an expression");
  return { expression: column.expr, text };
}

/** @throws Untranslatable where the text is no CREATE TABLE */
export function parseCreateTable(sql: string): CreateTableStmt {
  const statement = parseStatement(sql);
  if (statement.type !== "CreateTableStmt") throw new Untranslatable("it is no CREATE TABLE");
  return statement;
}

/** @throws Untranslatable where the text is no CREATE INDEX */
export function parseCreateIndex(sql: string): CreateIndexStmt {
  const statement = parseStatement(sql);
  if (statement.type !== "CreateIndexStmt") throw new Untranslatable("it is no CREATE INDEX");
  return statement;
}
