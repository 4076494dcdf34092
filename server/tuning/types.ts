export const workloads = ["web", "oltp", "dw", "desktop", "mixed"] as const;
export const disks = ["ssd", "hdd", "san", "nvme"] as const;
/** Whether the data fits into memory, is about as large, or far larger; pgtune's three classes. */
export const dataSizes = ["less_ram", "mid_ram", "greater_ram"] as const;

export type Workload = (typeof workloads)[number];
export type Disk = (typeof disks)[number];
export type DataSize = (typeof dataSizes)[number];

/** What the rules know about the machine and its use. */
export interface TuningInput {
  /** Memory that the server may count on, in bytes: the machine's, or its control group's. */
  memoryBytes: number;
  /** Processors that the server may count on. */
  cpus: number;
  /** Connections wanted by the user; by the workload when absent. */
  maxConnections?: number;
  workload: Workload;
  disk: Disk;
  /** Where the server runs, as Node names it. */
  platform: NodeJS.Platform;
  /** @default "mid_ram" */
  dataSize?: DataSize;
  /** Size of the file system that holds the data, in bytes: write-ahead log never takes more than a fifth of it. */
  diskBytes?: number;
  /** Whether this build of PostgreSQL knows wal_compression=lz4; one that does not refuses to start with it. */
  lz4: boolean;
}

/** One line of postgresql.conf and why it has its value. */
export interface Setting {
  name: string;
  value: string;
  reason: string;
}
