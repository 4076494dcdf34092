import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import type { Account } from "./account";
import { checkMajorVersion, readMarker } from "./data-folder";
import { serverState } from "./postmaster";

/**
 * Sets a stopped server's data folder aside, under a dated name (UTC) beside it.
 *
 * @returns the new path
 * @throws UserError when it cannot be renamed, as a mount point cannot
 */
export function setAside(dataFolder: string, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  let kept = `${dataFolder}.kept-${stamp}`;
  for (let n = 2; existsSync(kept); n++) kept = `${dataFolder}.kept-${stamp}-${n}`;
  try {
    renameSync(dataFolder, kept);
  } catch (error) {
    throw new UserError(
      `The server is stopped, but its data folder ${dataFolder} cannot be set aside as ${kept}: ${messageOf(error)}.`,
      "Move its content away yourself, or set keepData to false to have it removed, then run `pulumi destroy` again.",
      { cause: error },
    );
  }
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
  wanted: { superuser: string; locale: string; account: Account | undefined },
): Promise<string> {
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
  for (const key of ["superuser", "locale"] as const)
    if (marker[key] !== wanted[key])
      throw new UserError(
        `The ${key} of the data in ${folder} is '${marker[key]}', not '${wanted[key]}'.`,
        `Set ${key} to ${marker[key]}.`,
      );
  const owner = statSync(folder).uid;
  const runner = wanted.account?.uid ?? process.getuid?.();
  if (runner !== undefined && owner !== runner)
    throw new UserError(
      `The folder to start from, ${folder}, belongs to the account with the number ${owner}, and the server would run as number ${runner}.`,
      "Set runAs to its owner, or give the folder and all in it to that account (chown -R).",
    );
  const found = await serverState(folder);
  // One in the data folder's own place is the server to go on with; creation stops it first.
  if (found.state !== "stopped" && folder !== dataFolder)
    throw new UserError(`A server runs on ${folder} (process ${found.pid}).`, "Stop it first.");
  return folder;
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
