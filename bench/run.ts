/**
 * `npm run bench -- [options]`: times pgstead against pgloader and against bare COPY, alternating, best of three, on data that it makes.
 *
 *   --data NAME[,NAME]     mid (default), big, ten, huge, dirty, small-tables, one-blob
 *   --source FILE          any SQLite file in place of made data
 *   --only NAME[,NAME]     of: pgloader, pgstead, verified, copy
 *   --times N              runs of each (3)
 *   --connections N        of bare COPY (as many as pgstead loads over)
 *   --folder FOLDER        for data, runs and the server's files (.pgstead/bench)
 *   --json FILE            where all figures go (bench.json in the folder)
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { threadsFor } from "../migration/crew";
import { testServer } from "../tests/support/postgres";
import { type Contestant, type Run, run } from "./contestants";
import { type Dataset, makeData } from "./data";
import { pgloaderVersion } from "./pgloader";
import { describeMachine, renderTable } from "./table";

/** Those of the measurements in docs/performance.md; what is not named has the server's default. */
const settings = {
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  fsync: "on",
  max_connections: "100",
};

const names: Record<string, Contestant> = {
  copy: "bare COPY",
  pgstead: "pgstead",
  pgloader: "pgloader",
  verified: "pgstead, verified",
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: "mid" },
      source: { type: "string" },
      only: { type: "string", default: Object.keys(names).join(",") },
      times: { type: "string", default: "3" },
      connections: { type: "string" },
      folder: { type: "string", default: resolve(__dirname, "../.pgstead/bench") },
      json: { type: "string" },
    },
  });
  const folder = resolve(values.folder);
  mkdirSync(folder, { recursive: true });
  const pgloader = pgloaderVersion();
  if (pgloader === null) console.error("pgloader is not installed: it is left out (Debian: apt-get install pgloader).");
  const contestants = values.only
    .split(",")
    .flatMap((name) => names[name] ?? [])
    .filter((name) => name !== "pgloader" || pgloader !== null);
  const sources =
    values.source === undefined
      ? values.data.split(",").map((name) => ({ name, path: makeData(folder, name as Dataset) }))
      : [{ name: values.source, path: resolve(values.source) }];
  const server = await testServer(settings);
  const results = [];
  try {
    for (const source of sources) {
      const bytes = statSync(source.path).size;
      const connections = Number(values.connections ?? Math.max(1, threadsFor(bytes)));
      const runs: { contestant: Contestant; run: Run }[] = [];
      for (let time = 1; time <= Number(values.times); time++)
        for (const contestant of contestants) {
          const made = await run({ server, folder, connections }, contestant, source.path);
          console.error(`${source.name}, ${contestant}: ${made.failure ?? `${made.wall.toFixed(2)} s`}`);
          runs.push({ contestant, run: made });
        }
      results.push({ ...source, megabytes: bytes / 1e6, connections, runs });
    }
    const machine = await describeMachine(pgloader, settings, server);
    const json = values.json ?? join(folder, "bench.json");
    writeFileSync(json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
    console.log(`${renderTable(machine, results)}\nAll figures: ${json}`);
  } finally {
    await server.stop();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
