import type { Client } from "pg";
import { UserError } from "./errors";
import { describeTarget, inSession, type PostgresTarget } from "./postgres";

const tries = 3;

/**
 * Whether a pooler in between hands one server session to several clients in turn (PgBouncer's transaction or statement mode, and their like): then
 * two connections that are open at the same time are seen to work in the same server process, which of a server itself never is so.
 * One connection alone is not enough: it may be given the same process each time, and the process that a server names at login (BackendKeyData) is made
 * up by some poolers, PgBouncer's session mode among them, and handed on by others that share sessions all the same (pgagroal's transaction pipeline).
 */
export async function sharesSessions(first: Client, target: PostgresTarget): Promise<boolean> {
  const pid = async (client: Client) =>
    (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid;
  return await inSession(target, async (second) => {
    for (let i = 0; i < tries; i++) {
      const before = await pid(first);
      // A pooler in statement mode takes no transaction at all.
      const begun = await second.query("BEGIN").then(
        () => true,
        () => false,
      );
      if (!begun) return true;
      const other = await pid(second);
      // While the transaction holds that session, the first one is given another where sessions are not its own.
      const after = await pid(first);
      await second.query("COMMIT");
      if (before === other || before !== after) return true;
    }
    return false;
  });
}

/** @param client connected to the target already @throws UserError when a pooler of that kind is in between, which a migration cannot work through */
export async function refusePooler(client: Client, target: PostgresTarget): Promise<void> {
  if (!(await sharesSessions(client, target))) return;
  throw new UserError(
    `Between here and the server at ${describeTarget(target)} is a connection pooler in transaction or statement mode: what a session sets and holds (its lock against a second run, temporary tables, time zone) does not stay with it, so nothing could be proved. Nothing was changed.`,
    "Give the server's own address and port instead of the pooler's; the application may use the pooler.",
  );
}
