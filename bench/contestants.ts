/** One timed run each, into an empty database of the bench's server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PostgresTarget, postgresUrl } from "../support/postgres";
import type { TestServer } from "../tests/support/postgres";
import { makeFiles, runBareCopy } from "./bare-copy";
import { type Cost, measured, processorSeconds } from "./measure";
import { runPgloader } from "./pgloader";

export interface Run extends Cost {
  /** Processor seconds of the server. */
  serverCpu: number | null;
  /** Seconds by step, where the program tells them. */
  phases: Record<string, number>;
  rows: number | null;
  /** Why it counts for nothing, or null. */
  failure: string | null;
}

export type Contestant = "pgloader" | "pgstead" | "pgstead, verified" | "bare COPY";

export interface Arena {
  server: TestServer;
  folder: string;
  connections: number;
}

/** Runs one contestant once. */
export async function run(arena: Arena, contestant: Contestant, source: string): Promise<Run> {
  const folder = mkdtempSync(join(arena.folder, "run-"));
  try {
    const target = await arena.server.createDatabase();
    const before = processorSeconds(arena.server.pid);
    const made = await compete(arena, contestant, source, target, folder);
    const after = processorSeconds(arena.server.pid);
    await arena.server.dropDatabase(target.database);
    return { ...made, serverCpu: before === null || after === null ? null : after - before };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Made = Omit<Run, "serverCpu">;

async function compete(
  arena: Arena,
  contestant: Contestant,
  source: string,
  target: PostgresTarget,
  folder: string,
): Promise<Made> {
  switch (contestant) {
    case "pgloader": {
      const outcome = await runPgloader(source, target, folder);
      const failure = outcome.code === 0 ? null : outcome.output.slice(-500);
      return { ...outcome, failure, phases: {}, rows: null };
    }
    case "bare COPY": {
      await migrate(source, target, folder, "off");
      const files = await makeFiles(target, folder, arena.connections);
      const empty = await arena.server.createDatabase();
      const wall = await runBareCopy(files, empty);
      await arena.server.dropDatabase(empty.database);
      return { wall, cpu: null, memory: null, failure: null, phases: { load: wall }, rows: null };
    }
    default:
      return await migrate(source, target, folder, contestant === "pgstead" ? "off" : "full");
  }
}

async function migrate(source: string, target: PostgresTarget, folder: string, verify: string): Promise<Made> {
  const program = resolve(__dirname, "../bin/pgstead.js");
  const outcome = await measured(
    process.execPath,
    [
      program,
      "migrate",
      "--source",
      source,
      "--target",
      postgresUrl({ ...target, password: "" }),
      "--bad-rows",
      "skip",
      "--verify",
      verify,
      "--work-folder",
      folder,
    ],
    { env: { ...process.env, PGPASSWORD: target.password } },
  );
  if (outcome.code !== 0) return { ...outcome, failure: outcome.output.slice(-1000), phases: {}, rows: null };
  const report = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? "", "report.json"), "utf8"));
  return { ...outcome, failure: null, phases: readPhases(report.files.log), rows: Number(report.totals.loadedRows) };
}

/** The steps as the log has them: `name: 123 ms`. */
function readPhases(log: string): Record<string, number> {
  const steps = readFileSync(log, "utf8").matchAll(/^\S+ ([a-z0-9 ,]+?)(?: \/\S+)?: (\d+) ms$/gm);
  return Object.fromEntries([...steps].map(([, name, ms]) => [name, Number(ms) / 1000]));
}
