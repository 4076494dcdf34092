/** Primary keys, unique constraints and indexes of loaded tables. */
import { type Client, escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, TablePlan } from "../model";
import { createIndex, createKeys, qualified } from "../plan/ddl";
import { hashesLeftBehind, indexLeftBehind, replaceByHashes } from "../plan/indexes";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

/** PostgreSQL's limits (54000: a value of more than about 2700 bytes in a B-tree index; 54011: more than 32 columns), and types without an order (42704). */
const notIndexable = /^(54...|42704)$/;

/** Makes a key or an index. An index that only makes look-ups fast is left behind where PostgreSQL has no room for it; what keeps rows unique is not. */
export async function createKey(
  context: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  name: string,
  sql: string,
): Promise<void> {
  const { client, run, schema } = context;
  try {
    await client.query(sql);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const limit = notIndexable.test(error.code ?? "");
    const index = table.indexes.find((one) => one.name === name);
    const isTranslated = index?.source !== undefined;
    const leave = (reason: string) => {
      plan.leftBehind.push(
        indexLeftBehind(
          name,
          index?.unique ?? true,
          index?.source ?? createKeys(plan.schema, table).find((key) => key.name === name)?.sql ?? null,
          reason,
        ),
      );
      table.indexes = table.indexes.filter((one) => one.name !== name);
      run.log(`left behind: the index ${name} of ${table.source}: ${reason}`);
    };
    if (limit && index !== undefined && !index.unique)
      return leave(
        `PostgreSQL cannot make it: ${error.message}. ${error.code === "54000" ? "Make one on md5() of the column, or a full-text index, in its place" : "Make one on fewer columns in its place"}`,
      );
    if (isTranslated) return leave(`PostgreSQL cannot make it: ${error.message}`);
    if (error.code === "54000" && (await useHashes(context, plan, table, name))) return;
    const next = limit
      ? "PostgreSQL's indexes take values up to about 2700 bytes and 32 columns: drop the constraint in SQLite first, or exclude the table."
      : error.code === "23505"
        ? `Rows that SQLite takes as different are equal here${await equalRows(client, schema, table, name)}: mend them in SQLite first.`
        : "Drop it in SQLite first, and make it by hand afterwards.";
    throw new UserError(
      `The index ${name} of ${table.source} cannot be made: ${error.message}${error.detail ? ` (${error.detail})` : ""}.`,
      next,
      { cause: error },
    );
  }
}

/** Keeps rows unique whose values are too long for an index, by an index on their hashes. @returns whether it could */
async function useHashes(
  { client, run, schema }: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
  name: string,
): Promise<boolean> {
  const replaced = replaceByHashes(table, name);
  if (replaced === null) return false;
  await client.query(createIndex(qualified(schema, table.target), replaced));
  plan.leftBehind.push(hashesLeftBehind(table, name));
  run.log(`${name} of ${table.source} is an index on hashes: its values are too long for one on themselves`);
  return true;
}

const equalRowsShown = 10;

/** The rows that stand in the way of a unique index, by their keys. */
async function equalRows(client: Client, schema: string, table: TablePlan, name: string): Promise<string> {
  const unique = [...(table.primaryKey === null ? [] : [table.primaryKey]), ...table.uniques];
  const columns =
    unique.find((key) => key.name === name)?.columns ??
    table.indexes.find((index) => index.name === name)?.columns.map((column) => column.name) ??
    [];
  const shown = [
    ...new Set([
      ...table.columns.filter((column) => table.shownKey.includes(column.source)).map((column) => column.target),
      ...columns,
    ]),
  ];
  const list = (names: string[]) => names.map(escapeIdentifier).join(", ");
  const { rows } = await client.query<string[]>({
    text: `SELECT ${shown.map((column) => `left(${escapeIdentifier(column)}::text, 60)`).join(", ")}
      FROM (SELECT *, count(*) OVER (PARTITION BY ${list(columns)}) AS "pgstead equal" FROM ${qualified(schema, table.target)}
            WHERE num_nulls(${list(columns)}) = 0) AS r
      WHERE "pgstead equal" > 1 ORDER BY ${list(columns)}, ${list(shown)} LIMIT ${equalRowsShown + 1}`,
    rowMode: "array",
  });
  const row = (values: string[]) => shown.map((column, index) => `${column} ${values[index]}`).join(", ");
  const more = rows.length > equalRowsShown ? "; …" : "";
  return ` (${rows.slice(0, equalRowsShown).map(row).join("; ")}${more})`;
}
