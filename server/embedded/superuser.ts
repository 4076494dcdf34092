import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { connect, inSession, type PostgresTarget } from "../../support/postgres";
import { scramVerifier } from "../../support/scram";
import { sessionName } from "../../support/server-login";
import type { Cluster } from "./cluster";
import { start, stop } from "./control";
import { explain } from "./explain";
import { run } from "./programs";

/** How to reach a server's database `postgres` as its superuser. */
export function superuserTarget(
  { host, port, instance }: Pick<Cluster, "host" | "port" | "instance">,
  superuser: string,
  password: string,
): PostgresTarget {
  return { host, port, database: "postgres", user: superuser, password, tls: "disable", ...sessionName(instance) };
}

/**
 * Gives the superuser another password. A change that was interrupted between the server and its record heals: when the new one works
 * already, nothing is done; when neither works, it is set with the server stopped for a moment.
 *
 * @param say told in one line when the server has to be stopped
 */
export async function changeSuperuserPassword(
  cluster: Cluster,
  change: { superuser: string; from: string; to: string },
  say: (line: string) => void,
): Promise<void> {
  if (await accepts(superuserTarget(cluster, change.superuser, change.to))) return;
  const old = superuserTarget(cluster, change.superuser, change.from);
  if (await accepts(old)) {
    return setPassword(old, change.superuser, change.to);
  }
  say(`The superuser's password was changed by other means: the server is stopped for a moment to set it.`);
  await stop(cluster);
  await setPasswordOffline(cluster, change.superuser, change.to);
  await start(cluster);
}

/** Sets a role's password in the running server. @param as who is let in to do so */
export async function setPassword(as: PostgresTarget, role: string, password: string): Promise<void> {
  await inSession(as, (client) => client.query(passwordStatement(role, password)));
}

/** invalid_password and invalid_authorization_specification */
const refused = ["28P01", "28000"];

/** A session as that user; null where the server does not let it in. @throws UserError for whatever else is wrong with the connection */
export async function enter(target: PostgresTarget): Promise<Client | null> {
  try {
    return await connect(target);
  } catch (error) {
    const { code = "" } = ((error as Error).cause ?? {}) as { code?: string };
    if (refused.includes(code)) return null;
    throw error;
  }
}

/** Whether the server lets that user in. @throws UserError for whatever else is wrong with the connection */
export async function accepts(target: PostgresTarget): Promise<boolean> {
  const client = await enter(target);
  await client?.end().catch(() => {});
  return client !== null;
}

/**
 * Sets the superuser's password in a data folder whose server is stopped: PostgreSQL's single-user mode asks for none and listens nowhere.
 */
export async function setPasswordOffline(cluster: Cluster, superuser: string, password: string): Promise<void> {
  const outcome = await run(
    cluster.binFolder,
    "postgres",
    ["--single", "-D", cluster.dataFolder, "-c", "log_statement=none", "postgres"],
    {
      account: cluster.account,
      cwd: cluster.home,
      // In this mode a statement ends with its line.
      input: `${passwordStatement(superuser, password)}\n`,
    },
  );
  const failed = outcome.output.split("\n").filter((line) => /\b(?:ERROR|FATAL|PANIC):/.test(line));
  if (outcome.code !== 0 || failed.length > 0)
    throw explain(
      `The password of the superuser ${superuser} cannot be set in ${cluster.dataFolder}`,
      failed.join("\n") || outcome.output,
    );
}

/** The server is given a verifier only, so that the password can stand in no log and no list of running statements. */
function passwordStatement(superuser: string, password: string): string {
  return `ALTER ROLE ${escapeIdentifier(superuser)} PASSWORD ${escapeLiteral(scramVerifier(password))}`;
}
