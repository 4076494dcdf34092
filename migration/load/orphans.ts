/** Rows whose foreign key has nothing to refer to, found in the source before the target's constraint would refuse them. */
import type { ExactValue, ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { quoteName } from "../source/open";
import { exactValue, type SqliteValue } from "../source/value";
import type { LoadContext } from "./table";

/** @returns says of a row, by its exact key, why it must be set aside, or null where no row must be */
export function findOrphans(
  context: LoadContext,
  plan: MigrationPlan,
  table: TablePlan,
): ((locator: ExactValue[]) => { code: string; reason: string } | null) | null {
  const found = new Map<string, { code: string; reason: string }>();
  for (const key of table.foreignKeys) {
    const parent = plan.tables.find((other) => other.target === key.referencedTable);
    if (parent === undefined) continue;
    const why = (what: string) => ({
      code: "23503",
      reason: `Its ${key.columns.join(", ")} refers to a row of ${parent.source} that ${what}.`,
    });
    for (const locator of withoutParent(context, table, parent, key))
      found.set(JSON.stringify(locator), why("does not exist"));
    for (const locator of withParentSetAside(context, table, parent, key))
      found.set(JSON.stringify(locator), why("was set aside"));
  }
  return found.size === 0 ? null : (locator) => found.get(JSON.stringify(locator)) ?? null;
}

const sourceName = (table: TablePlan, target: string) =>
  quoteName(table.columns.find((column) => column.target === target)?.source ?? target);

function match(table: TablePlan, parent: TablePlan, key: ForeignKeyPlan): string {
  return key.columns
    .map(
      (column, position) =>
        `p.${sourceName(parent, key.referencedColumns[position] ?? "")} = c.${sourceName(table, column)}`,
    )
    .join(" AND ");
}

function isWhole(table: TablePlan, parent: TablePlan, key: ForeignKeyPlan): boolean {
  return (
    key.columns.every((name) => table.columns.some((column) => column.target === name)) &&
    key.referencedColumns.every((name) => parent.columns.some((column) => column.target === name))
  );
}

function* withoutParent(
  { db }: LoadContext,
  table: TablePlan,
  parent: TablePlan,
  key: ForeignKeyPlan,
): Generator<ExactValue[]> {
  if (!isWhole(table, parent, key)) return;
  const select = db.prepare<[], SqliteValue[]>(
    `SELECT ${table.key.map((name) => `c.${quoteName(name)}`).join(", ")} FROM ${quoteName(table.source)} c
     WHERE ${key.columns.map((column) => `c.${sourceName(table, column)} IS NOT NULL`).join(" AND ")}
     AND NOT EXISTS (SELECT 1 FROM ${quoteName(parent.source)} p WHERE ${match(table, parent, key)})`,
  );
  for (const row of select.raw().iterate()) yield row.map(exactValue);
}

function* withParentSetAside(
  { db, run }: LoadContext,
  table: TablePlan,
  parent: TablePlan,
  key: ForeignKeyPlan,
): Generator<ExactValue[]> {
  const setAside = new Set(
    run.rejects.filter((row) => row.table === parent.source).map((row) => JSON.stringify(row.locator)),
  );
  if (setAside.size === 0 || !isWhole(table, parent, key)) return;
  const select = db.prepare<[], SqliteValue[]>(
    `SELECT ${[...parent.key.map((name) => `p.${quoteName(name)}`), ...table.key.map((name) => `c.${quoteName(name)}`)].join(", ")}
     FROM ${quoteName(table.source)} c JOIN ${quoteName(parent.source)} p ON ${match(table, parent, key)}`,
  );
  for (const row of select.raw().iterate())
    if (setAside.has(JSON.stringify(row.slice(0, parent.key.length).map(exactValue))))
      yield row.slice(parent.key.length).map(exactValue);
}
