import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { UserError } from "../../support/errors";

/** @throws UserError when something listens there already, naming it where the system tells */
export async function checkPortFree(host: string, port: number): Promise<void> {
  const code = await bindError(host, port);
  if (code === undefined) return;
  if (code === "EADDRINUSE")
    throw new UserError(
      `Port ${port} on ${host} is taken by ${portHolder(port) ?? "another program"}.`,
      "Stop that program, or set port to a free one.",
    );
  throw new UserError(
    `The server cannot listen on ${host}:${port}: ${code}.`,
    code === "EACCES" ? "Ports below 1024 need privileges: set port to a higher one." : "Check host and port.",
  );
}

function bindError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** The program that listens on the port, such as `postgres (process 4711)`. Linux only, and only what we may look at. */
function portHolder(port: number): string | undefined {
  try {
    const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeners(table, port)));
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      if (socketsOf(pid).some((inode) => inodes.has(inode)))
        return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
  } catch {
    // Not Linux, or not ours to see.
  }
  return undefined;
}

/** Inodes of listening sockets (state 0A) on the port, from one of the kernel's tables. */
function listeners(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync(table, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && columns[1]?.endsWith(`:${wanted}`))
    .flatMap((columns) => columns[9] ?? []);
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
