/** The connections that make keys and indexes side by side, with the memory that is best for it. */
import { availableParallelism } from "node:os";
import type { Client } from "pg";
import { messageOf } from "../../support/errors";
import { connect, explainLoss, type PostgresTarget } from "../../support/postgres";
import { loadingSession } from "./part-loader";
import type { LoadContext } from "./table";

/** Two keep the processors of a small machine busy; on a larger one each may have helpers (max_parallel_maintenance_workers). */
const connections = 2;

const withoutHelpers = "SET max_parallel_maintenance_workers TO 0";

/**
 * What sorts in a processor's own cache is done sooner than what sorts in one go: at 8 MB, an eighth of the default, keys took 12 % less than at 256 MB and
 * foreign keys, whose rows are joined with as much, half (docs/performance.md). Runs of it are merged at most twice up to a hundred million rows.
 */
const inCache = `SET maintenance_work_mem TO '8MB'; ${withoutHelpers}`;

/** No less than the server's own setting, and at most a quarter of a gigabyte or what its buffers have, which were chosen by somebody who knew the machine. */
const inMemory = `SELECT set_config('maintenance_work_mem', greatest(
  pg_size_bytes(current_setting('maintenance_work_mem')), least(pg_size_bytes('256MB'), pg_size_bytes(current_setting('shared_buffers')))) / 1024 || 'kB', false)`;

/** A piece of work over one connection. */
type Work = (own: LoadContext) => Promise<void>;

export interface Task {
  /** The tables that it locks, by their names in the target. */
  tables: string[];
  /** Whether others of the kind may lock them too, as makers of indexes may. */
  shared?: boolean;
  /** How many rows it goes through. */
  rows: number;
  work: Work;
}

/**
 * A task is begun as soon as a connection is free and no other has locked its tables: on the server it would wait for that one, and its connection with it.
 * Those with the most rows go first, so that all connections are done at about the same time.
 */
export class Builders {
  readonly #free: LoadContext[];
  readonly #waiting: Task[] = [];
  /** By table that is locked: how many share it, or 0. */
  readonly #locked = new Map<string, number>();
  readonly #failures: unknown[] = [];
  #busy = 0;
  #joined = false;
  #onIdle: () => void = () => {};

  private constructor(
    readonly own: LoadContext,
    readonly others: Client[],
  ) {
    this.#free = others.map((client) => ({ ...own, client }));
  }

  /** Connects once more, where the server lets the role do so. @param target null: with the run's connection alone */
  static async open(context: LoadContext, target: PostgresTarget | null): Promise<Builders> {
    const others: Client[] = [];
    for (let count = 1; target !== null && count < connections; count++)
      try {
        const client = await connect(target);
        others.push(client);
        await client.query(loadingSession);
      } catch (error) {
        context.run.log(`a connection less to make keys with: ${messageOf(error)}`);
      }
    const settings = await sortSettings(context.client, others.length > 0);
    for (const client of [context.client, ...others]) await client.query(settings);
    return new Builders(context, others);
  }

  /** Adds a task, whose work may add more. */
  add(task: Task): void {
    this.#waiting.push({ ...task, tables: [...new Set(task.tables)] });
    this.#begin();
  }

  #begin(): void {
    while (this.#failures.length === 0 && this.#free.length > 0) {
      const task = this.#next();
      if (task === null) break;
      void this.#do(task, this.#free.pop() as LoadContext);
    }
    if (this.#busy === 0) this.#onIdle();
  }

  #next(): Task | null {
    let next: Task | null = null;
    for (const task of this.#waiting) if (task.rows > (next?.rows ?? -1) && this.#mayLock(task)) next = task;
    if (next !== null) this.#waiting.splice(this.#waiting.indexOf(next), 1);
    return next;
  }

  #mayLock({ tables, shared = false }: Task): boolean {
    return tables.every((table) => {
      const sharers = this.#locked.get(table);
      return sharers === undefined || (shared && sharers > 0);
    });
  }

  #lock({ tables, shared = false }: Task): void {
    for (const table of tables) this.#locked.set(table, shared ? (this.#locked.get(table) ?? 0) + 1 : 0);
  }

  #unlock({ tables }: Task): void {
    for (const table of tables) {
      const left = (this.#locked.get(table) ?? 0) - 1;
      if (left > 0) this.#locked.set(table, left);
      else this.#locked.delete(table);
    }
  }

  async #do(task: Task, context: LoadContext): Promise<void> {
    this.#busy++;
    this.#lock(task);
    try {
      await task.work(context);
    } catch (error) {
      this.#failures.push(await explainLoss(error, context.client));
    }
    this.#unlock(task);
    this.#busy--;
    this.#free.push(context);
    this.#begin();
  }

  /** The run's own connection, which is needed for nothing else any more, makes keys too. */
  join(): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#free.push(this.own);
    this.#begin();
  }

  /** Waits until all work is done. @throws the first failure, after which no more work is begun */
  async idle(): Promise<void> {
    this.join();
    if (this.#busy > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Begins no more work, and lets what is under way end. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    if (this.#busy > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await Promise.all(this.others.map((client) => client.end().catch(() => {})));
  }
}

/** @param several whether more than one connection makes keys */
async function sortSettings(client: Client, several: boolean): Promise<string> {
  const { rows } = await client.query("SELECT current_setting('temp_file_limit') AS most");
  // Short runs go through files, and so do the rows of helpers.
  if (rows[0]?.most !== "-1") return `${inMemory}; ${withoutHelpers}`;
  // Two at work have the processors of a small machine already. Helpers get 32 MB each at least, or the server gives none.
  return several && availableParallelism() <= connections ? inCache : inMemory;
}
