import { createHash } from "node:crypto";
import { accessSync, chmodSync, chownSync, constants, existsSync, mkdirSync } from "node:fs";
import { dirname, isAbsolute, join, parse } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { type Account, barrier } from "./account";

/** Where a new server keeps its files. */
export interface Folders {
  home: string;
  dataFolder: string;
}

/** Home of servers that root runs from a project which the server's account cannot enter. */
const systemHome = "/var/lib/pgstead";

/**
 * Chooses a new server's folders and makes its home, private to the account that runs it.
 *
 * @param wanted.home default home, in the project
 * @param wanted.dataFolder data folder set by config, or an empty string for `data` in the home
 * @param say told in one line when the home is another than wanted
 * @throws UserError when a folder set by config cannot be reached by the account
 */
export function prepareFolders(
  wanted: { instance: string; home: string; dataFolder: string },
  account: Account | undefined,
  say: (line: string) => void,
): Folders {
  let home = wanted.home;
  const blocked = account === undefined ? undefined : barrier(account, home);
  if (account !== undefined && blocked !== undefined) {
    // Two checkouts of a project have stacks of the same name.
    const checkout = createHash("sha256").update(wanted.home).digest("hex").slice(0, 8);
    home = join(systemHome, `${wanted.instance}-${checkout}`);
    const blockedToo = barrier(account, home);
    if (blockedToo !== undefined)
      throw new UserError(
        `The account ${account.name}, which has to run PostgreSQL because root may not, can enter neither ${blocked} nor ${blockedToo}.`,
        "Set runAs to an account that can, or set dataFolder and move the project to folders that it may enter.",
      );
    say(`The account ${account.name} cannot enter ${blocked}: the server's files are kept in ${home}.`);
  }
  const dataFolder = wanted.dataFolder === "" ? join(home, "data") : wanted.dataFolder;
  for (const path of [home, dataFolder]) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new UserError(`The server cannot be kept there: ${problem}.`, "Set dataFolder, or move the project.");
  }
  const dataBlocked = account === undefined ? undefined : barrier(account, dirname(dataFolder));
  if (account !== undefined && dataBlocked !== undefined)
    throw new UserError(
      `The data folder ${dataFolder} cannot be used: the account ${account.name}, which runs PostgreSQL because root may not, cannot enter ${dataBlocked}.`,
      `Set dataFolder to a folder that ${account.name} can reach, give it permission to enter that one, or set runAs to an account that can.`,
    );
  makePrivateFolder(home, account);
  return { home, dataFolder };
}

/** What is wrong with a path for a server's folder, or undefined when nothing is. */
export function pathProblem(path: string): string | undefined {
  if (!isAbsolute(path)) return `${path} is not an absolute path`;
  // pg_ctl starts the server through a shell and puts its paths between double quotes.
  if (/["$`\r\n\0]/.test(path) || (process.platform !== "win32" && path.includes("\\")))
    return `${JSON.stringify(path)} holds a double quote, dollar, backtick, backslash or line break, which PostgreSQL's pg_ctl cannot pass on`;
  return undefined;
}

/** Makes a folder that only its account can enter; folders made on the way can be entered by everyone. @throws UserError */
export function makePrivateFolder(path: string, account: Account | undefined): void {
  try {
    makeParents(dirname(path));
    if (!existsSync(path)) mkdirSync(path);
    if (account !== undefined) chownSync(path, account.uid, account.gid);
    chmodSync(path, 0o700);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UserError(
      `The folder ${path} cannot be made or written: ${messageOf(error)}.`,
      "Check the permissions of the folders above it and the space on its disk.",
      { cause: error },
    );
  }
}

function makeParents(path: string): void {
  if (path === parse(path).root || existsSync(path)) return;
  makeParents(dirname(path));
  mkdirSync(path);
  // Whatever the umask is: the server's account has to pass.
  chmodSync(path, 0o755);
}
