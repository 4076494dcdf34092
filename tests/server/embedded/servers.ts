/** Embedded servers for tests: real ones, in temporary folders, which are ended and removed whatever happens. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { vi } from "vitest";
import { create, type EmbeddedServerInputs, type EmbeddedServerOutputs } from "../../../providers/embedded-server";
import { processesIn } from "../../../server/embedded/postmaster";
import { connect } from "../../../support/postgres";
import { freePort } from "../../support/postgres";

export const isRoot = process.getuid?.() === 0;
export const password = "Invented/For=Tests+24chars";

const folders: string[] = [];
const dataFolders: string[] = [];

/** A temporary folder. @param mode 0o700 makes it one that root's server account cannot enter */
export function temporaryFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-server-"));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

/** Inputs for a small server of its own. */
export async function someInputs(changed: Partial<EmbeddedServerInputs> = {}): Promise<EmbeddedServerInputs> {
  const inputs: EmbeddedServerInputs = {
    instance: "test",
    home: join(temporaryFolder(), "home"),
    dataFolder: "",
    host: "127.0.0.1",
    port: await freePort(),
    superuser: "postgres",
    superuserPassword: password,
    locale: "C",
    runAs: "",
    keepData: true,
    startFrom: "",
    tuning: "phase12",
    workload: "web",
    disk: "ssd",
    memory: "",
    cpus: 0,
    maxConnections: 0,
    settings: { shared_buffers: "16MB" },
    ...changed,
  };
  dataFolders.push(inputs.dataFolder === "" ? join(inputs.home, "data") : inputs.dataFolder);
  return inputs;
}

/** Makes a server. */
export async function someServer(changed: Partial<EmbeddedServerInputs> = {}) {
  const inputs = await someInputs(changed);
  const { id, outs } = await create(inputs);
  dataFolders.push(outs.paths.dataFolder);
  return { id, inputs, outs };
}

/** Call it in `afterEach`. */
export async function endServers(): Promise<void> {
  for (const folder of dataFolders.splice(0)) {
    for (const pid of processesIn(folder)) end(pid);
    const pid = existsSync(folder) ? postmasterPid(folder) : undefined;
    if (pid !== undefined && process.platform !== "linux") end(pid);
    while (processesIn(folder).length > 0) await sleep(50);
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

export function postmasterPid(dataFolder: string): number | undefined {
  const path = join(dataFolder, "postmaster.pid");
  return existsSync(path) ? Number(readFileSync(path, "utf8").split("\n")[0]) : undefined;
}

/** Kills the server as a crash would, and waits until all of its processes are gone. */
export async function crash(outs: EmbeddedServerOutputs): Promise<void> {
  process.kill(postmasterPid(outs.paths.dataFolder) as number, "SIGKILL");
  while (processesIn(outs.paths.dataFolder).length > 0) await sleep(20);
}

/** Runs something with a superuser's session. */
export async function session<T>(
  server: Pick<EmbeddedServerInputs, "host" | "port" | "superuser" | "superuserPassword">,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { host, port, superuser: user, superuserPassword } = server;
  const client = await connect({ host, port, user, password: superuserPassword, database: "postgres", tls: "disable" });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The first column of a query's first row. */
export async function ask(server: Parameters<typeof session>[0], sql: string): Promise<unknown> {
  return session(server, async (client) => Object.values((await client.query(sql)).rows[0] ?? {})[0]);
}

/** What the user saw since the last call. */
export function capturedConsole(): () => string[] {
  const spy = vi.spyOn(console, "log").mockImplementation(() => {});
  return () => spy.mock.calls.splice(0).map(([line]) => String(line));
}
