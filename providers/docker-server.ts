/** The life of the server in a container, beyond the container: it is waited for, its password and settings are set in place and proved. */
import {
  changeConfiguration,
  type DockerServer,
  filesAreCurrent,
  verifyConfiguration,
} from "../server/docker/configuration";
import { DockerEngine } from "../server/docker/engine-api";
import { again, isStopped, untilReady } from "../server/docker/readiness";
import { dockerSettings } from "../server/docker/settings";
import type { DrainWish } from "../server/drain";
import { changedSettings } from "../server/embedded/differences";
import type { SettingsWish } from "../server/embedded/settings";
import { accepts, setPassword } from "../server/embedded/superuser";
import { restartingSettings, settingProblems } from "../server/embedded/verify-settings";
import type { Setting } from "../server/tuning/types";
import { UserError } from "../support/errors";
import { inSession, type PostgresTarget } from "../support/postgres";
import { sessionName } from "../support/server-login";
import { isUnknown } from "../support/unknown-value";

export interface Inputs extends SettingsWish, DrainWish {
  dockerHost: string;
  instance: string;
  /** Id of the container. Another one serves the same volume. */
  container: string;
  /** Docker's name of the volume with the data, and whether it outlives the stack. */
  volume: string;
  keepData: boolean;
  host: string;
  port: number;
  superuser: string;
  superuserPassword: string;
}

export interface Outputs extends Inputs {
  version: string;
  systemIdentifier: string;
  /** postgresql.conf as it is in force: value and reason by name. */
  applied: Record<string, { value: string; reason: string }>;
}

/** Changes of these are said by name. */
const noted = [
  "host",
  "port",
  "superuserPassword",
  "restartWait",
  "restartOverdue",
  "dockerHost",
  "volume",
  "keepData",
] as const;

const say = (line: string) => console.log(line);

export { check, read } from "../support/plain-resource";
export { remove as delete };

/** Container and volume are resources of their own; of a volume that stays, nothing but this line would tell. */
async function remove(_id: string, props: Outputs) {
  if (!props.keepData) return;
  say(
    `The data stays in the Docker volume ${props.volume} (docs/environments.md says how to go on with it); \`docker volume rm ${props.volume}\` ends it.`,
  );
}

export async function create(inputs: Inputs) {
  return { id: inputs.instance, outs: await bring(inputs, inputs.superuserPassword) };
}

/** Lists what an update would do to the server as it is at the moment. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  // Which settings change is known also while the container is not made yet.
  const found = isUnknown({ ...news, container: "", superuserPassword: "" })
    ? ["the server is changed"]
    : await differences(olds, news);
  for (const line of found) say(line);
  return { changes: found.length > 0 || isUnknown(news) };
}

export async function update(_id: string, olds: Outputs, news: Inputs) {
  return { outs: await bring(news, olds.superuserPassword) };
}

async function bring(inputs: Inputs, formerPassword: string): Promise<Outputs> {
  const server = serverOf(inputs);
  const settings = await planned(server, inputs);
  await untilReady(server);
  await ensurePassword(server.superuser, formerPassword);
  const taken = await changeConfiguration(server, settings, inputs, say);
  await verifyConfiguration(server, settings);
  const { rows } = await inSession(server.superuser, (client) =>
    client.query<{ version: string; id: string }>(
      "SELECT current_setting('server_version') AS version, system_identifier::text AS id FROM pg_control_system()",
    ),
  );
  const { version = "", id = "" } = rows[0] ?? {};
  const how = { unchanged: "runs", reloaded: "has reloaded its settings", restarted: "was restarted once" };
  say(`PostgreSQL ${version} in its container ${how[taken]}; its ${settings.length} settings are verified.`);
  return {
    ...inputs,
    version: version.replace(/ .*/, ""),
    systemIdentifier: id,
    applied: Object.fromEntries(settings.map(({ name, value, reason }) => [name, { value, reason }])),
  };
}

async function differences(olds: Outputs, news: Inputs): Promise<string[]> {
  const server = serverOf(news);
  const settings = await planned(server, news);
  const found: string[] = [];
  if (olds.container !== news.container) found.push("another container serves the data");
  else {
    const state = await server.engine.state(server.container);
    if (state === undefined) return [`the container was removed by hand: ${again}`];
    if (isStopped(state)) found.push("the container is stopped: it is started with its data");
  }
  for (const name of noted) if (olds[name] !== news[name]) found.push(`${name} changes`);
  if (olds.container !== news.container || !(await accepts(server.superuser).catch(() => false))) {
    found.push(...changedSettings(olds, settings, undefined));
    if (found.length > 0) return found;
    return [`the superuser does not get in at ${server.superuser.host}:${server.superuser.port}: it is looked into`];
  }
  return await inSession(server.superuser, async (client) => {
    const changed = changedSettings(olds, settings, await restartingSettings(client));
    if (changed.length > 0) return [...found, ...changed];
    if (!(await filesAreCurrent(server, settings)))
      return [...found, "postgresql.conf or pg_hba.conf was edited by hand: it is written again"];
    return [...found, ...(await settingProblems(client, settings))];
  });
}

async function planned(server: DockerServer, inputs: Inputs): Promise<Setting[]> {
  const host =
    inputs.tuning === "auto" && (inputs.memory === "" || inputs.cpus === 0)
      ? await server.engine.machine()
      : { memoryBytes: 0, cpus: 1 };
  return dockerSettings(inputs.instance, inputs, host);
}

/** @throws UserError when neither the new password nor the recorded one gets in */
async function ensurePassword(superuser: PostgresTarget, former: string): Promise<void> {
  if (await accepts(superuser)) return;
  const old = { ...superuser, password: former };
  if (!(await accepts(old)))
    throw new UserError(
      `The superuser ${superuser.user} does not get in with the password of this stack.`,
      "The volume is of another stack, or the password was changed by hand: set it back with ALTER ROLE in the container (docker exec).",
    );
  await setPassword(old, superuser.user, superuser.password);
}

function serverOf(inputs: Inputs): DockerServer {
  const { host, port, superuser, superuserPassword } = inputs;
  return {
    engine: new DockerEngine(inputs.dockerHost),
    container: inputs.container,
    superuser: {
      host,
      port,
      database: "postgres",
      user: superuser,
      password: superuserPassword,
      tls: "disable",
      ...sessionName(inputs.instance),
    },
  };
}
