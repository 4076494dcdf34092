/** Primary keys, unique constraints and identities. */
import type { ColumnPlan, SourceTable, TablePlan } from "../model";
import { columnPlan, targetName } from "./find-column";
import type { Namespace } from "./names";
import { renamed } from "./renamed";

/** The columns that order a table's rows and tell them apart, and those that name a row to people. */
export function keysOf(table: SourceTable): Pick<TablePlan, "key" | "shownKey"> {
  const primaryKey = table.columns
    .filter((column) => column.keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
    .map((column) => column.name);
  const all = table.columns.map((column) => column.name);
  const key = table.rowidName !== null ? [table.rowidName] : primaryKey.length > 0 ? primaryKey : all;
  return { key, shownKey: primaryKey.length > 0 ? primaryKey : key };
}

export function planKeys(source: SourceTable, table: TablePlan, relations: Namespace, warnings: string[]): void {
  const key = source.columns
    .filter((column) => column.keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
    .map((column) => column.name);
  if (key.length > 0) {
    const columns = key.map((name) => targetName(table, name));
    const named = ownName(source, key);
    const withNull = key.filter((name) => columnPlan(table, name)?.profile?.storage.null !== undefined);
    if (withNull.length === 0) {
      table.primaryKey = { name: relations.take(named ?? `${table.target}_pkey`), columns };
      if (named !== null)
        warnings.push(...renamed("The primary key", named, table.primaryKey.name, relations.wanted(named)));
      for (const name of key) {
        const column = columnPlan(table, name);
        if (column !== undefined) column.notNull = true;
      }
    } else {
      table.uniques.push({ name: relations.take(named ?? `${table.target}_${columns.join("_")}_key`), columns });
      warnings.push(
        `The primary key of ${source.name} holds NULL in ${withNull.join(", ")}, which SQLite allows: it becomes a unique constraint, and the table has no primary key.`,
      );
    }
  }
  for (const index of source.indexes)
    if (index.origin === "unique") {
      const columns = index.columns.map((column) => targetName(table, column.name ?? ""));
      const named = ownName(
        source,
        index.columns.map((column) => column.name ?? ""),
      );
      const name = relations.take(named ?? `${table.target}_${columns.join("_")}_key`);
      if (named !== null) warnings.push(...renamed("The unique constraint", named, name, relations.wanted(named)));
      table.uniques.push({ name, columns });
    }
  const identity = table.columns.find((column) => column.identity);
  if (identity !== undefined && isLast(identity, source.sequence)) {
    identity.identity = false;
    identity.reason = "SQLite's rowid, of which the last possible value is used.";
    warnings.push(
      `${source.name}.${identity.source} holds the last key that there is (${lastOf(identity)}), so that PostgreSQL cannot give out a next one: it has no identity, and the application must give its keys.`,
    );
  } else if (identity !== undefined) {
    table.identitySequence = relations.take(`${table.target}_${identity.target}_seq`);
    table.nextIdentity = nextIdentity(identity.profile?.maxInteger ?? null, source.sequence);
  }
  for (const column of source.columns)
    if (column.notNull && columnPlan(table, column.name)?.notNull === false)
      warnings.push(
        columnPlan(table, column.name)?.profile?.becomeNull === undefined
          ? `${source.name}.${column.name} is declared NOT NULL and holds NULL all the same: it comes over without NOT NULL.`
          : `${source.name}.${column.name} is declared NOT NULL, and config makes values of it NULL: it comes over without NOT NULL.`,
      );
}

/** The CONSTRAINT name of the key over these columns, or null. */
function ownName(source: SourceTable, columns: string[]): string | null {
  const form = (names: string[]) => JSON.stringify(names.map((name) => name.toLowerCase()));
  return source.namedKeys.find((key) => form(key.columns) === form(columns))?.name ?? null;
}

const lastIdentity = 2n ** 63n - 1n;

/** The greatest that a column's sequence can give. */
function lastOf(column: ColumnPlan): bigint {
  return column.type.kind === "smallint"
    ? 2n ** 15n - 1n
    : column.type.kind === "integer"
      ? 2n ** 31n - 1n
      : lastIdentity;
}

/** Whether no key can come after those in the table and those ever given out. SQLite then looks for a free one by chance. */
function isLast(column: ColumnPlan, sequence: string | null): boolean {
  return [column.profile?.maxInteger ?? null, sequence].some(
    (value) => value !== null && /^-?\d+$/.test(value) && BigInt(value) >= lastOf(column),
  );
}

/** Past every key in the table and every key ever given out. */
export function nextIdentity(greatest: string | null, sequence: string | null): string {
  const values = [greatest, sequence].flatMap((value) =>
    value !== null && /^-?\d+$/.test(value) ? [BigInt(value) + 1n] : [],
  );
  let next = 1n;
  for (const value of values) if (value > next) next = value;
  return (next > lastIdentity ? lastIdentity : next).toString();
}
