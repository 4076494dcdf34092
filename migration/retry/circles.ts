/**
 * Rows that refer to each other, in a circle of rows or of tables, of which none can be loaded before another: the database checks foreign keys at
 * the end of a statement, so that one statement takes them all, whatever the tables.
 */
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { isAboutRows } from "../load/copy";
import { CopyExchange } from "../load/copy-exchange";
import type { TargetTable } from "../load/target-tables";
import type { TablePlan } from "../model";
import { qualified } from "../plan/ddl";
import type { RejectLine } from "../rejects-file";

/** Rows of one table that were refused for want of a parent, as lines of COPY's text format. */
export interface Circle {
  table: TablePlan;
  target: TargetTable;
  rows: { line: RejectLine; text: string }[];
}

const place = "pgstead_place";

/**
 * Loads the rows whose parents are all in the target or among them.
 *
 * @returns the lines that were loaded: all that can be, or none where the server refuses one of them for another reason, or gives the role no temporary tables
 */
export async function loadCircles(client: Client, schema: string, circles: Circle[]): Promise<RejectLine[]> {
  if (circles.length === 0) return [];
  await client.query("SAVEPOINT pgstead_circle");
  try {
    for (const [i, circle] of circles.entries()) await stage(client, schema, circle, i);
    await dropOrphans(client, schema, circles);
    const loaded = await stagedRows(client, circles);
    const taken = loaded.length === 0 ? 0 : await insertAll(client, schema, circles);
    for (const i of circles.keys()) await client.query(`DROP TABLE ${staged(i)}`);
    // A trigger may keep a row out.
    if (taken !== loaded.length) {
      await client.query("ROLLBACK TO SAVEPOINT pgstead_circle");
      return [];
    }
    await client.query("RELEASE SAVEPOINT pgstead_circle");
    return loaded;
  } catch (error) {
    const mayNotStage = error instanceof DatabaseError && error.code === "42501";
    if (!(error instanceof DatabaseError) || !(isAboutRows(error) || mayNotStage)) throw error;
    await client.query("ROLLBACK TO SAVEPOINT pgstead_circle");
    return [];
  }
}

const staged = (i: number) => `pg_temp.pgstead_circle_${i}`;
const names = ({ table }: Circle) => table.columns.map(({ target }) => escapeIdentifier(target)).join(", ");

async function stage(client: Client, schema: string, circle: Circle, i: number): Promise<void> {
  const from = qualified(schema, circle.table.target);
  await client.query(
    `CREATE TEMP TABLE pgstead_circle_${i} ON COMMIT DROP AS SELECT ${names(circle)}, 0 AS ${place} FROM ${from} WITH NO DATA`,
  );
  const lines = circle.rows.map(({ text }, n) => Buffer.from(text.replace(/\n$/, `\t${n}\n`)));
  await client.query(new CopyExchange(`COPY ${staged(i)} FROM STDIN`, lines)).done;
}

/** Takes out rows without a parent, until each has one. */
async function dropOrphans(client: Client, schema: string, circles: Circle[]): Promise<void> {
  for (let before = -1, dropped = 0; before !== dropped; ) {
    before = dropped;
    for (const [i, { target }] of circles.entries())
      for (const key of target.foreignKeys) {
        const columns = key.columns.map((column) => `c.${escapeIdentifier(column)}`);
        const match = columns.map((column, n) => `p.${escapeIdentifier(key.referencedColumns[n] ?? "")} = ${column}`);
        const without = (parent: string) => `NOT EXISTS (SELECT FROM ${parent} AS p WHERE ${match.join(" AND ")})`;
        const among = circles.findIndex(
          ({ table }) => key.referencedSchema === schema && table.target === key.referencedTable,
        );
        const { rowCount } = await client.query(
          `DELETE FROM ${staged(i)} AS c WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(" AND ")}
             AND ${without(qualified(key.referencedSchema, key.referencedTable))}${among < 0 ? "" : ` AND ${without(staged(among))}`}`,
        );
        dropped += rowCount ?? 0;
      }
  }
}

async function stagedRows(client: Client, circles: Circle[]): Promise<RejectLine[]> {
  const lines: RejectLine[] = [];
  for (const [i, { rows }] of circles.entries()) {
    const found = await client.query<{ place: number }>(`SELECT ${place} AS place FROM ${staged(i)} ORDER BY 1`);
    lines.push(...found.rows.flatMap((row) => rows[row.place]?.line ?? []));
  }
  return lines;
}

/** @returns how many rows the tables took */
async function insertAll(client: Client, schema: string, circles: Circle[]): Promise<number> {
  const inserts = circles.map(
    (circle, i) =>
      `i${i} AS (INSERT INTO ${qualified(schema, circle.table.target)} (${names(circle)}) OVERRIDING SYSTEM VALUE SELECT ${names(circle)} FROM ${staged(i)} RETURNING 1)`,
  );
  const counts = circles.map((_, i) => `(SELECT count(*) FROM i${i})`);
  const { rows } = await client.query<{ taken: string }>(
    `WITH ${inserts.join(", ")} SELECT ${counts.join(" + ")} AS taken`,
  );
  return Number(rows[0]?.taken);
}
