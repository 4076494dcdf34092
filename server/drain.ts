import { setTimeout as sleep } from "node:timers/promises";
import { parseDuration } from "../support/duration";
import { UserError } from "../support/errors";
import { inSession, type PostgresTarget } from "../support/postgres";

/** What a restart does about transactions that are under way. */
export interface DrainWish {
  /** How long they are waited for, such as 10min; empty for not at all. */
  restartWait: string;
  /** What becomes of those that are not done by then: ended with the restart, or the restart is given up. */
  restartOverdue: "end" | "fail";
}

interface Transaction {
  pid: number;
  who: string;
  seconds: number;
}

/**
 * Waits until no client is in a transaction, before a restart that would end it.
 *
 * @param say told once whom it waits for
 * @throws UserError when the time is over and config says to give up; nothing was changed then
 */
export async function drain(target: PostgresTarget, wish: DrainWish, say: (line: string) => void): Promise<void> {
  if (wish.restartWait === "") return;
  await inSession(target, async (client) => {
    const deadline = Date.now() + parseDuration(wish.restartWait);
    for (let told = false; ; told = true) {
      const { rows } = await client.query<Transaction>(
        `SELECT pid, format('%s@%s (%s)', usename, datname, application_name) AS who,
           extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds
         FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start`,
      );
      if (rows.length === 0) return;
      const list = rows.map(({ pid, who, seconds }) => `${who}, process ${pid}, for ${seconds} s`).join("; ");
      if (!told) say(`The restart waits up to ${wish.restartWait} for transactions: ${list}.`);
      if (Date.now() > deadline) {
        if (wish.restartOverdue === "fail")
          throw new UserError(
            `The server was not restarted: after ${wish.restartWait} transactions were still under way: ${list}.`,
            "Run `pulumi up` again when they are done, or set pgstead:restartOverdue to end.",
          );
        say(`The restart ends what is still under way: ${list}.`);
        return;
      }
      await sleep(500);
    }
  });
}
