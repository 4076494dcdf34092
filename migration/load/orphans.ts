/** Rows whose foreign key has nothing to refer to, found in the source before the target's constraint would refuse them. */
import type { ExactValue, ForeignKeyPlan, MigrationPlan, TablePlan } from "../model";
import { SetAside } from "../set-aside";
import { becomesNull } from "../source/null-values";
import { quoteName } from "../source/open";
import { TableReader } from "../source/read";
import type { SqliteValue } from "../source/value";
import { withoutGenerated } from "./generated";
import { RowEncoder } from "./row-encoder";
import type { LoadContext } from "./table";

/** Says of a row, by its exact key, why it must be set aside before it is tried. */
export type Exclude = (locator: ExactValue[]) => { code: string; reason: string } | null;

interface Found {
  reason: string;
  rows: SetAside;
}

/** A foreign key between two tables that are loaded. */
export interface Reference {
  table: TablePlan;
  parent: TablePlan;
  key: ForeignKeyPlan;
}

/** The rows without a parent, those that refer to these, and so on. */
export class Orphans {
  readonly #found = new Map<string, Found[]>();
  readonly #all = new SetAside();

  /** @param doomed rows that are known to be set aside for another reason */
  constructor(
    readonly context: Pick<LoadContext, "db" | "run">,
    plan: MigrationPlan,
    readonly doomed: SetAside = new SetAside(),
  ) {
    const references = plan.tables.flatMap((table) => referencesOf(plan, table));
    for (const reference of references) this.#add(reference, "does not exist", withoutParent(context, reference));
    // Those set aside may be the parents of others.
    for (let before = -1; before !== this.#all.count(); ) {
      before = this.#all.count();
      for (const reference of references)
        for (const gone of [this.#all, doomed])
          this.#add(reference, "is set aside", withParentIn(context, reference, gone));
    }
  }

  #add({ table, parent, key }: Reference, what: string, rows: Iterable<SqliteValue[]>): void {
    const found: Found = {
      reason: `Its ${key.columns.join(", ")} refers to a row of ${parent.source} that ${what}.`,
      rows: new SetAside(),
    };
    // A row that does not fit keeps its own reason.
    for (const row of rows)
      if (!this.#all.has(table.source, row) && !this.doomed.has(table.source, row)) found.rows.add(table.source, row);
    this.#all.addAll(found.rows);
    if (found.rows.count() === 0) return;
    this.#found.set(table.source, [...(this.#found.get(table.source) ?? []), found]);
  }

  /** For one table, when those before it are loaded. Null where no row must be left out. */
  exclude(plan: MigrationPlan, table: TablePlan): Exclude | null {
    const found = [...(this.#found.get(table.source) ?? [])];
    for (const { parent, key } of referencesOf(plan, table)) {
      const rows = new SetAside();
      for (const row of withParentIn(this.context, { table, parent, key }, this.context.run.setAside))
        rows.add(table.source, row);
      if (rows.count() > 0)
        found.push({
          reason: `Its ${key.columns.join(", ")} refers to a row of ${parent.source} that was set aside.`,
          rows,
        });
    }
    if (found.length === 0) return null;
    return (locator) => {
      const why = found.find(({ rows }) => rows.has(table.source, locator));
      return why === undefined ? null : { code: "23503", reason: why.reason };
    };
  }
}

/** The rows that do not fit their columns: reads all, and loads none. */
export function unfitRows(context: LoadContext, plan: MigrationPlan): SetAside {
  const unfit = new SetAside();
  for (const parent of plan.tables.filter((one) => plan.tables.some((other) => refersTo(other, one)))) {
    const table = withoutGenerated(parent);
    const reader = new TableReader(context.db, table);
    const encoder = new RowEncoder(table, reader, context.encoding);
    for (const rows of reader.batches(context.batchSize))
      for (const row of rows) if (typeof encoder.encode(row) !== "string") unfit.add(table.source, reader.locator(row));
  }
  return unfit;
}

const refersTo = (table: TablePlan, parent: TablePlan) =>
  table.foreignKeys.some((key) => key.referencedTable === parent.target);

export function referencesOf(plan: MigrationPlan, table: TablePlan): Reference[] {
  return table.foreignKeys.flatMap((key) => {
    const parent = plan.tables.find((other) => other.target === key.referencedTable);
    return parent !== undefined && isWhole(table, parent, key) ? [{ table, parent, key }] : [];
  });
}

const sourceName = (table: TablePlan, target: string) =>
  quoteName(table.columns.find((column) => column.target === target)?.source ?? target);

function match({ table, parent, key }: Reference): string {
  return key.columns
    .map(
      (column, position) =>
        `p.${sourceName(parent, key.referencedColumns[position] ?? "")} = c.${sourceName(table, column)}`,
    )
    .join(" AND ");
}

/** Without those that config makes NULL. */
function notMadeNull(table: TablePlan, target: string): string {
  const column = table.columns.find((one) => one.target === target);
  if (column?.nullFor === undefined) return "";
  return ` AND NOT (${becomesNull(`c.${quoteName(column.source)}`, column.nullFor)})`;
}

function isWhole(table: TablePlan, parent: TablePlan, key: ForeignKeyPlan): boolean {
  return (
    key.columns.every((name) => table.columns.some((column) => column.target === name)) &&
    key.referencedColumns.every((name) => parent.columns.some((column) => column.target === name))
  );
}

const keyOf = (alias: string, table: TablePlan) => table.key.map((name) => `${alias}.${quoteName(name)}`).join(", ");

function withoutParent({ db }: Pick<LoadContext, "db">, reference: Reference): Iterable<SqliteValue[]> {
  const { table, parent, key } = reference;
  const select = db.prepare<[], SqliteValue[]>(
    `SELECT ${keyOf("c", table)} FROM ${quoteName(table.source)} c
     WHERE ${key.columns.map((column) => `c.${sourceName(table, column)} IS NOT NULL${notMadeNull(table, column)}`).join(" AND ")}
     AND NOT EXISTS (SELECT 1 FROM ${quoteName(parent.source)} p WHERE ${match(reference)})`,
  );
  return select.raw().iterate();
}

export function* withParentIn(
  { db }: Pick<LoadContext, "db">,
  reference: Reference,
  gone: SetAside,
): Generator<SqliteValue[]> {
  const { table, parent } = reference;
  if (gone.count(parent.source) === 0) return;
  const select = db.prepare<[], SqliteValue[]>(
    `SELECT ${keyOf("p", parent)}, ${keyOf("c", table)}
     FROM ${quoteName(table.source)} c JOIN ${quoteName(parent.source)} p ON ${match(reference)}`,
  );
  for (const row of select.raw().iterate())
    if (gone.has(parent.source, row.slice(0, parent.key.length))) yield row.slice(parent.key.length);
}
