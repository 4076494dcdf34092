/** COPY of one batch; where the server refuses it, its bad rows are found by halving, and the others stay. */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import type { TablePlan } from "../model";
import { qualified } from "../plan/ddl";
import { CopyExchange } from "./copy-exchange";

export interface CopyTarget {
  client: Client;
  sql: string;
  /** Whether a transaction is open that a refused batch must not end. */
  inTransaction: boolean;
}

/** The columns that take values. */
export function copiedColumns(table: TablePlan): TablePlan["columns"] {
  return table.columns.filter((column) => column.generated === undefined);
}

export function copyInto(client: Client, schema: string, table: TablePlan, inTransaction: boolean): CopyTarget {
  const columns = copiedColumns(table)
    .map((column) => escapeIdentifier(column.target))
    .join(", ");
  return { client, inTransaction, sql: `COPY ${qualified(schema, table.target)} (${columns}) FROM STDIN` };
}

/**
 * Copies lines, each a row.
 *
 * @param refuse is told of each line that the server refuses, by position
 * @throws what is not the fault of a row, such as a full disk or a lost connection
 */
export async function copyLines(
  target: CopyTarget,
  lines: string[],
  refuse: (position: number, error: DatabaseError) => void,
  offset = 0,
): Promise<void> {
  if (lines.length === 0) return;
  try {
    await copyOnce(target, lines);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !isAboutRows(error)) throw error;
    if (lines.length === 1) return refuse(offset, error);
    const half = lines.length >> 1;
    await copyLines(target, lines.slice(0, half), refuse, offset);
    await copyLines(target, lines.slice(half), refuse, offset + half);
  }
}

async function copyOnce({ client, sql, inTransaction }: CopyTarget, lines: string[]): Promise<void> {
  const statement = inTransaction ? `SAVEPOINT pgstead_batch; ${sql}; RELEASE SAVEPOINT pgstead_batch` : sql;
  try {
    await client.query(new CopyExchange(statement, chunks(lines))).done;
  } catch (error) {
    if (inTransaction && error instanceof DatabaseError)
      await client.query("ROLLBACK TO SAVEPOINT pgstead_batch; RELEASE SAVEPOINT pgstead_batch");
    throw error;
  }
}

const chunkCharacters = 256 * 1024;

function* chunks(lines: string[]): Generator<Buffer> {
  let text = "";
  for (const line of lines) {
    text += line;
    if (text.length < chunkCharacters) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

/** Data exception, integrity violation, raised by a trigger, a row too large: SQLSTATE classes 22, 23, P0 and 54. */
export function isAboutRows(error: DatabaseError): boolean {
  return /^(22|23|P0|54)/.test(error.code ?? "");
}

/** The target column that an error is about, where the server says so. */
export function columnOf(error: DatabaseError): string | null {
  if (error.column !== undefined) return error.column;
  return /, column (.+?)(?:: "|: null|$)/.exec(error.where?.split("\n")[0] ?? "")?.[1] ?? null;
}

/** Why the server refuses a row: the SQLSTATE, and a sentence. */
export function refusalOf({ code = "", message }: DatabaseError): { code: string; reason: string } {
  const tooBig = /^row is too big: size (\d+), maximum size (\d+)$/.exec(message);
  if (tooBig === null) return { code, reason: message };
  return {
    code,
    reason: `PostgreSQL keeps a row in one page, which takes ${tooBig[2]} bytes, and this one needs ${tooBig[1]} even with its long values outside. Divide its table into two with fewer columns, or leave it behind by excludeTables.`,
  };
}
