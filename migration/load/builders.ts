/** The connections that make keys and indexes side by side, with the memory that this takes. */
import type { Client } from "pg";
import { messageOf } from "../../support/errors";
import { connect, type PostgresTarget } from "../../support/postgres";
import { handRound } from "../crew";
import { loadingSession } from "./part-loader";
import type { LoadContext } from "./table";

/** Two keep the processors of a small machine busy; on a larger one each may have helpers (max_parallel_maintenance_workers). */
const connections = 2;

/**
 * A sort in memory: no less than the server's own setting, and at most a quarter of a gigabyte or what its buffers have, which were chosen
 * by somebody who knew the machine.
 */
const sortMemory = `SELECT set_config('maintenance_work_mem', greatest(
  pg_size_bytes(current_setting('maintenance_work_mem')), least(pg_size_bytes('256MB'), pg_size_bytes(current_setting('shared_buffers')))) / 1024 || 'kB', false)`;

export class Builders {
  readonly #contexts: LoadContext[];

  private constructor(
    readonly own: LoadContext,
    readonly others: Client[],
  ) {
    this.#contexts = [own, ...others.map((client) => ({ ...own, client }))];
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
    const builders = new Builders(context, others);
    for (const { client } of builders.#contexts) {
      await client.query(sortMemory);
      // Two at work already have the processors of a small machine.
      if (others.length > 0) await client.query("SET max_parallel_maintenance_workers TO 1");
    }
    return builders;
  }

  /** Does a piece of work for each task, several at a time. */
  async each<T>(tasks: T[], work: (context: LoadContext, task: T) => Promise<void>): Promise<void> {
    await handRound(this.#contexts, tasks, work);
  }

  async close(): Promise<void> {
    await Promise.all(this.others.map((client) => client.end().catch(() => {})));
  }
}
