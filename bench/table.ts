/** The bench's figures for people. */
import { cpus, release, totalmem, type } from "node:os";
import { version } from "../package.json";
import { connect } from "../support/postgres";
import type { TestServer } from "../tests/support/postgres";
import type { Contestant, Run } from "./contestants";

export interface Result {
  name: string;
  megabytes: number;
  /** Of bare COPY. */
  connections: number;
  runs: { contestant: Contestant; run: Run }[];
}

/** What the figures depend on. */
export async function describeMachine(
  pgloader: string | null,
  settings: Record<string, string>,
  server: TestServer,
): Promise<Record<string, string>> {
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    versions: `pgstead ${version}, Node ${process.version}, pgloader ${pgloader ?? "not installed"}, PostgreSQL ${await serverVersion(server)}`,
    settings: Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(", "),
    rule: "alternating, best of the runs; warm cache; memory is the program's largest resident set",
  };
}

async function serverVersion(server: TestServer): Promise<string> {
  const client = await connect(server.superuser());
  try {
    return (await client.query("SELECT current_setting('server_version') AS version")).rows[0].version;
  } finally {
    await client.end();
  }
}

/** One table for each database: wall, ratio to pgloader, processor time, memory, and the phases of the best run. */
export function renderTable(machine: Record<string, string>, results: Result[]): string {
  const lines = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  for (const { name, megabytes, connections, runs } of results) {
    lines.push("", `${name}, ${megabytes.toFixed(0)} MB`, "");
    lines.push("| run | wall s | × pgloader | CPU s | server CPU s | peak MB | phases of the best run |");
    lines.push("|---|---|---|---|---|---|---|");
    const best = bestRuns(runs);
    const pgloader = best.get("pgloader");
    for (const [contestant, run] of best) {
      const ratio =
        pgloader === undefined || contestant === "bare COPY" ? "" : `${(pgloader.wall / run.wall).toFixed(2)}`;
      const phases = Object.entries(run.phases)
        .filter(([, seconds]) => seconds >= 0.02)
        .map(([phase, seconds]) => `${phase} ${seconds.toFixed(2)}`)
        .join(", ");
      lines.push(
        `| ${contestant} | ${run.wall.toFixed(2)} | ${ratio} | ${number(run.cpu)} | ${number(run.serverCpu)} | ${number(run.memory, 0)} | ${phases} |`,
      );
    }
    for (const { contestant, run } of runs)
      if (run.failure !== null) lines.push(`${contestant} failed: ${run.failure.split("\n").at(-2) ?? run.failure}`);
    const [load, copy] = [best.get("pgstead")?.phases["loading the rows"], best.get("bare COPY")?.wall];
    if (load !== undefined && copy !== undefined)
      lines.push(
        "",
        `Load phase: ${(load / copy).toFixed(2)} × bare binary COPY of the same rows, over ${connections} ${connections === 1 ? "connection" : "connections"}.`,
      );
  }
  return lines.join("\n");
}

function bestRuns(runs: Result["runs"]): Map<Contestant, Run> {
  const best = new Map<Contestant, Run>();
  for (const { contestant, run } of runs) {
    const known = best.get(contestant);
    if (run.failure === null && (known === undefined || run.wall < known.wall)) best.set(contestant, run);
  }
  return best;
}

const number = (value: number | null, digits = 1) => (value === null ? "" : value.toFixed(digits));
