/**
 * Rows that were set aside and loaded later. The copy of the source that is compared gets the values with which they were loaded, where these were mended:
 * then every check looks at these rows as at all others.
 */
import Database from "better-sqlite3";
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { messageOf } from "../../support/errors";
import type { Check, ExactValue, TablePlan } from "../model";
import { counted } from "../report/text";
import { textBytes } from "../retry/read-rows";
import { type RetriedRow, readRetried } from "../retry/retried";
import { SetAside } from "../set-aside";

export interface LoadedLater {
  /** The rows that the target is to hold. */
  rows: SetAside;
  /** None where nothing was loaded later. */
  checks: Check[];
  notProved: string[];
}

const shownMended = 5;

/**
 * @param aside what the run set aside
 * @param copy a copy of the source, which is changed
 */
export async function expectLoadedLater(
  client: Client,
  run: string,
  aside: SetAside,
  copy: string,
  tables: TablePlan[],
): Promise<LoadedLater> {
  const started = performance.now();
  const later: LoadedLater = { rows: new SetAside(), checks: [], notProved: [] };
  const retried = await readRetried(client, run).catch((error) => {
    // Insufficient privilege.
    if (!(error instanceof DatabaseError) || error.code !== "42501") throw error;
    later.notProved.push(
      "Whether rows were loaded later could not be read from pgstead.retried: all rows that the run set aside are taken as not in the target.",
    );
    return [];
  });
  const expected = retried.filter(({ table }) => tables.some(({ source }) => source === table));
  if (expected.length === 0) return later;
  const failures: string[] = [];
  const mended: string[] = [];
  const db = new Database(copy);
  try {
    open(db);
    for (const row of expected) {
      const table = tables.find(({ source }) => source === row.table) as TablePlan;
      const name = `${row.table} ${JSON.stringify(row.locator)}`;
      try {
        if (!aside.has(row.table, row.locator)) throw new Error("the run did not set such a row aside");
        const columns = mend(db, table, row);
        if (columns.length > 0) mended.push(`${name}: ${columns.join(", ")}`);
        later.rows.add(row.table, row.locator);
      } catch (error) {
        failures.push(`${name}: ${messageOf(error)}`);
      }
    }
    db.exec("COMMIT");
  } finally {
    db.close();
  }
  later.checks.push({
    name: "rows loaded later",
    table: null,
    status: failures.length === 0 ? "passed" : "failed",
    source: `${counted(later.rows.count(), "row")} set aside by the run ${run} and expected, ${mended.length} of them mended`,
    target: `${counted(expected.length, "row")} in pgstead.retried`,
    sql: null,
    detail: failures.length === 0 ? null : `not comparable with the source: ${failures.join("; ")}`,
    durationMs: Math.round(performance.now() - started),
  });
  if (mended.length > 0)
    later.notProved.push(
      `${counted(mended.length, "row")} had other values than SQLite's when loaded later, and ${mended.length === 1 ? "was" : "were"} compared with those recorded in pgstead.retried: ${mended.slice(0, shownMended).join("; ")}${mended.length > shownMended ? "; …" : ""}.`,
    );
  return later;
}

/** Nothing but the values themselves is to change, whatever the application's rules. */
function open(db: Database.Database): void {
  db.unsafeMode(true);
  db.defaultSafeIntegers(true);
  db.pragma("foreign_keys = OFF");
  db.pragma("ignore_check_constraints = ON");
  db.exec("BEGIN");
  const triggers = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${escapeIdentifier(trigger)}`);
}

type Bound = null | bigint | number | Buffer;

/** A text as its bytes, which a statement casts back. */
function bound(value: ExactValue, encoding: string): Bound {
  if (value.t === "null") return null;
  if ("base64" in value) return Buffer.from(value.base64, "base64");
  if (value.t === "text") return textBytes(value.v, encoding);
  return value.t === "integer" ? BigInt(value.v) : Number(value.v);
}

const parameter = ({ t }: ExactValue) => (t === "text" ? "CAST(? AS TEXT)" : "?");

/** Gives a row its new values. @returns the columns whose values are others than before */
function mend(db: Database.Database, table: TablePlan, { locator, row }: RetriedRow): string[] {
  const encoding = String(db.pragma("encoding", { simple: true }));
  const name = `main.${escapeIdentifier(table.source)}`;
  const where = table.key
    .map((column, i) => `${escapeIdentifier(column)} IS ${parameter(locator[i] ?? { t: "null" })}`)
    .join(" AND ");
  const key = locator.map((value) => bound(value, encoding));
  const different: [column: string, value: ExactValue][] = [];
  for (const { source } of table.columns) {
    const value = row[source];
    if (value === undefined) throw new Error(`its record has no ${source}`);
    const column = escapeIdentifier(source);
    const [found] = db
      .prepare<Bound[], [string, Bound]>(
        `SELECT typeof(${column}), CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END FROM ${name} NOT INDEXED WHERE ${where}`,
      )
      .raw()
      .all(...key);
    if (found === undefined) throw new Error("the source has no such row");
    if (!isSame(found, value.t, bound(value, encoding))) different.push([source, value]);
  }
  if (different.length === 0) return [];
  const set = different.map(([column, value]) => `${escapeIdentifier(column)} = ${parameter(value)}`).join(", ");
  const { changes } = db
    .prepare(`UPDATE ${name} SET ${set} WHERE ${where}`)
    .run(...different.map(([, value]) => bound(value, encoding)), ...key);
  if (changes !== 1) throw new Error(`${changes} rows have its key`);
  return different.map(([column]) => column);
}

function isSame([type, found]: [string, Bound], expectedType: string, expected: Bound): boolean {
  if (type !== expectedType) return false;
  return Buffer.isBuffer(found) && Buffer.isBuffer(expected) ? found.equals(expected) : Object.is(found, expected);
}
