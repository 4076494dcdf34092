/** pgloader as it is fastest here: two workers and batches of 5000 rows; on large files smaller ones, since with those it exhausts its heap. */
import { spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PostgresTarget, postgresUrl } from "../support/postgres";
import { measured, type Outcome } from "./measure";

/** Its version, or null where it is not installed. */
export function pgloaderVersion(): string | null {
  const { status, stdout } = spawnSync("pgloader", ["--version"], { encoding: "utf8" });
  return status === 0 ? (/"(.+?)"/.exec(stdout)?.[1] ?? "unknown") : null;
}

export function runPgloader(source: string, target: PostgresTarget, folder: string): Promise<Outcome> {
  const script = join(folder, "pgloader.load");
  const batches =
    statSync(source).size < 1e9 ? "batch rows = 5000" : "batch rows = 1000, batch size = 4MB, prefetch rows = 2000";
  writeFileSync(
    script,
    `LOAD DATABASE FROM sqlite://${source} INTO ${postgresUrl(target).replace(/\?.*$/, "")}
 WITH workers = 2, concurrency = 1, ${batches}, max parallel create index = 2, include drop, create tables, create indexes, reset sequences
 SET maintenance_work_mem TO '256MB', work_mem TO '64MB';
`,
    { mode: 0o600 },
  );
  return measured("pgloader", ["--no-ssl-cert-verification", "--root-dir", folder, script]);
}
