import type { Setting } from "../tuning/types";
import { programsVersion } from "./binaries";
import type { Cluster } from "./cluster";
import { filesAreCurrent } from "./configuration";
import type { EmbeddedServerInputs, EmbeddedServerOutputs } from "./inputs";
import { serverState } from "./postmaster";
import { plannedSettings } from "./settings";
import { enter, superuserTarget } from "./superuser";
import { restartingSettings, settingProblems } from "./verify-settings";

/** What config may not change while there is data, one sentence each, with the way to do it all the same. */
export function refusals(recorded: EmbeddedServerOutputs, wanted: EmbeddedServerInputs): string[] {
  const fresh = "`pulumi destroy` (its data is kept) and `pulumi up` make a new server with it";
  const found: string[] = [];
  const changed = (key: keyof EmbeddedServerInputs) => recorded[key] !== wanted[key];
  if (changed("instance"))
    found.push(`instance cannot change from ${recorded.instance} to ${wanted.instance}: ${fresh}.`);
  if (changed("locale"))
    found.push(
      `locale cannot change from ${recorded.locale} to ${wanted.locale}: text in the data folder is ordered by it; dump the databases, then ${fresh}, and restore them.`,
    );
  if (changed("superuser"))
    found.push(
      `superuser cannot change from ${recorded.superuser} to ${wanted.superuser}: the data folder was made with it; ${fresh}.`,
    );
  if (changed("dataFolder") && wanted.dataFolder !== recorded.paths.dataFolder)
    found.push(
      `dataFolder cannot change from ${recorded.paths.dataFolder} to ${wanted.dataFolder || "the default"} while there is data: run \`pulumi destroy\`, which sets the data aside, then move it beside the new place, set startFrom to it, and \`pulumi up\`.`,
    );
  if (changed("runAs"))
    found.push(
      `runAs cannot change from '${recorded.runAs}' to '${wanted.runAs}': the data belongs to the first; ${fresh}.`,
    );
  return found;
}

/** What an update would change in a server, one line each, as it really is at the moment; empty when it is as it should be. */
export async function differences(
  cluster: Cluster,
  recorded: EmbeddedServerOutputs,
  wanted: EmbeddedServerInputs,
): Promise<string[]> {
  const found: string[] = [];
  const [settings, version, state] = await Promise.all([
    plannedSettings(cluster, wanted),
    programsVersion(cluster.binFolder, cluster.home, cluster.account),
    serverState(cluster.dataFolder),
  ]);
  if (version !== recorded.version) found.push(`PostgreSQL ${recorded.version} becomes ${version} (restart)`);
  if (cluster.dataFolder !== recorded.paths.dataFolder) found.push(`the server's files were moved to ${cluster.home}`);
  if (recorded.keepData !== wanted.keepData) found.push(`destroy will ${wanted.keepData ? "keep" : "remove"} the data`);
  if (state.state !== "running") {
    found.push(`the server is ${state.state === "stopped" ? "not running" : state.state}: it is started with its data`);
    return [...found, ...changedSettings(recorded, settings, undefined)];
  }
  const target = superuserTarget({ ...state, instance: cluster.instance }, wanted.superuser, wanted.superuserPassword);
  let client = await enter(target);
  if (client === null) {
    found.push(`the superuser ${wanted.superuser} gets another password`);
    client = await enter({ ...target, password: recorded.superuserPassword });
    if (client === null) return [...found, ...changedSettings(recorded, settings, undefined)];
  } else if (recorded.superuserPassword !== wanted.superuserPassword)
    // The next change is made with the one that is recorded.
    found.push(`the superuser ${wanted.superuser} has its new password already: it is recorded`);
  try {
    const changed = changedSettings(recorded, settings, await restartingSettings(client));
    found.push(...changed);
    if (changed.length === 0 && !filesAreCurrent(cluster, settings))
      found.push("postgresql.conf or pg_hba.conf was edited by hand: it is written again");
    else if (changed.length === 0) found.push(...(await settingProblems(client, settings)));
  } finally {
    await client.end();
  }
  return found;
}

/** The settings that differ from those recorded, one line each: reload or restart, where the server could be asked. */
export function changedSettings(
  recorded: Pick<EmbeddedServerOutputs, "applied">,
  settings: readonly Setting[],
  restarting: Set<string> | undefined,
): string[] {
  const wanted = new Map(settings.map((setting) => [setting.name, setting.value]));
  const names = new Set([...Object.keys(recorded.applied), ...wanted.keys()]);
  return [...names].flatMap((name) => {
    const [from, to] = [recorded.applied[name]?.value, wanted.get(name)];
    if (from === to) return [];
    const how = restarting === undefined ? "" : restarting.has(name) ? " (restart)" : " (reload)";
    return [`${name}: ${from ?? "PostgreSQL's default"} -> ${to ?? "PostgreSQL's default"}${how}`];
  });
}
