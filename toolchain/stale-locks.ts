/** Locks of the local backend that a killed engine left behind. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "../support/process";
import { stateFolder } from "./paths";

/**
 * Removes the locks of engines that no longer run on this machine: a killed `pulumi up` would else block every later one
 * until somebody finds `pulumi cancel`. A lock made on another machine, or whose process lives, stays.
 *
 * @returns a line for each lock that was removed
 */
export function removeStaleLocks(): string[] {
  const folder = join(stateFolder, ".pulumi", "locks");
  if (!existsSync(folder)) return [];
  const removed: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".json")) continue;
    const path = join(folder, entry);
    const lock = read(path);
    if (lock === undefined || lock.hostname !== hostname() || isRunning(lock.pid)) continue;
    rmSync(path, { force: true });
    removed.push(
      `The pulumi process ${lock.pid}, which held the stack's lock, does not run any more: its lock is removed.`,
    );
  }
  return removed;
}

/** As Pulumi's diy backend writes it (pkg/backend/diy/lock.go). */
interface Lock {
  pid: number;
  hostname: string;
}

function read(path: string): Lock | undefined {
  try {
    const { pid, hostname: host } = JSON.parse(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && typeof host === "string" ? { pid, hostname: host } : undefined;
  } catch {
    // Released, or not yet written in full.
    return undefined;
  }
}
