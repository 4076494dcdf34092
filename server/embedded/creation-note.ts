import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";
import type { Cluster } from "./cluster";
import { stop, toolsGone } from "./control";
import { holdsFiles, readMarker, removePasswordFile } from "./data-folder";
import { keptFolders, moveIn } from "./kept-data";

/**
 * A note in the server's home while a data folder is being made. As long as it lies there nobody was told of the server, so what is
 * in the data folder is either nothing of anyone's, or data that came from `origin` and belongs back there.
 */
interface Note {
  dataFolder: string;
  /** The kept folder that was moved in. */
  origin?: string;
  /** The file system's number of the folder that was made: another one in its place is not ours to remove. */
  inode?: string;
}

const notePath = (cluster: Cluster) => join(cluster.home, "creating.json");

/** Called before anything is made or moved, and again when there is an empty data folder. */
export function writeNote(cluster: Cluster, origin: string | undefined): void {
  const inode = inodeOf(cluster.dataFolder);
  const note: Note = {
    dataFolder: cluster.dataFolder,
    ...(origin === undefined ? {} : { origin }),
    ...(inode === undefined ? {} : { inode }),
  };
  writeFileAtomic(notePath(cluster), `${JSON.stringify(note)}\n`, 0o600);
}

function inodeOf(folder: string): string | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino.toString();
}

export function removeNote(cluster: Cluster): void {
  rmSync(notePath(cluster), { force: true });
}

/** Undoes a creation that failed or was interrupted: no server, no half-made folder, data that was moved in is back where it was. */
export async function undoCreation(cluster: Cluster): Promise<void> {
  if (!existsSync(notePath(cluster))) return;
  const note = JSON.parse(readFileSync(notePath(cluster), "utf8")) as Note;
  const unfinished = { ...cluster, dataFolder: note.dataFolder };
  if (existsSync(note.dataFolder)) {
    await toolsGone(note.dataFolder);
    await stop(unfinished);
    if (note.origin === undefined) {
      // With its marker a data folder is complete: interrupted after that, it is for the user to say what becomes of it.
      const ours = note.inode === inodeOf(note.dataFolder) && readMarker(note.dataFolder) === undefined;
      if (ours) removeFolder(note.dataFolder);
    } else if (!existsSync(note.origin)) moveIn(note.dataFolder, note.origin);
  }
  removePasswordFile(cluster.home);
  removeNote(cluster);
}

/** Removes a folder with all that is in it; one that is a mount point, or in a folder that is not ours to change, is left empty. */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (holdsFiles(folder)) throw error;
  }
}

/** @throws UserError when there is anything in the data folder: it is never taken over in silence, and never overwritten */
export function checkFolderIsFree(cluster: Cluster, origin: string | undefined): void {
  const folder = cluster.dataFolder;
  if (!holdsFiles(folder) || origin === folder) return;
  const marker = readMarker(folder);
  if (marker !== undefined)
    throw new UserError(
      `The data folder ${folder} already holds the data of the pgstead server '${marker.instance}', which this stack does not know.`,
      `To go on with that data, set startFrom to ${folder}; for a new server, move the folder away or set dataFolder to another.`,
    );
  throw new UserError(
    `The data folder ${folder} is not empty, and pgstead did not make what is in it. It was not touched.`,
    "Set dataFolder to an empty or new folder, or move that one away.",
  );
}

/** The sentence about data that was set aside earlier, or undefined when there is none. */
export function keptDataHint(dataFolder: string): string | undefined {
  const newest = keptFolders(dataFolder).at(-1);
  return newest === undefined
    ? undefined
    : `Data of an earlier server is kept in ${newest}; set startFrom to it to start from that.`;
}
