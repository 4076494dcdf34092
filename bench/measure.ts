/** What a program costs: time, processor time and peak memory, as /proc tells them. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Cost {
  /** Seconds. */
  wall: number;
  /** User and system seconds of the program; null where the system does not tell. */
  cpu: number | null;
  /** Largest resident memory, in MB of 10^6 bytes; null where the system does not tell. */
  memory: number | null;
}

export interface Outcome extends Cost {
  code: number;
  output: string;
}

/** Runs a program to its end. */
export async function measured(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output = (output + chunk).slice(-200_000);
    });
  let memory: number | null = null;
  let cpu: number | null = null;
  const look = () => {
    memory = peakMemory(child.pid) ?? memory;
    cpu = processorSeconds(child.pid) ?? cpu;
  };
  const timer = setInterval(look, 20);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  }).finally(() => clearInterval(timer));
  return { wall: (performance.now() - started) / 1000, cpu, memory, code, output };
}

/** The largest resident memory that a running process has had. */
function peakMemory(pid: number | undefined): number | null {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`));
  return line === null ? null : (Number(line[1]) * 1024) / 1e6;
}

/** Linux counts in hundredths of a second (proc(5), stat: utime, stime and those of ended children). */
export function processorSeconds(pid: number | undefined): number | null {
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const ticks = fields.slice(11, 15).map(Number);
  return ticks.length < 4 ? null : ticks.reduce((sum, value) => sum + value, 0) / 100;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
