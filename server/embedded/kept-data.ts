import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { checkMajorVersion, type Marker, readMarker } from "./data-folder";
import { serverState } from "./postmaster";

/**
 * Sets a stopped server's data folder aside, under a dated name beside it.
 *
 * @returns the new path
 */
export function setAside(dataFolder: string, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  let kept = `${dataFolder}.kept-${stamp}`;
  for (let n = 2; existsSync(kept); n++) kept = `${dataFolder}.kept-${stamp}-${n}`;
  renameSync(dataFolder, kept);
  return kept;
}

/** Folders that were set aside from this data folder, newest last. */
export function keptFolders(dataFolder: string): string[] {
  const parent = dirname(dataFolder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => name.startsWith(`${basename(dataFolder)}.kept-`))
    .sort()
    .map((name) => join(parent, name));
}

/**
 * Finds the folder that config names to start from, and checks that it can be: set aside by us, of this major version, and not in use.
 *
 * @param startFrom a path, or the name of a folder beside the data folder
 * @throws UserError
 */
export async function findStart(
  startFrom: string,
  dataFolder: string,
  superuser: string,
): Promise<{ folder: string; marker: Marker }> {
  const folder = isAbsolute(startFrom) ? resolve(startFrom) : resolve(dirname(dataFolder), startFrom);
  const kept = keptFolders(dataFolder);
  if (!existsSync(folder))
    throw new UserError(
      `The folder to start from, ${folder}, does not exist.`,
      kept.length > 0
        ? `Set startFrom to one of: ${kept.join(", ")}.`
        : "No data was set aside there; leave startFrom empty for a new server.",
    );
  checkMajorVersion(folder);
  const marker = readMarker(folder);
  if (marker === undefined)
    throw new UserError(
      `The folder to start from, ${folder}, was not set aside by pgstead.`,
      "Dump its databases with pg_dump and restore them into a new server.",
    );
  if (marker.superuser !== superuser)
    throw new UserError(
      `The superuser in ${folder} is '${marker.superuser}', not '${superuser}'.`,
      `Set superuser to ${marker.superuser}.`,
    );
  const found = await serverState({ dataFolder: folder, host: "127.0.0.1" });
  // One in the data folder's own place is the server to go on with; creation stops it first.
  if (found.state !== "stopped" && folder !== dataFolder)
    throw new UserError(`A server runs on ${folder} (process ${found.pid}).`, "Stop it first.");
  return { folder, marker };
}

/** Moves a kept folder into the data folder's place. @throws UserError */
export function moveIn(folder: string, dataFolder: string): void {
  if (folder === dataFolder) return;
  try {
    renameSync(folder, dataFolder);
  } catch (error) {
    throw new UserError(
      `The folder ${folder} cannot be moved to ${dataFolder}: ${messageOf(error)}.`,
      "Move it beside the data folder yourself (they have to be on one file system) and name it there.",
      { cause: error },
    );
  }
}
