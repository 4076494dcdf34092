import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";

/** What a server on this machine may count on. */
export interface Machine {
  memoryBytes: number;
  cpus: number;
}

/**
 * Memory and processors of this machine, or of the control group (container, systemd slice) that this process runs in when that has less.
 * Only limits are looked at, never what is free at the moment: the answer is the same at every run.
 *
 * @param root folder that holds `proc` and `sys`; another one in tests
 */
export function detectMachine(
  root = "/",
  physical: Machine = { memoryBytes: totalmem(), cpus: availableParallelism() },
): Machine {
  const groups = controlGroups(root);
  const memory = [
    ...groups.v2.map((folder) => amount(root, folder, "memory.max")),
    ...groups.memory.map((folder) => amount(root, folder, "memory.limit_in_bytes")),
  ];
  const cpus = [
    ...groups.v2.map((folder) => quotaV2(root, folder)),
    ...groups.cpu.map((folder) => quotaV1(root, folder)),
  ];
  return {
    memoryBytes: Math.min(physical.memoryBytes, ...memory.filter((limit) => limit !== undefined)),
    // A quota of one and a half processors runs two processes at a time, most of the time.
    cpus: Math.max(1, Math.min(physical.cpus, ...cpus.filter((limit) => limit !== undefined).map(Math.ceil))),
  };
}

const mount = "sys/fs/cgroup";

/** The folders of this process's control groups, each with all above it: a parent's limit binds its children. */
function controlGroups(root: string): { v2: string[]; memory: string[]; cpu: string[] } {
  const found = { v2: ancestors(mount, "/"), memory: [] as string[], cpu: [] as string[] };
  for (const line of (read(root, "proc/self/cgroup") ?? "").split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [controllers, path] = [match[1] ?? "", match[2] ?? "/"];
    // In a mixed setup, version 2 is mounted beside the controllers of version 1.
    if (controllers === "") found.v2 = [...ancestors(mount, path), ...ancestors(`${mount}/unified`, path)];
    for (const controller of controllers.split(",")) {
      if (controller === "memory") found.memory = ancestors(`${mount}/memory`, path);
      if (controller === "cpu")
        found.cpu = [...ancestors(`${mount}/cpu`, path), ...ancestors(`${mount}/${controllers}`, path)];
    }
  }
  return found;
}

/** `path` below `base`, and every folder above it up to `base`, which in a container is the group itself. */
function ancestors(base: string, path: string): string[] {
  const folders: string[] = [];
  for (let at = join("/", path); at !== "/"; at = dirname(at)) folders.push(join(base, at));
  return [...folders, base];
}

function amount(root: string, folder: string, file: string): number | undefined {
  const text = read(root, join(folder, file))?.trim();
  const bytes = text === undefined || text === "max" ? Number.NaN : Number(text);
  // Version 1 writes "no limit" as a number near 2^63.
  return Number.isFinite(bytes) && bytes > 0 && bytes < 2 ** 60 ? bytes : undefined;
}

function quotaV2(root: string, folder: string): number | undefined {
  const [quota, period] = (read(root, join(folder, "cpu.max")) ?? "").trim().split(" ");
  return ratio(quota, period);
}

function quotaV1(root: string, folder: string): number | undefined {
  return ratio(read(root, join(folder, "cpu.cfs_quota_us")), read(root, join(folder, "cpu.cfs_period_us")));
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const value = Number(quota) / Number(period);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function read(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}
