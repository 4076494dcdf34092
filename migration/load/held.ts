/** What tables hold that a run would replace, and what of it the application has written since they were loaded. */
import type { Client } from "pg";
import { qualified } from "../plan/ddl";
import { counted } from "../report/text";

interface LoadedTable {
  target: string;
  loadedRows: string;
}

/**
 * Each table with its rows, such as `orders (112 rows: 100 were loaded, and 14 are new or changed since)`.
 * A row is newer than a run where its transaction is newer than that of the run's own record, which came with the tables.
 */
export async function describeHeld(client: Client, schema: string, tables: string[]): Promise<string[]> {
  const run = await lastRecord(client, schema);
  const held: string[] = [];
  for (const table of tables) {
    const loaded = run?.tables.find(({ target }) => target === table)?.loadedRows;
    const since = loaded === undefined ? "0" : `count(*) FILTER (WHERE age(xmin) < age($1::xid))`;
    const found = await client
      .query<{ rows: string; since: string }>(
        `SELECT count(*)::text AS rows, (${since})::text AS since FROM ${qualified(schema, table)}`,
        loaded === undefined ? [] : [run?.xid],
      )
      .catch(() => null);
    const [row] = found?.rows ?? [];
    held.push(row === undefined ? table : describe(table, row, loaded));
  }
  return held;
}

function describe(table: string, { rows, since }: { rows: string; since: string }, loaded: string | undefined): string {
  const changed = loaded !== undefined && (loaded !== rows || since !== "0");
  if (!changed) return `${table} (${counted(rows, "row")})`;
  const gone = BigInt(loaded) - BigInt(rows) + BigInt(since);
  const parts = [
    `${loaded} were loaded`,
    ...(since === "0" ? [] : [`${since} ${since === "1" ? "is" : "are"} new or changed since`]),
    ...(gone > 0n ? [`${gone} ${gone === 1n ? "is" : "are"} changed or gone`] : []),
  ];
  return `${table} (${counted(rows, "row")}: ${parts.join(", ")})`;
}

/** The ledger's newest record of a schema, and the transaction that wrote it. A role that may not read it knows nothing. */
async function lastRecord(client: Client, schema: string): Promise<{ tables: LoadedTable[]; xid: string } | null> {
  // to_regclass() would fail for a role that may not use the schema.
  const { rows } = await client.query<{ readable: boolean }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'pgstead' AND c.relname = 'runs'`,
  );
  if (rows[0]?.readable !== true) return null;
  const found = await client.query<{ tables: LoadedTable[]; xid: string }>(
    "SELECT tables, xmin::text AS xid FROM pgstead.runs WHERE target_schema = $1 ORDER BY finished DESC LIMIT 1",
    [schema],
  );
  return found.rows[0] ?? null;
}
