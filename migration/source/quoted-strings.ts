/**
 * Views with texts in double quotes. SQLite takes "name" as a text where no column is called so, unless it was compiled without that
 * (sqlite.org/quirks.html, 8), as the driver's is: there such a view does not run.
 */
import { messageOf } from "../../support/errors";
import { quoteName, type Sqlite } from "./open";
import { nameOf, type Token, tokens } from "./tokens";

/** The driver's complaint about a name in double quotes that is no column. */
const noColumn = /^no such column: "([\s\S]*)" - should this be a string literal in single-quotes\?$/;
const mostNames = 100;

/** What a view needs to run: its CREATE VIEW, with those names as texts, and its columns. */
export interface Runnable {
  sql: string;
  columns: string[];
}

/**
 * Tries the view as a temporary one, which is left in the connection for the views that read it.
 *
 * @returns null where it does not run for another reason
 */
export function withTexts(db: Sqlite, name: string, createView: string): Runnable | null {
  let sql = createView;
  for (let count = 0; count < mostNames; count++) {
    const tried = tryView(db, name, sql);
    if (typeof tried !== "string") return { sql, columns: tried };
    const wrong = noColumn.exec(tried)?.[1];
    const next = wrong === undefined ? null : textsFor(db, name, sql, wrong);
    if (next === null || next === sql) return null;
    sql = next;
  }
  return null;
}

/** The name stands for a column in some places, perhaps: as a text in all others, it fails only where it is none. */
function textsFor(db: Sqlite, view: string, sql: string, name: string): string | null {
  const found = [...tokens(sql)].filter(
    (token) => token.kind === "quoted name" && token.text.startsWith('"') && nameOf(token) === name,
  );
  const isText = (token: Token) => {
    const tried = tryView(
      db,
      view,
      replaced(
        sql,
        found.filter((other) => other !== token),
      ),
    );
    return typeof tried === "string" && noColumn.exec(tried)?.[1] === name;
  };
  const texts = found.length === 1 ? found : found.filter(isText);
  return texts.length === 0 ? null : replaced(sql, texts);
}

function replaced(sql: string, names: Token[]): string {
  return names.reduceRight(
    (text, token) => `${text.slice(0, token.start)}'${nameOf(token).replaceAll("'", "''")}'${text.slice(token.end)}`,
    sql,
  );
}

/** @returns its columns, or SQLite's error */
function tryView(db: Sqlite, name: string, sql: string): string[] | string {
  try {
    dropTemporary(db, name);
    db.exec(sql.replace(/^CREATE\s+VIEW/i, "CREATE TEMP VIEW"));
    return db
      .prepare(`SELECT * FROM temp.${quoteName(name)}`)
      .columns()
      .map((column) => column.name);
  } catch (error) {
    return messageOf(error);
  }
}

export function dropTemporary(db: Sqlite, view: string): void {
  db.exec(`DROP VIEW IF EXISTS temp.${quoteName(view)}`);
}
