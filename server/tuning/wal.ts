import { formatMemory, GB, MB } from "../units";
import type { Setting, TuningInput, Workload } from "./types";

/**
 * Write-ahead log: sizes by workload (pgtune), never more than a fifth of the file system, which pgtune alone would fill when it
 * is small; in powers of two, because some file systems change their size as they fill. wal_level stays `replica` for every workload: `minimal`, pgtune's value for desktops, makes backups and replicas impossible.
 */
export function wal(input: TuningInput): Setting[] {
  const usual = sizes[input.workload];
  const room = input.diskBytes === undefined ? usual.max : 2 ** Math.floor(Math.log2(input.diskBytes / 5));
  const max = Math.max(leastWal, Math.min(usual.max, room));
  const bounded = max < usual.max;
  return [
    {
      name: "min_wal_size",
      value: formatMemory(Math.max(leastWal, Math.min(usual.min, Math.floor(max / 4 / MB) * MB))),
      reason: bounded ? "a quarter of max_wal_size" : `kept for reuse; usual for a ${input.workload} workload`,
    },
    {
      name: "max_wal_size",
      value: formatMemory(max),
      reason: bounded
        ? "at most a fifth of the file system, so that write-ahead log does not fill it"
        : `between checkpoints; usual for a ${input.workload} workload`,
    },
    {
      name: "checkpoint_completion_target",
      value: "0.9",
      reason: "spreads a checkpoint's writing over the time until the next",
    },
    input.lz4
      ? { name: "wal_compression", value: "lz4", reason: "fewer bytes for full pages, at little cost" }
      : {
          name: "wal_compression",
          value: "pglz",
          reason: "fewer bytes for full pages; this build of PostgreSQL has no lz4",
        },
  ];
}

/** Two segments of 16MB: PostgreSQL's own minimum. */
const leastWal = 32 * MB;

const sizes: Record<Workload, { min: number; max: number }> = {
  web: { min: GB, max: 4 * GB },
  oltp: { min: 2 * GB, max: 8 * GB },
  dw: { min: 4 * GB, max: 16 * GB },
  desktop: { min: 100 * MB, max: 2 * GB },
  mixed: { min: GB, max: 4 * GB },
};
