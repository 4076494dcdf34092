import type { Setting, TuningInput } from "./types";

/** More autovacuum workers on many processors (pgtune); PostgreSQL's default is 3. */
export function autovacuum(input: TuningInput): Setting[] {
  const workers = maintenanceWorkers(input);
  if (workers === 3) return [];
  return [
    {
      name: "autovacuum_max_workers",
      value: String(workers),
      reason: `${input.cpus} processors can clean more tables at a time`,
    },
  ];
}

/** How many autovacuum workers may run at a time. */
export function maintenanceWorkers(input: TuningInput): number {
  if (input.cpus >= 32) return 5;
  return input.cpus >= 16 ? 4 : 3;
}
