import { UserError } from "./errors";
import { connect, describeTarget, type PostgresTarget } from "./postgres";

const tries = 3;

/**
 * Whether a pooler in between hands one server session to several clients in turn (PgBouncer's transaction or statement mode, and their like): then
 * two connections that are open at the same time are seen to work in the same server process, which of a server itself never is so.
 */
export async function sharesSessions(target: PostgresTarget): Promise<boolean> {
  const first = await connect(target, "pgstead pooler test");
  try {
    for (let i = 0; i < tries; i++) {
      const second = await connect(target, "pgstead pooler test");
      try {
        const pid = "SELECT pg_backend_pid() AS pid";
        const before = (await first.query<{ pid: number }>(pid)).rows[0]?.pid;
        // A pooler in statement mode takes no transaction at all.
        if (
          !(await second.query("BEGIN").then(
            () => true,
            () => false,
          ))
        )
          return true;
        const other = (await second.query<{ pid: number }>(pid)).rows[0]?.pid;
        await second.query("COMMIT");
        const after = (await first.query<{ pid: number }>(pid)).rows[0]?.pid;
        if (before === other || before !== after) return true;
      } finally {
        await second.end();
      }
    }
    return false;
  } finally {
    await first.end();
  }
}

/** @throws UserError when a pooler of that kind is in between, which a migration cannot work through */
export async function refusePooler(target: PostgresTarget): Promise<void> {
  if (!(await sharesSessions(target))) return;
  throw new UserError(
    `Between here and the server at ${describeTarget(target)} is a connection pooler in transaction or statement mode: what a session sets and holds (its lock against a second run, temporary tables, time zone) does not stay with it, so nothing could be proved. Nothing was changed.`,
    "Give the server's own address and port instead of the pooler's; the application may use the pooler.",
  );
}
