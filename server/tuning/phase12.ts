import type { Setting } from "./types";

/** The profile of the hand-made move that this project turns into code: for a machine with 1 GB for the server. */
export const phase12: readonly Setting[] = [
  {
    name: "max_connections",
    value: "100",
    reason: "phase12 profile: PostgreSQL's default, enough for one web application",
  },
  { name: "shared_buffers", value: "256MB", reason: "phase12 profile: 25 % of memory" },
  { name: "effective_cache_size", value: "1GB", reason: "phase12 profile: 50 to 75 % of memory" },
  { name: "work_mem", value: "16MB", reason: "phase12 profile: for each sort or hash" },
  { name: "maintenance_work_mem", value: "128MB", reason: "phase12 profile: for VACUUM and index builds" },
  { name: "wal_buffers", value: "16MB", reason: "phase12 profile: one WAL segment" },
  { name: "checkpoint_completion_target", value: "0.9", reason: "phase12 profile: spreads a checkpoint's writing" },
];
