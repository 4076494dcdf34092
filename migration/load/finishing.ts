/** What follows a table's rows, side by side as far as it goes: keys and indexes, statistics, CHECKs, and foreign keys when both tables have their keys. */
import type { MigrationPlan, TablePlan } from "../model";
import { createKeys, qualified } from "../plan/ddl";
import type { Builders, Task } from "./builders";
import { makeChecks } from "./checks";
import { addForeignKeys } from "./foreign-keys";
import { hasGenerated, settleGenerated } from "./generated";
import { groupsOf } from "./groups";
import { createKey } from "./keys";
import type { LoadContext } from "./table";

export class Finishing {
  /** By table: the plan with what the server finds out about that one alone, so that the order in which tables are done does not show. */
  readonly #plans: Map<TablePlan, MigrationPlan>;
  /** By table, those whose foreign keys need its keys: itself, and those that refer to it. */
  readonly #waiting = new Map<TablePlan, TablePlan[]>();
  /** How many tables must have their keys before a table's foreign keys are made. */
  readonly #needed = new Map<TablePlan, number>();
  #withoutKeys: number;
  #withoutRows: number;

  constructor(
    readonly plan: MigrationPlan,
    readonly builders: Builders,
  ) {
    this.#plans = new Map(plan.tables.map((table) => [table, { ...plan, warnings: [], leftBehind: [] }]));
    this.#withoutKeys = plan.tables.length;
    this.#withoutRows = plan.tables.length;
    const byName = new Map(plan.tables.map((table) => [table.target, table]));
    for (const table of plan.tables.filter(({ foreignKeys }) => foreignKeys.length > 0)) {
      const parents = table.foreignKeys.flatMap(({ referencedTable }) => byName.get(referencedTable) ?? []);
      const needed = new Set([table, ...parents]);
      this.#needed.set(table, needed.size);
      for (const one of needed) this.#waiting.set(one, [...(this.#waiting.get(one) ?? []), table]);
    }
  }

  /** All rows of a table are there: begins what can follow. */
  add(table: TablePlan): void {
    this.#addTask(table, (own) => this.#makeKeys(own, table));
    if (--this.#withoutRows === 0) this.builders.join();
  }

  async #makeKeys(own: LoadContext, table: TablePlan): Promise<void> {
    const plan = this.#planOf(table);
    const isConstraint = (name: string) =>
      table.primaryKey?.name === name || table.uniques.some((unique) => unique.name === name);
    if (hasGenerated(table)) await settleGenerated(own, plan, table);
    const keys = createKeys(own.schema, table);
    // Before an index on hashes takes the place of a constraint, which makes it at once.
    const indexes = keys.filter(({ name }) => !isConstraint(name));
    for (const { name, sql } of keys) if (isConstraint(name)) await createKey(own, plan, table, name, sql);
    let left = indexes.length;
    if (left === 0) this.#isKeyed(table);
    for (const { name, sql } of indexes) {
      const make = async (other: LoadContext) => {
        await createKey(other, plan, table, name, sql);
        if (--left === 0) this.#isKeyed(table);
      };
      // A constraint locks its table; indexes of one table can be made side by side.
      this.#addTask(table, make, true);
    }
  }

  #isKeyed(table: TablePlan): void {
    // Where an index was being made, it would wait for that.
    if (!isSmall(table)) this.#addTask(table, (own) => analyze(own, [table]));
    if (table.checks.length > 0) this.#addTask(table, (own) => makeChecks(own, this.#planOf(table), table));
    for (const child of this.#waiting.get(table) ?? []) {
      const needed = (this.#needed.get(child) ?? 0) - 1;
      this.#needed.set(child, needed);
      if (needed === 0) addForeignKeys(this.builders, this.#planOf(child), child);
    }
    if (--this.#withoutKeys > 0) return;
    for (const group of groupsOf(this.plan.tables.filter(isSmall)))
      this.builders.add({ tables: group.map(({ target }) => target), rows: 0, work: (own) => analyze(own, group) });
  }

  #addTask(table: TablePlan, work: Task["work"], shared = false): void {
    this.builders.add({ tables: [table.target], shared, rows: Number(table.rowCount), work });
  }

  /** Waits until all is made. @throws the first failure */
  async finish(): Promise<void> {
    try {
      await this.builders.idle();
    } finally {
      for (const { warnings, leftBehind } of this.#plans.values()) {
        this.plan.warnings.push(...warnings);
        this.plan.leftBehind.push(...leftBehind);
      }
    }
  }

  #planOf(table: TablePlan): MigrationPlan {
    return this.#plans.get(table) ?? this.plan;
  }
}

/** A table whose statistics are made together with others'. */
function isSmall({ rowCount }: TablePlan): boolean {
  return Number(rowCount) < 20_000;
}

async function analyze({ client, schema }: LoadContext, tables: TablePlan[]): Promise<void> {
  await client.query(`ANALYZE ${tables.map(({ target }) => qualified(schema, target)).join(", ")}`);
}
