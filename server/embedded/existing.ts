import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { UserError } from "../../support/errors";
import type { Account } from "./account";
import { reachableBinaries } from "./binaries";
import { type Cluster, clusterIn } from "./cluster";
import { systemIdentifier } from "./data-folder";
import type { EmbeddedServerInputs, EmbeddedServerOutputs } from "./inputs";

/**
 * Finds a server that is on record: its folders, and the account that owns its data.
 *
 * @param recorded what was recorded when it was last changed
 * @param wanted what config says now; its host and port are the ones that the cluster gets
 * @returns undefined when its data folder is gone
 * @throws UserError when its data belongs to another account, or its programs are missing
 */
export function findServer(
  recorded: EmbeddedServerOutputs,
  wanted: EmbeddedServerInputs,
  say: (line: string) => void,
): Cluster | undefined {
  const folders = locate(recorded, wanted);
  if (folders === undefined) return undefined;
  const account = ownerOf(folders.dataFolder);
  const binFolder = reachableBinaries(account, folders.home, say);
  return clusterIn(folders, { instance: wanted.instance, host: wanted.host, port: wanted.port, binFolder, account });
}

/** Where the data is: where it was or, when the project was moved as a whole, in the project's new place. */
function locate(
  recorded: EmbeddedServerOutputs,
  wanted: EmbeddedServerInputs,
): { home: string; dataFolder: string } | undefined {
  const { home, dataFolder } = recorded.paths;
  if (existsSync(dataFolder)) return { home, dataFolder };
  const moved = join(wanted.home, "data");
  const sameData = recorded.dataFolder === "" && systemIdentifier(moved) === recorded.systemIdentifier;
  return sameData ? { home: wanted.home, dataFolder: moved } : undefined;
}

/** A server runs as the owner of its data: PostgreSQL insists on it. */
function ownerOf(dataFolder: string): Account | undefined {
  const { uid, gid } = statSync(dataFolder);
  const self = process.getuid?.();
  if (self === undefined || uid === self) return undefined;
  if (self !== 0)
    throw new UserError(
      `The data folder ${dataFolder} belongs to the account with the number ${uid}, and you are ${userInfo().username}.`,
      "Run pulumi as that account, or as root.",
    );
  return { name: `number ${uid}`, uid, gid };
}
