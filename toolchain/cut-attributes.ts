/** Files beside the local backend's records that a killed engine left empty. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "./paths";

/**
 * Removes them. The backend renames a record into its place when it is whole, but writes the record's attributes (content type, checksum) to where
 * they stay (gocloud.dev/blob/fileblob, attrs.go): killed in between, it leaves an empty file, and every later command ends with "failed to load
 * checkpoint: EOF". Where there are no attributes, it reads the record without them.
 *
 * @returns a line for each file that was removed
 */
export function removeCutAttributes(): string[] {
  const folder = join(stateFolder, ".pulumi");
  return listed(folder)
    .filter((entry) => entry.endsWith(".attrs") && statSync(join(folder, entry), { throwIfNoEntry: false })?.size === 0)
    .map((entry) => {
      rmSync(join(folder, entry), { force: true });
      return `A pulumi process was killed while it wrote ${entry}, which says nothing of the stack's own: the empty file is removed.`;
    });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    // Nothing was recorded yet.
    return [];
  }
}
