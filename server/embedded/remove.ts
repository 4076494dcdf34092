import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeOtherCopies } from "./binaries";
import type { Cluster } from "./cluster";
import { stop } from "./control";
import { removeFolder } from "./creation-note";
import { removePasswordFile } from "./data-folder";
import { setAside } from "./kept-data";

/** Stops the server, sets its data aside or removes it, and removes everything else of it. */
export async function removeServer(cluster: Cluster, keepData: boolean, say: (line: string) => void): Promise<void> {
  await stop(cluster);
  if (keepData) say(`The server is stopped; its data is kept in ${setAside(cluster.dataFolder)}.`);
  else {
    removeFolder(cluster.dataFolder);
    say(`The server is stopped; its data folder ${cluster.dataFolder} is removed, as keepData says.`);
  }
  tidyHome(cluster.home, keepData);
}

/** Removes what a server leaves in its home beside the data. */
export function tidyHome(home: string, keepLog: boolean): void {
  if (!existsSync(home)) return;
  rmSync(join(home, "socket"), { recursive: true, force: true });
  removePasswordFile(home);
  removeOtherCopies(home);
  if (!keepLog) for (const log of ["server.log", "server.log.1"]) rmSync(join(home, log), { force: true });
  if (readdirSync(home).length === 0) rmdirSync(home);
}
