/** pgloader as it is fastest here: two workers and batches of 5000 rows; with its defaults it exhausts its heap on large files. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
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
  writeFileSync(
    script,
    `LOAD DATABASE FROM sqlite://${source} INTO ${postgresUrl(target).replace(/\?.*$/, "")}
 WITH workers = 2, concurrency = 1, batch rows = 5000, max parallel create index = 2, include drop, create tables, create indexes, reset sequences
 SET maintenance_work_mem TO '256MB', work_mem TO '64MB';
`,
    { mode: 0o600 },
  );
  return measured("pgloader", ["--no-ssl-cert-verification", "--root-dir", folder, script]);
}
