import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../../support/errors";
import { inSession, type PostgresTarget } from "../../support/postgres";
import { type DrainWish, drain } from "../drain";
import { explain } from "../embedded/explain";
import { pendingRestart, settingProblems } from "../embedded/verify-settings";
import { renderPostgresqlConf } from "../postgresql-conf";
import type { Setting } from "../tuning/types";
import type { DockerEngine } from "./engine-api";
import { untilReady } from "./readiness";

/** A server in a container, and how its superuser reaches it from here. */
export interface DockerServer {
  engine: DockerEngine;
  /** Id of the container. */
  container: string;
  superuser: PostgresTarget;
}

/** Where the data is in the container, in a folder of the volume of its own. */
export const dataFolder = "/var/lib/postgresql/data/pgdata";

const changeAt = "Change them in the stack's config: pgstead:postgresSettings, pgstead:tuning and its neighbours.";
/** A fast stop writes out what is in memory. */
const stopSeconds = 120;
const reloadSeconds = 15;

type Files = Record<"postgresql.conf" | "pg_hba.conf", string>;

/**
 * The files that these settings make. Who may connect is decided by what Docker publishes: of a connection that it hands on, the server sees Docker's
 * own address on some systems, and the client's on others.
 */
function render(settings: readonly Setting[]): Files {
  const rules = [
    "local all all scram-sha-256",
    "host all all all scram-sha-256",
    "host replication all all scram-sha-256",
  ];
  return {
    "postgresql.conf": renderPostgresqlConf(settings, changeAt),
    "pg_hba.conf": `# pg_hba.conf, written by pgstead: changes made here are overwritten.\n${rules.join("\n")}\n`,
  };
}

/** Whether the files in the volume are the ones that these settings make. */
export async function filesAreCurrent(server: DockerServer, settings: readonly Setting[]): Promise<boolean> {
  const [current, wanted] = [await readFiles(server), render(settings)];
  return current["postgresql.conf"] === wanted["postgresql.conf"] && current["pg_hba.conf"] === wanted["pg_hba.conf"];
}

/**
 * Brings the server to these settings in place: its files are in the volume, so they outlive the container. Reloads, and restarts once only if a
 * setting needs it. When it does not come up, the former files are put back, it is started with them, and the error has the log's last lines.
 */
export async function changeConfiguration(
  server: DockerServer,
  settings: readonly Setting[],
  wish: DrainWish,
  say: (line: string) => void,
): Promise<"unchanged" | "reloaded" | "restarted"> {
  const current = await filesAreCurrent(server, settings);
  const former = await readFiles(server);
  if (!current) {
    await checkFile(server, render(settings)["postgresql.conf"]);
    await writeFiles(server, render(settings));
  }
  const waiting = await reload(server);
  if (waiting.length === 0) return current ? "unchanged" : "reloaded";
  try {
    await drain(server.superuser, wish, say);
    await restart(server);
  } catch (error) {
    if (current) throw error;
    await rollBack(server, former, error);
  }
  return "restarted";
}

/** Proves from the running server that it has these settings. @throws UserError with every difference */
export async function verifyConfiguration(server: DockerServer, settings: readonly Setting[]): Promise<void> {
  const problems = await inSession(server.superuser, (client) => settingProblems(client, settings));
  if (problems.length > 0)
    throw new UserError(
      `The server in the container runs, but not with the settings it should have: ${problems.join(" ")}`,
      "Correct that, then run `pulumi up` again.",
    );
}

async function restart(server: DockerServer): Promise<void> {
  await server.engine.restart(server.container, stopSeconds);
  await untilReady(server);
}

async function rollBack(server: DockerServer, former: Files, error: unknown): Promise<never> {
  await writeFiles(server, former);
  const failure = messageOf(error);
  try {
    const running = (await server.engine.state(server.container))?.status === "running";
    // Restarted where the new files kept it from coming up; only reloaded where it was not stopped at all.
    const waits = running ? (await reload(server).catch(() => ["?"])).length > 0 : true;
    if (waits) await restart(server);
  } catch (again) {
    throw new UserError(
      `${failure} The former configuration was put back, but the server does not start with it either: ${messageOf(again)}`,
      "Its data is untouched.",
      { cause: error },
    );
  }
  throw new UserError(failure, "The former configuration was put back, and the server runs with it.", { cause: error });
}

/** Has the server read its files. @returns the settings that wait for a restart */
async function reload({ superuser }: DockerServer): Promise<string[]> {
  return await inSession(superuser, async (client) => {
    const loaded = async () => (await client.query("SELECT pg_conf_load_time()::text AS at")).rows[0]?.at;
    const before = await loaded();
    await client.query("SELECT pg_reload_conf()");
    for (const deadline = Date.now() + reloadSeconds * 1000; (await loaded()) === before; await sleep(50))
      if (Date.now() > deadline)
        throw new UserError("The server in the container does not take its new files.", "Look into `docker logs`.");
    return await pendingRestart(client);
  });
}

/** Has the image's own PostgreSQL read the file as it would at its start. @throws UserError before anything is changed */
async function checkFile(server: DockerServer, content: string): Promise<void> {
  const name = ".pgstead-new.conf";
  const owner = await ownerOf(server);
  await server.engine.writeFiles(server.container, dataFolder, [{ name, content, ...owner, mode: 0o600 }]);
  const path = `${dataFolder}/${name}`;
  const outcome = await server.engine.run(
    server.container,
    ["postgres", "-D", dataFolder, "-c", `config_file=${path}`, "-C", "data_directory"],
    `${owner.uid}:${owner.gid}`,
  );
  if (outcome.code !== 0)
    throw explain(
      "PostgreSQL does not accept the settings; nothing was changed",
      outcome.output.replaceAll(path, "postgresql.conf"),
    );
}

async function readFiles({ engine, container }: DockerServer): Promise<Files> {
  const read = async (name: keyof Files) => (await engine.readFile(container, `${dataFolder}/${name}`))?.content ?? "";
  return { "postgresql.conf": await read("postgresql.conf"), "pg_hba.conf": await read("pg_hba.conf") };
}

async function writeFiles(server: DockerServer, files: Files): Promise<void> {
  const owner = await ownerOf(server);
  await server.engine.writeFiles(
    server.container,
    dataFolder,
    Object.entries(files).map(([name, content]) => ({ name, content, ...owner, mode: 0o600 })),
  );
}

/** The account that the server has in this image: Debian's and Alpine's differ. */
async function ownerOf({ engine, container }: DockerServer): Promise<{ uid: number; gid: number }> {
  const version = await engine.readFile(container, `${dataFolder}/PG_VERSION`);
  if (version === undefined)
    throw new UserError(
      `There is no data in ${dataFolder} of the container.`,
      "The image does not make its data where PGDATA says: use one of the postgres family.",
    );
  return { uid: version.uid, gid: version.gid };
}
