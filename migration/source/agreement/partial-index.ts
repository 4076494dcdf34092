/** The conditions of partial indexes that need no SQL to be understood. */
import { isWord, nameOf, type Token, tokens } from "../tokens";

export interface Condition {
  column: string;
  isNull: boolean;
}

/**
 * @param sql a CREATE INDEX statement with a WHERE, as sqlite_schema holds it
 * @returns what must be true of a row, all of it: null where that is anything but IS NULL and IS NOT NULL
 */
export function conditionsOf(sql: string): Condition[] | null {
  const all = [...tokens(sql)];
  const conditions: Condition[] = [];
  for (let at = endOfColumns(all); ; ) {
    const [before, name, is, not] = all.slice(at, at + 4);
    if (!isWord(before, conditions.length === 0 ? "WHERE" : "AND")) return null;
    const isNull = !isWord(not, "NOT");
    const end = at + (isNull ? 4 : 5);
    if (!isColumn(name) || !isWord(is, "IS") || !isWord(all[end - 1], "NULL")) return null;
    conditions.push({ column: nameOf(name), isNull });
    if (end === all.length) return conditions;
    at = end;
  }
}

/** Behind the parenthesis that closes the list of columns. */
function endOfColumns(all: Token[]): number {
  let depth = 0;
  const closing = all.findIndex(({ text }) => {
    if (text === "(") depth++;
    return text === ")" && --depth === 0;
  });
  return closing < 0 ? all.length : closing + 1;
}

/** Words that are values where no column is called so, or even then. */
const values = /^(null|true|false|current_(date|time|timestamp))$/i;

function isColumn(token: Token | undefined): token is Token {
  return token?.kind === "quoted name" || (token?.kind === "word" && !values.test(token.text));
}
