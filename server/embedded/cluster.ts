import { join } from "node:path";
import type { Account } from "./account";

/**
 * One embedded server: where its files are and how it is reached. "Cluster" is PostgreSQL's word for a data folder and the
 * databases in it.
 */
export interface Cluster {
  /** Name that is unique to the stack. */
  instance: string;
  home: string;
  dataFolder: string;
  binFolder: string;
  /** Server log; PostgreSQL appends. */
  logFile: string;
  /** Private folder of its Unix socket; empty for none. */
  socketFolder: string;
  host: string;
  port: number;
  account: Account | undefined;
}

/** A Unix socket's address holds 107 bytes. */
const socketAddressBytes = 107;

/** The folder for the server's socket, or an empty string where there are no such sockets or the path would be too long for one. */
function socketFolderIn(home: string): string {
  const folder = join(home, "socket");
  const longest = join(folder, ".s.PGSQL.65535");
  return process.platform === "win32" || Buffer.byteLength(longest) > socketAddressBytes ? "" : folder;
}

/** Puts together a cluster from its folders. */
export function clusterIn(
  folders: { home: string; dataFolder: string },
  rest: Pick<Cluster, "instance" | "binFolder" | "host" | "port" | "account">,
): Cluster {
  const { instance, binFolder, host, port, account } = rest;
  const { home, dataFolder } = folders;
  return {
    instance,
    home,
    dataFolder,
    binFolder,
    host,
    port,
    account,
    logFile: join(home, "server.log"),
    socketFolder: socketFolderIn(home),
  };
}
