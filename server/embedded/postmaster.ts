import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { connect as openSocket } from "node:net";
import { basename, join } from "node:path";
import { isRunning } from "../../support/process";

/** What the server of a data folder does at the moment. */
export type ServerState =
  | { state: "stopped"; stalePid?: number }
  | { state: "starting" | "running" | "unresponsive"; pid: number; host: string; port: number };

/** postmaster.pid, line by line (miscadmin.h, LOCK_FILE_LINE_*). */
interface PidFile {
  pid: number;
  host: string;
  port: number;
  status: string;
}

/**
 * Whether the server lives: its process runs, it is this data folder's (a pid may have been given to another program meanwhile), and
 * it answers on its port.
 */
export async function serverState(dataFolder: string): Promise<ServerState> {
  const file = readPidFile(dataFolder);
  if (file === undefined) return { state: "stopped" };
  const { pid, host, port } = file;
  if (!isPostmaster(pid, dataFolder)) return { state: "stopped", stalePid: pid };
  if (file.status !== "ready") return { state: "starting", pid, host, port };
  return { state: (await answers(host, port)) ? "running" : "unresponsive", pid, host, port };
}

export function pidFilePath(dataFolder: string): string {
  return join(dataFolder, "postmaster.pid");
}

function readPidFile(dataFolder: string): PidFile | undefined {
  try {
    const lines = readFileSync(pidFilePath(dataFolder), "utf8").split("\n");
    const pid = Math.abs(Number(lines[0]));
    if (!Number.isInteger(pid) || pid === 0) return undefined;
    const host = (lines[5] ?? "").trim();
    return {
      pid,
      host: host === "" || host === "*" ? "127.0.0.1" : host,
      port: Number(lines[3]),
      status: (lines[7] ?? "").trim(),
    };
  } catch {
    return undefined;
  }
}

/** Whether the process is a PostgreSQL server of that data folder. */
function isPostmaster(pid: number, dataFolder: string): boolean {
  if (!isRunning(pid)) return false;
  if (process.platform === "linux") {
    try {
      // A server works in its data folder. A dead one that nobody collected yet has neither.
      return realpathSync(dataFolder) === readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return commandLine(pid).includes(dataFolder);
    }
  }
  const command = commandLine(pid);
  return process.platform === "win32"
    ? command.includes("postgres")
    : command.includes("postgres") && command.includes(dataFolder);
}

function commandLine(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    const [program, args] =
      process.platform === "win32"
        ? ["tasklist", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]]
        : ["ps", ["-ww", "-o", "command=", "-p", String(pid)]];
    return execFileSync(program as string, args as string[], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

/** Processes that work in the data folder, as all of a server's do; they outlive a killed postmaster for a moment. Linux only. */
export function processesIn(dataFolder: string): number[] {
  if (process.platform !== "linux" || !existsSync(dataFolder)) return [];
  const folder = realpathSync(dataFolder);
  return processes((pid) => {
    const program = basename(readlinkSync(`/proc/${pid}/exe`));
    return readlinkSync(`/proc/${pid}/cwd`) === folder && program.startsWith("postgres");
  });
}

/** Runs of initdb and pg_ctl for the data folder; they outlive a killed caller. Linux only. */
export function toolsAtWork(dataFolder: string): number[] {
  if (process.platform !== "linux") return [];
  return processes((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(`--pgdata=${dataFolder}`),
  );
}

function processes(matches: (pid: number) => boolean): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return matches(pid);
      } catch {
        // It has ended meanwhile, or is not ours to look at.
        return false;
      }
    });
}

/** An SSLRequest: a server answers it with one byte, asks for no password and logs nothing. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

function answers(host: string, port: number, timeoutMs = 5_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ host, port });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on("connect", () => socket.write(sslRequest));
    socket.on("data", (data) => finish(data[0] === 0x4e || data[0] === 0x53));
    socket.on("error", () => finish(false));
    socket.on("end", () => finish(false));
  });
}
