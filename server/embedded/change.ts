import { UserError } from "../../support/errors";
import { drain } from "../drain";
import { programsVersion, removeOtherCopies } from "./binaries";
import type { Cluster } from "./cluster";
import { changeConfiguration, verifyConfiguration } from "./configuration";
import { restart } from "./control";
import { removeNote } from "./creation-note";
import { writeMarker } from "./data-folder";
import type { EmbeddedServerInputs, EmbeddedServerOutputs } from "./inputs";
import { outputsOf } from "./outputs";
import { serverState } from "./postmaster";
import { plannedSettings } from "./settings";
import { changeSuperuserPassword, superuserTarget } from "./superuser";

/**
 * Brings an existing server to what config says: starts it if it is down, changes password and settings, and proves the settings. It can be
 * run again after it failed or was interrupted anywhere.
 */
export async function changeServer(
  cluster: Cluster,
  recorded: EmbeddedServerOutputs,
  wanted: EmbeddedServerInputs,
  say: (line: string) => void,
): Promise<EmbeddedServerOutputs> {
  const version = await programsVersion(cluster.binFolder, cluster.home, cluster.account);
  const settings = await plannedSettings(cluster, wanted);
  const login = { superuser: wanted.superuser, password: wanted.superuserPassword };
  const password = { superuser: wanted.superuser, from: recorded.superuserPassword, to: wanted.superuserPassword };

  const wish = { restartWait: wanted.restartWait ?? "", restartOverdue: wanted.restartOverdue ?? ("end" as const) };

  const before = await serverState(cluster.dataFolder);
  if (before.state === "running")
    await changeSuperuserPassword({ ...cluster, host: before.host, port: before.port }, password, say);
  let taken = await changeConfiguration(cluster, settings, login, wish, say);
  if (before.state !== "running") await changeSuperuserPassword(cluster, password, say);
  if (version !== recorded.version && taken !== "restarted" && taken !== "started") {
    await drain(superuserTarget(cluster, login.superuser, login.password), wish, say);
    await restart(cluster);
    taken = "restarted";
  }
  removeOtherCopies(cluster.home, cluster.binFolder);
  await verifyConfiguration(cluster, settings, login);
  // A creation that failed half-way, could not be undone and was put on record ends here.
  writeMarker(cluster, { instance: wanted.instance, superuser: wanted.superuser, locale: wanted.locale });
  removeNote(cluster);
  const how = {
    unchanged: "runs",
    reloaded: "has reloaded its settings",
    restarted: "was restarted once",
    started: "was started",
  };
  say(
    `PostgreSQL ${version} on ${wanted.host}:${wanted.port} ${how[taken]}; its ${settings.length} settings are verified.`,
  );
  return outputsOf(wanted, cluster, version, settings);
}

/** The error for a server whose data folder is not there any more. */
export function dataIsGone(recorded: EmbeddedServerOutputs): UserError {
  return new UserError(
    `The data folder ${recorded.paths.dataFolder} of the server '${recorded.instance}' is gone.`,
    "Bring it back from where it was moved or from a backup; or let `pulumi refresh` forget the server, and `pulumi up` make a new, empty one.",
  );
}
