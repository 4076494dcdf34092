import { execFileSync } from "node:child_process";
import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { UserError } from "../../support/errors";

/** An operating-system account that the server's programs run as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The account that runs the server, or undefined for the one that runs this program. PostgreSQL refuses to run as root, so root
 * hands it to an unprivileged one: `runAs`, or else `postgres` where that exists, or else `nobody`.
 */
export function serverAccount(runAs: string): Account | undefined {
  if (process.getuid?.() !== 0) {
    if (runAs === "" || runAs === userInfo().username) return undefined;
    throw new UserError(
      `The embedded server cannot run as '${runAs}': only root may start programs as another account.`,
      `Leave runAs empty to run it as ${userInfo().username}.`,
    );
  }
  const names = runAs === "" ? ["postgres", "nobody"] : [runAs];
  for (const name of names) {
    const account = lookUp(name);
    if (account?.uid === 0)
      throw new UserError(`PostgreSQL refuses to run as root, and '${name}' is root.`, "Set runAs to another account.");
    if (account !== undefined) return account;
  }
  throw new UserError(
    `PostgreSQL refuses to run as root, and there is no account ${names.map((name) => `'${name}'`).join(" or ")} to run it as.`,
    "Set runAs to an unprivileged account, or run pgstead as an ordinary user.",
  );
}

/** Asks the system's own `id`, which also knows accounts that are not in /etc/passwd. */
function lookUp(name: string): Account | undefined {
  const ask = (flag: string) =>
    Number(execFileSync("id", [flag, "--", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { name, uid: ask("-u"), gid: ask("-g") };
  } catch {
    return undefined;
  }
}

/**
 * The first folder on the way to `path` (itself included, as far as it exists) that the account may not enter; undefined when it can
 * get there. Programs started for an account have no supplementary groups, so only the mode bits count.
 */
export function barrier(account: Account, path: string): string | undefined {
  return [...new Set([...wayTo(resolve(path)), ...wayTo(realPath(resolve(path)))])].find(
    (folder) => existsSync(folder) && !permits(account, statSync(folder), 1),
  );
}

/** The path and every folder above it, from the root down. */
function wayTo(path: string): string[] {
  return path === dirname(path) ? [path] : [...wayTo(dirname(path)), path];
}

/** Where the existing part of the path leads through symbolic links. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : realPath(dirname(path));
}

/** @param bit 1 to enter a folder */
function permits(account: Account, stats: Stats, bit: 1): boolean {
  if (stats.uid === account.uid) return (stats.mode & (bit << 6)) !== 0;
  if (stats.gid === account.gid) return (stats.mode & (bit << 3)) !== 0;
  return (stats.mode & bit) !== 0;
}
