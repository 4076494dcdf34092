import { UserError } from "../../support/errors";
import { formatMemory, GB, kB, MB } from "../units";
import { maintenanceWorkers } from "./autovacuum";
import { processes } from "./parallel";
import type { Setting, TuningInput, Workload } from "./types";

/**
 * Memory and connections, by pgtune's formulas (le0pard/pgtune, configurationSlice.js), which divide the whole memory once:
 *
 *   shared_buffers + wal_buffers + autovacuum workers × their memory + (max_connections + worker processes) × work_mem ≤ memory
 *
 * pgtune alone breaks this on small machines, where its floor of 4MB for work_mem meets its fixed numbers of connections, and on
 * many processors, where maintenance_work_mem counts once per autovacuum worker. Both are bounded here.
 */
export function memory(input: TuningInput): Setting[] {
  const plan = planMemory(input);
  const size = formatMemory(input.memoryBytes);
  const small = input.workload === "desktop";
  const settings: Setting[] = [
    { name: "max_connections", value: String(plan.connections), reason: plan.connectionsReason },
    {
      name: "shared_buffers",
      value: formatMemory(plan.sharedBuffers),
      reason: `${small ? "a sixteenth" : "a quarter"} of ${size} of memory`,
    },
    {
      name: "effective_cache_size",
      value: formatMemory(blocks(small ? input.memoryBytes / 4 : (input.memoryBytes * 3) / 4)),
      reason: `what the planner may expect to be cached by server and system: ${small ? "a quarter" : "three quarters"} of ${size}`,
    },
    {
      name: "maintenance_work_mem",
      value: formatMemory(plan.maintenance),
      reason: `for VACUUM and index builds: ${input.workload === "dw" ? "an eighth" : "a sixteenth"} of ${size}, at most ${formatMemory(maintenanceCap(input))}`,
    },
  ];
  if (plan.autovacuum < plan.maintenance)
    settings.push({
      name: "autovacuum_work_mem",
      value: formatMemory(plan.autovacuum),
      reason: `each of ${maintenanceWorkers(input)} autovacuum workers may use this: together at most a quarter of memory, and 2GB each`,
    });
  settings.push(
    { name: "work_mem", value: formatMemory(plan.workMem), reason: plan.workMemReason },
    {
      name: "wal_buffers",
      value: formatMemory(plan.walBuffers),
      reason: "3 % of shared_buffers, at most one WAL segment of 16MB",
    },
    hugePages(input, plan.sharedBuffers),
  );
  return settings;
}

const usualConnections: Record<Workload, number> = { web: 200, oltp: 300, dw: 40, desktop: 20, mixed: 100 };
const workMemFactor: Record<Workload, number> = { web: 1, oltp: 1, dw: 1 / 2, desktop: 1 / 6, mixed: 1 / 2 };
const workMemFloor = 4 * MB;
/** PostgreSQL's own minimum for work_mem. */
const leastWorkMem = 64 * kB;
const leastConnections = 10;
/** On Windows a long is 32 bits, which bounds these settings up to PostgreSQL 17. */
const windowsCap = 2 * GB - MB;

interface MemoryPlan {
  connections: number;
  connectionsReason: string;
  sharedBuffers: number;
  maintenance: number;
  autovacuum: number;
  walBuffers: number;
  workMem: number;
  workMemReason: string;
}

function planMemory(input: TuningInput): MemoryPlan {
  const total = input.memoryBytes;
  const sharedBuffers = blocks(total / (input.workload === "desktop" ? 16 : 4));
  const maintenance = Math.min(whole(total / (input.workload === "dw" ? 8 : 16)), maintenanceCap(input));
  const autovacuum = Math.min(maintenance, 2 * GB, whole(total / 4 / maintenanceWorkers(input)));
  const walBuffers = walBuffersFor(sharedBuffers);
  const free = total - sharedBuffers - walBuffers - maintenanceWorkers(input) * autovacuum;
  const workers = processes(input);

  const usual = usualConnections[input.workload];
  const fitting = Math.max(leastConnections, Math.floor((free - workersShare(input)) / workMemFloor));
  const connections = input.maxConnections ?? Math.min(usual, fitting);
  const most = whole(free / (connections + workers));
  if (most < leastWorkMem)
    throw new UserError(
      `${connections} connections do not fit into ${formatMemory(total)} of memory: each would have less than ${formatMemory(leastWorkMem)} to work with.`,
      `Lower maxConnections (${fitting} fit well) and put a connection pool in front, or give the server more memory.`,
    );

  // pgtune: three such areas for each connection and worker, of the memory that is not shared.
  const share =
    ((total - sharedBuffers) / ((connections + workers) * 3)) * workMemFactor[input.workload] * dataFactor(input);
  const wanted = Math.max(workMemFloor, whole(share));
  const cap = input.platform === "win32" ? windowsCap : Number.POSITIVE_INFINITY;
  const workMem = Math.min(wanted, most, cap);
  return {
    connections,
    connectionsReason: connectionsReason(input, usual, fitting),
    sharedBuffers,
    maintenance,
    autovacuum,
    walBuffers,
    workMem,
    workMemReason:
      workMem < wanted && workMem === most
        ? `for each sort or hash; lowered so that ${connections} connections and ${workers} workers fit into memory`
        : `for each sort or hash: ${connections} connections and ${workers} workers, three such areas each, share what shared_buffers leaves; at least 4MB`,
  };
}

/** What the worker processes may take of tiny memory, in bytes; it grows evenly, so that more memory never means fewer connections. */
function workersShare(input: TuningInput): number {
  if (input.cpus < 4) return processes(input) * workMemFloor;
  return Math.min(input.cpus * workMemFloor, Math.max(4 * workMemFloor, input.memoryBytes / 8));
}

function connectionsReason(input: TuningInput, usual: number, fitting: number): string {
  if (input.maxConnections !== undefined) return "set in the stack's config";
  if (fitting < usual)
    return `as many as ${formatMemory(input.memoryBytes)} of memory serves with 4MB to work in for each; the usual number for ${input.workload} is ${usual}`;
  return `the usual number for a ${input.workload} workload`;
}

function dataFactor(input: TuningInput): number {
  return { less_ram: 1.3, mid_ram: 1, greater_ram: 0.9 }[input.dataSize ?? "mid_ram"];
}

function maintenanceCap(input: TuningInput): number {
  return input.platform === "win32" ? windowsCap : 8 * GB;
}

function walBuffersFor(sharedBuffers: number): number {
  const share = blocks(sharedBuffers * 0.03);
  // One segment is the most that helps, and close to it is rounded to it.
  return share > 14 * MB ? 16 * MB : Math.max(32 * kB, share);
}

function hugePages(input: TuningInput, sharedBuffers: number): Setting {
  if (input.platform === "darwin") return { name: "huge_pages", value: "off", reason: "macOS has none for PostgreSQL" };
  return sharedBuffers >= 2 * GB
    ? {
        name: "huge_pages",
        value: "try",
        reason: "shared_buffers of 2GB and more gain from them; 'try' starts without them too",
      }
    : { name: "huge_pages", value: "off", reason: "shared_buffers below 2GB gain nothing from them" };
}

const whole = (bytes: number) => Math.floor(bytes / kB) * kB;
/** Counted by the server in pages of 8kB. */
const blocks = (bytes: number) => Math.floor(bytes / (8 * kB)) * 8 * kB;
