import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";
import { inSession } from "../../support/postgres";
import { type DrainWish, drain } from "../drain";
import { renderPgHba } from "../pg-hba";
import { renderPostgresqlConf } from "../postgresql-conf";
import type { Setting } from "../tuning/types";
import type { Cluster } from "./cluster";
import { reload, restart, start, stop } from "./control";
import { own } from "./data-folder";
import { explain } from "./explain";
import { checkPortFree } from "./port";
import { serverState } from "./postmaster";
import { run } from "./programs";
import { superuserTarget } from "./superuser";
import { pendingRestart, settingProblems } from "./verify-settings";

const changeAt = "Change them in the stack's config: pgstead:postgresSettings, pgstead:tuning and its neighbours.";

/** The files that make up a server's configuration, by name in the data folder. */
type Files = Record<"postgresql.conf" | "pg_hba.conf", string>;

function render(cluster: Cluster, settings: readonly Setting[]): Files {
  return {
    "postgresql.conf": renderPostgresqlConf(settings, changeAt),
    "pg_hba.conf": renderPgHba(cluster.host, cluster.socketFolder !== ""),
  };
}

/** Whether the files in the data folder are the ones that these settings make. */
export function filesAreCurrent(cluster: Cluster, settings: readonly Setting[]): boolean {
  const files = render(cluster, settings);
  const current = readFiles(cluster);
  return current["postgresql.conf"] === files["postgresql.conf"] && current["pg_hba.conf"] === files["pg_hba.conf"];
}

/** Writes the configuration of a server that is stopped, after PostgreSQL itself has checked it. @throws UserError */
export async function writeConfiguration(cluster: Cluster, settings: readonly Setting[]): Promise<void> {
  const files = render(cluster, settings);
  await checkFile(cluster, files["postgresql.conf"]);
  writeFiles(cluster, files);
}

/** How the server took a changed configuration. */
export type Taken = "unchanged" | "reloaded" | "restarted" | "started";

/**
 * Brings a server to these settings: reloads, and restarts once only if a setting needs it; starts it if it is down. When it does not
 * come up with the new files, the former ones are put back, it is started with them, and the error has the log's last lines.
 * It can be interrupted anywhere and run again.
 *
 * @param cluster the server as it shall be; its address may be another than the running one's
 * @param login the superuser's, as the running server knows it
 * @param wish what a restart does about transactions that are under way
 * @throws UserError
 */
export async function changeConfiguration(
  cluster: Cluster,
  settings: readonly Setting[],
  login: { superuser: string; password: string },
  wish: DrainWish,
  say: (line: string) => void,
): Promise<Taken> {
  const running = await serverState(cluster.dataFolder);
  const current = filesAreCurrent(cluster, settings);
  const former = readFiles(cluster);
  if (!current) await checkFile(cluster, render(cluster, settings)["postgresql.conf"]);
  const moves = running.state === "running" && (running.port !== cluster.port || running.host !== cluster.host);
  if (moves) await checkPortFree(cluster.host, cluster.port);
  writeFiles(cluster, render(cluster, settings));

  if (running.state !== "running") {
    await orRollBack(cluster, former, current, () => start(cluster));
    return "started";
  }
  const target = superuserTarget({ ...running, instance: cluster.instance }, login.superuser, login.password);
  if (!moves) {
    // Also when the files are current: an earlier run may have ended between writing and reloading them.
    await reloadAndWait(cluster, target);
    const waiting = await inSession(target, pendingRestart);
    if (waiting.length === 0) return current ? "unchanged" : "reloaded";
  }
  try {
    await drain(target, wish, say);
  } catch (error) {
    // Given up: the running server keeps its settings, and its files say so again.
    writeFiles(cluster, former);
    if (!moves) await reloadAndWait(cluster, target);
    throw error;
  }
  await orRollBack(cluster, former, current, () => restart(cluster));
  return "restarted";
}

/** Proves from the running server that it has these settings. @throws UserError with every difference */
export async function verifyConfiguration(
  cluster: Cluster,
  settings: readonly Setting[],
  login: { superuser: string; password: string },
): Promise<void> {
  const target = superuserTarget(cluster, login.superuser, login.password);
  const problems = await inSession(target, (client) => settingProblems(client, settings));
  if (problems.length > 0)
    throw new UserError(
      `The server on port ${cluster.port} runs, but not with the settings it should have: ${problems.join(" ")}`,
      "Correct that, then run `pulumi up` again.",
    );
}

async function orRollBack(
  cluster: Cluster,
  former: Files,
  unchanged: boolean,
  attempt: () => Promise<void>,
): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (unchanged) throw error;
    writeFiles(cluster, former);
    const failure = messageOf(error);
    try {
      await stop(cluster);
      await start({ ...cluster, ...formerAddress(former) });
    } catch (again) {
      throw new UserError(
        `${failure} The former configuration was put back, but the server does not start with it either: ${messageOf(again)}`,
        "Its data is untouched.",
        { cause: error },
      );
    }
    throw new UserError(failure, "The former configuration was put back, and the server runs with it.", {
      cause: error,
    });
  }
}

function formerAddress(files: Files): { host?: string; port?: number } {
  const value = (name: string) => new RegExp(`^${name} = '(.*)'$`, "m").exec(files["postgresql.conf"])?.[1];
  const [host, port] = [value("listen_addresses"), value("port")];
  return { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port: Number(port) }) };
}

/** Has PostgreSQL read the file as it would at its start, which finds unknown names and bad values before anything is changed. */
async function checkFile(cluster: Cluster, content: string): Promise<void> {
  const path = join(cluster.home, ".postgresql.conf.new");
  writeFileAtomic(path, content, 0o600);
  own(path, cluster);
  try {
    const outcome = await run(
      cluster.binFolder,
      "postgres",
      ["-D", cluster.dataFolder, "-c", `config_file=${path}`, "-C", "data_directory"],
      {
        account: cluster.account,
        cwd: cluster.home,
      },
    );
    if (outcome.code !== 0)
      throw explain(
        "PostgreSQL does not accept the settings; nothing was changed",
        outcome.output.replaceAll(path, "postgresql.conf"),
      );
  } finally {
    rmSync(path, { force: true });
  }
}

/** The server reads its files when the postmaster gets to it; the time of its last reading tells when it has. */
async function reloadAndWait(cluster: Cluster, target: ReturnType<typeof superuserTarget>): Promise<void> {
  const loaded = async () => {
    const { rows } = await inSession(target, (client) =>
      client.query<{ at: string }>("SELECT pg_conf_load_time()::text AS at"),
    );
    return rows[0]?.at;
  };
  const before = await loaded();
  await reload(cluster);
  const deadline = Date.now() + 15_000;
  while ((await loaded()) === before) {
    if (Date.now() > deadline)
      throw new UserError(
        `The server of ${cluster.dataFolder} does not take its new files.`,
        `Look into its log: ${cluster.logFile}.`,
      );
    await sleep(50);
  }
}

function readFiles(cluster: Cluster): Files {
  const read = (name: keyof Files) => {
    const path = join(cluster.dataFolder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  return { "postgresql.conf": read("postgresql.conf"), "pg_hba.conf": read("pg_hba.conf") };
}

function writeFiles(cluster: Cluster, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(cluster.dataFolder, name);
    writeFileAtomic(path, content, 0o600);
    own(path, cluster);
  }
}
