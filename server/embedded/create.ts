import { serverAccount } from "./account";
import { programsVersion, reachableBinaries } from "./binaries";
import { type Cluster, clusterIn } from "./cluster";
import { verifyConfiguration, writeConfiguration } from "./configuration";
import { start, stop } from "./control";
import { checkFolderIsFree, keptDataHint, removeNote, undoCreation, writeNote } from "./creation-note";
import { initialize, writeMarker } from "./data-folder";
import { makePrivateFolder, prepareFolders } from "./folders";
import type { EmbeddedServerInputs, EmbeddedServerOutputs } from "./inputs";
import { findStart, moveIn } from "./kept-data";
import { outputsOf } from "./outputs";
import { checkPortFree } from "./port";
import { tidyHome } from "./remove";
import { plannedSettings } from "./settings";
import { setPasswordOffline } from "./superuser";

/** A creation that failed and could not be undone either: what is left. */
export class UndoFailed extends Error {
  constructor(
    readonly left: EmbeddedServerOutputs,
    /** Why it failed. */
    readonly failure: unknown,
    /** Why it could not be undone. */
    readonly obstacle: unknown,
  ) {
    super("the creation failed and could not be undone");
  }
}

/**
 * Makes a new server, or one from data that was set aside, starts it and proves its settings. When that fails, what was made is removed, and data
 * that was moved in is back where it was.
 *
 * @throws UserError for what the user can change; UndoFailed when something is left behind
 */
export async function createServer(
  inputs: EmbeddedServerInputs,
  say: (line: string) => void,
): Promise<EmbeddedServerOutputs> {
  const account = serverAccount(inputs.runAs);
  const folders = prepareFolders(inputs, account, say);
  const binFolder = reachableBinaries(account, folders.home, say);
  const cluster = clusterIn(folders, { ...inputs, binFolder, account });
  const version = await programsVersion(binFolder, cluster.home, account);
  await undoCreation(cluster);
  const settings = await plannedSettings(cluster, inputs);
  const origin =
    inputs.startFrom === "" ? undefined : await findStart(inputs.startFrom, cluster.dataFolder, { ...inputs, account });
  checkFolderIsFree(cluster, origin);
  if (origin === undefined) await checkPortFree(cluster.host, cluster.port);

  writeNote(cluster, origin);
  try {
    await fill(cluster, inputs, origin, version, say);
    await writeConfiguration(cluster, settings);
    if (origin !== undefined) await setPasswordOffline(cluster, inputs.superuser, inputs.superuserPassword);
    await start(cluster);
    await verifyConfiguration(cluster, settings, { superuser: inputs.superuser, password: inputs.superuserPassword });
    writeMarker(cluster, {
      instance: inputs.instance,
      superuser: inputs.superuser,
      locale: inputs.locale,
    });
    removeNote(cluster);
  } catch (error) {
    try {
      await undoCreation(cluster);
      tidyHome(cluster.home, true);
    } catch (obstacle) {
      throw new UndoFailed(outputsOf(inputs, cluster, version, settings), error, obstacle);
    }
    throw error;
  }
  say(`PostgreSQL ${version} runs on ${inputs.host}:${inputs.port}; its ${settings.length} settings are verified.`);
  return outputsOf(inputs, cluster, version, settings);
}

async function fill(
  cluster: Cluster,
  inputs: EmbeddedServerInputs,
  origin: string | undefined,
  version: string,
  say: (line: string) => void,
): Promise<void> {
  if (origin !== undefined) {
    say(`Starting from the data in ${origin}.`);
    await stop(cluster);
    moveIn(origin, cluster.dataFolder);
    return;
  }
  const hint = keptDataHint(cluster.dataFolder);
  say(`Making a new PostgreSQL ${version} data folder, ${cluster.dataFolder}.${hint === undefined ? "" : ` ${hint}`}`);
  makePrivateFolder(cluster.dataFolder, cluster.account);
  writeNote(cluster, undefined);
  await initialize(cluster, inputs.superuser, inputs.superuserPassword, inputs.locale);
}
