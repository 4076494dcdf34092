import { MB } from "../units";
import type { Setting, TuningInput } from "./types";

/**
 * Parallel query, by pgtune: below four processors PostgreSQL's own defaults stay (8 processes, 8 workers, 2 for a query); from
 * four on there is one worker for each.
 */
export function parallel(input: TuningInput): Setting[] {
  if (input.cpus < 4) return [];
  const workers = processes(input);
  const half = Math.ceil(workers / 2);
  const reason =
    workers < input.cpus
      ? `${input.cpus} processors, but memory for ${workers} workers: one for each 32MB`
      : `${input.cpus} processors`;
  return [
    { name: "max_worker_processes", value: String(workers), reason: `one for each of ${reason}` },
    { name: "max_parallel_workers", value: String(workers), reason: `one for each of ${reason}` },
    {
      name: "max_parallel_workers_per_gather",
      value: String(input.workload === "dw" ? half : Math.min(4, half)),
      reason:
        input.workload === "dw"
          ? "half of the workers: few, large queries"
          : "half of the workers, at most 4: more for one query starve the others",
    },
    {
      name: "max_parallel_maintenance_workers",
      value: String(Math.min(4, half)),
      reason: "half of the workers, at most 4: an index build gains little from more",
    },
  ];
}

/** Background worker processes that the server may run beside its connections. PostgreSQL's default is 8. */
export function processes(input: TuningInput): number {
  if (input.cpus < 4) return 8;
  return Math.min(input.cpus, Math.max(4, Math.floor(input.memoryBytes / (32 * MB))));
}
