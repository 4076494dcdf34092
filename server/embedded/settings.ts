import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../support/files";
import { detectMachine } from "../machine";
import { withOverrides } from "../tuning/overrides";
import { phase12 } from "../tuning/phase12";
import { recommend } from "../tuning/recommend";
import type { Disk, Setting, Workload } from "../tuning/types";
import { MB, parseMemory } from "../units";
import type { Cluster } from "./cluster";
import { own } from "./data-folder";
import { run } from "./programs";

/** What config says about a server's settings. */
export interface SettingsWish {
  tuning: "auto" | "phase12";
  workload: Workload;
  disk: Disk;
  /** Such as `8GB`; empty for what the machine has. */
  memory: string;
  /** 0 for what the machine has. */
  cpus: number;
  /** 0 for the rule's. */
  maxConnections: number;
  /** Values that win over the rules, by name. */
  settings: Record<string, string>;
}

/** Every setting of the server, in the order of the file. @throws UserError when config asks for what cannot be set */
export async function plannedSettings(cluster: Cluster, wish: SettingsWish): Promise<Setting[]> {
  const tuned = wish.tuning === "phase12" ? phase12 : await tunedForMachine(cluster, wish);
  const chosen =
    wish.tuning === "phase12" && wish.maxConnections > 0
      ? withOverrides(tuned, { max_connections: String(wish.maxConnections) }, [])
      : tuned;
  return withOverrides([...fixedSettings(cluster), ...chosen, ...usualSettings], wish.settings, [
    ...fixedSettings(cluster),
  ]);
}

/** Names that config may not set, with the reason why. */
export const reservedSettings: readonly { name: string; reason: string }[] = [
  { name: "listen_addresses", reason: "it follows pgstead:host" },
  { name: "port", reason: "it follows pgstead:port" },
  { name: "unix_socket_directories", reason: "the socket is private to the server's account" },
  { name: "password_encryption", reason: "the server takes scram-sha-256 only" },
  { name: "cluster_name", reason: "it names the stack's server" },
  { name: "log_destination", reason: "pgstead reads the server's log when a start fails" },
  { name: "logging_collector", reason: "pgstead reads the server's log when a start fails" },
  { name: "lc_messages", reason: "pgstead reads the server's log when a start fails" },
  ...["data_directory", "config_file", "hba_file", "ident_file", "external_pid_file"].map((name) => ({
    name,
    reason: "pgstead decides where the server's files are",
  })),
];

function fixedSettings(cluster: Cluster): Setting[] {
  return provisionedSettings({
    listen: cluster.host,
    port: cluster.port,
    socketFolder: cluster.socketFolder,
    instance: cluster.instance,
  });
}

/** What a server's provisioning depends on, whichever way it is run. */
export function provisionedSettings(server: {
  listen: string;
  port: number;
  socketFolder: string;
  instance: string;
}): Setting[] {
  const value: Record<string, string> = {
    listen_addresses: server.listen,
    port: String(server.port),
    unix_socket_directories: listElement(server.socketFolder),
    password_encryption: "scram-sha-256",
    // The server keeps 63 bytes of it, printable ASCII.
    cluster_name: `pgstead ${server.instance}`.slice(0, 63),
    log_destination: "stderr",
    logging_collector: "off",
    lc_messages: "C",
  };
  return reservedSettings.flatMap(({ name, reason }) => {
    const own = value[name];
    return own === undefined ? [] : [{ name, value: own, reason }];
  });
}

/** One element of a list setting: quoted when it holds what would end it. */
function listElement(text: string): string {
  return /^[\w./-]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** Beside the tuning; config may set them otherwise. */
export const usualSettings: readonly Setting[] = [
  { name: "timezone", value: "UTC", reason: "the machine's time zone never changes a value" },
  { name: "log_timezone", value: "UTC", reason: "log lines of all machines compare" },
  {
    name: "log_line_prefix",
    value: "%m [%p] %q%u@%d/%a ",
    reason: "when, which process, who, in which database, by which application",
  },
  { name: "default_text_search_config", value: "pg_catalog.english", reason: "what initdb chooses for the C locale" },
];

async function tunedForMachine(cluster: Cluster, wish: SettingsWish): Promise<Setting[]> {
  const machine = detectMachine();
  return recommend({
    memoryBytes: wish.memory === "" ? steady(machine.memoryBytes) : parseMemory(wish.memory),
    cpus: wish.cpus > 0 ? wish.cpus : machine.cpus,
    ...(wish.maxConnections > 0 ? { maxConnections: wish.maxConnections } : {}),
    workload: wish.workload,
    disk: wish.disk,
    platform: process.platform,
    diskBytes: fileSystemBytes(cluster.home),
    lz4: await knowsLz4(cluster),
  });
}

/** A new kernel reports a few MB more or less of the same memory: that is no reason to restart a server. */
function steady(bytes: number): number {
  const step = bytes >= 2048 * MB ? 256 * MB : 16 * MB;
  return Math.floor(bytes / step) * step;
}

function fileSystemBytes(folder: string): number {
  const { bsize, blocks } = statfsSync(folder);
  return bsize * blocks;
}

/** Asks the program itself: with a value that its build does not have it refuses to start. */
async function knowsLz4(cluster: Cluster): Promise<boolean> {
  const empty = join(cluster.home, ".empty.conf");
  writeFileAtomic(empty, "", 0o600);
  own(empty, cluster);
  try {
    const args = [
      "-D",
      cluster.home,
      "-c",
      `config_file=${empty}`,
      "-c",
      "wal_compression=lz4",
      "-C",
      "wal_compression",
    ];
    return (await run(cluster.binFolder, "postgres", args, { account: cluster.account, cwd: cluster.home })).code === 0;
  } finally {
    rmSync(empty, { force: true });
  }
}
