/** The threads of a run, among which parts of tables are handed round. */
import { availableParallelism } from "node:os";
import { StandingThread } from "../support/standing-thread";

/** Below this a run is over before threads have started. */
const worthThreads = 24 * 1024 * 1024;
/** More readers than this wait for the server. */
const mostThreads = 4;
/** A thread makes rows more than twice as fast as a session of the server takes them, which wants a processor too; and V8 compiles anew in each thread. */
const processorsPerThread = 2;
/** Rows go by as bytes: few values are made. */
const youngMegabytes = 8;

/** What the threads do, loaded while they have nothing to do yet. */
const modules = ["./source/paged-source", "./load/part-loader"].map((path) => require.resolve(path));

/** How many threads read a source of so many bytes, each of which loads over a connection of its own; 0 where the run's own thread does it. */
export function threadsFor(bytes: number): number {
  return bytes < worthThreads ? 0 : Math.min(mostThreads, Math.ceil(availableParallelism() / processorsPerThread));
}

export class Crew {
  readonly threads: StandingThread[];

  /** @param bytes of the source */
  constructor(bytes: number) {
    this.threads = Array.from({ length: threadsFor(bytes) }, () => new StandingThread(modules, youngMegabytes));
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}

/** Hands tasks to workers, each the next when it is done with one. The first failure ends it, when the others have finished theirs. */
export async function handRound<W, T>(
  workers: W[],
  tasks: T[],
  work: (worker: W, task: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const taken = await Promise.allSettled(
    workers.map(async (worker) => {
      while (next < tasks.length && failures.length === 0) {
        try {
          await work(worker, tasks[next++] as T);
        } catch (error) {
          failures.push(error);
        }
      }
    }),
  );
  void taken;
  if (failures.length > 0) throw failures[0];
}

/** A table's leaves in parts: large ones, so that a COPY is worth its beginning, and several, so that all threads end at about the same time. */
export function partsOf(leaves: Uint32Array, pageSize: number): Uint32Array[] {
  const least = Math.ceil((1024 * 1024) / pageSize);
  const most = Math.ceil((16 * 1024 * 1024) / pageSize);
  const size = Math.min(most, Math.max(least, Math.ceil(leaves.length / 8)));
  const parts: Uint32Array[] = [];
  for (let from = 0; from < leaves.length; from += size) parts.push(leaves.slice(from, from + size));
  return parts;
}
