import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import { UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";
import { majorVersion } from "./binaries";
import type { Cluster } from "./cluster";
import { explain } from "./explain";
import { run } from "./programs";

/** The note in a data folder that says that it is ours, and complete. */
export interface Marker {
  instance: string;
  superuser: string;
  locale: string;
}

const markerFile = "pgstead.json";

export function readMarker(dataFolder: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(join(dataFolder, markerFile), "utf8")) as Marker;
  } catch {
    return undefined;
  }
}

export function writeMarker(cluster: Pick<Cluster, "dataFolder" | "account">, marker: Marker): void {
  const path = join(cluster.dataFolder, markerFile);
  writeFileAtomic(path, `${JSON.stringify(marker, null, 2)}\n`, 0o600);
  own(path, cluster);
}

/** Gives a file that we wrote to the server's account. */
export function own(path: string, cluster: Pick<Cluster, "account">): void {
  if (cluster.account !== undefined) chownSync(path, cluster.account.uid, cluster.account.gid);
}

/** Whether there is anything in the folder. */
export function holdsFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/**
 * PostgreSQL's identifier of the data folder, a number given to it by initdb: the first 8 bytes of its control file, in the machine's
 * byte order. undefined when there is no such file.
 */
export function systemIdentifier(dataFolder: string): string | undefined {
  let file: number;
  try {
    file = openSync(join(dataFolder, "global", "pg_control"), "r");
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(8);
    if (readSync(file, bytes, 0, 8, 0) < 8) return undefined;
    return String(endianness() === "LE" ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE());
  } finally {
    closeSync(file);
  }
}

/** @throws UserError when the folder is not one of PostgreSQL 16 */
export function checkMajorVersion(dataFolder: string): void {
  let found: string;
  try {
    found = readFileSync(join(dataFolder, "PG_VERSION"), "utf8").trim();
  } catch (error) {
    throw new UserError(
      `${dataFolder} is not a PostgreSQL data folder: it has no readable PG_VERSION.`,
      "Name another folder.",
      {
        cause: error,
      },
    );
  }
  if (found !== majorVersion)
    throw new UserError(
      `The data folder ${dataFolder} is of PostgreSQL ${found}; the embedded server is PostgreSQL ${majorVersion} and cannot read it. It was not touched.`,
      `Dump its databases with PostgreSQL ${found}'s pg_dump and restore them into a new server, or convert a copy with pg_upgrade.`,
    );
}

const passwordFileIn = (home: string) => join(home, ".initdb-password");

/** Removes the file that tells initdb the password; one that was killed leaves it. */
export function removePasswordFile(home: string): void {
  rmSync(passwordFileIn(home), { force: true });
}

/**
 * Fills an empty data folder: UTF8, data checksums, passwords by scram-sha-256.
 *
 * @param locale name of the system's locale, or `icu:` and an ICU locale such as `icu:de-AT`; C orders text by bytes, as SQLite does
 * @throws UserError; what was begun is removed by initdb itself
 */
export async function initialize(cluster: Cluster, superuser: string, password: string, locale: string): Promise<void> {
  const passwordFile = passwordFileIn(cluster.home);
  try {
    removePasswordFile(cluster.home);
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
    own(passwordFile, cluster);
    const order = locale.startsWith("icu:")
      ? ["--locale-provider=icu", `--icu-locale=${locale.slice(4)}`, "--locale=C"]
      : [`--locale=${locale}`];
    const outcome = await run(
      cluster.binFolder,
      "initdb",
      [
        `--pgdata=${cluster.dataFolder}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        ...order,
      ],
      { account: cluster.account, cwd: cluster.home },
    );
    if (outcome.code !== 0)
      throw explain(`The data folder ${cluster.dataFolder} cannot be made`, withoutPassword(outcome.output));
  } finally {
    removePasswordFile(cluster.home);
  }
}

/** A statement that fails within initdb is shown with all that is in it, the password too. */
function withoutPassword(output: string): string {
  return output
    .split("\n")
    .filter((line) => !/PASSWORD/.test(line))
    .join("\n");
}
