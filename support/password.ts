import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "./errors";
import type { PostgresTarget } from "./postgres";

/**
 * The target with its password, found as libpq finds it (postgresql.org/docs/16/libpq-pgpass.html): in the URL, in PGPASSWORD, or in
 * the password file (PGPASSFILE, else ~/.pgpass). A command line shows in process lists, so the latter two are the better places.
 * Without any, the password stays empty: the server may not ask for one.
 *
 * @throws UserError when PGPASSFILE names a file that cannot be read, or one that others can read
 */
export function withPassword(target: PostgresTarget, env: NodeJS.ProcessEnv = process.env): PostgresTarget {
  if (target.password !== "") return target;
  if (env.PGPASSWORD) return { ...target, password: env.PGPASSWORD };
  return { ...target, password: fromFile(target, env) ?? "" };
}

function fromFile({ host, port, database, user }: PostgresTarget, env: NodeJS.ProcessEnv): string | undefined {
  const wanted = [host, String(port), database, user];
  for (const line of readPasswordFile(env)) {
    if (line.startsWith("#")) continue;
    // A backslash keeps the colon or backslash after it.
    const fields = [...`${line}:`.matchAll(/((?:\\.|[^:\\])*):/g)].map((match) =>
      (match[1] ?? "").replace(/\\(.)/g, "$1"),
    );
    if (fields.length >= 5 && wanted.every((value, i) => fields[i] === "*" || fields[i] === value)) return fields[4];
  }
  return undefined;
}

function readPasswordFile(env: NodeJS.ProcessEnv): string[] {
  const file =
    process.platform === "win32"
      ? join(env.APPDATA ?? homedir(), "postgresql", "pgpass.conf")
      : join(env.HOME ?? homedir(), ".pgpass");
  const path = env.PGPASSFILE ?? file;
  try {
    if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0)
      throw new UserError(
        `The password file ${path} can be read by others, so it is not used.`,
        `Run: chmod 600 ${path}`,
      );
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (env.PGPASSFILE === undefined) return [];
    throw new UserError(
      `The password file ${path} of PGPASSFILE cannot be read: ${messageOf(error)}.`,
      "Correct PGPASSFILE.",
    );
  }
}
