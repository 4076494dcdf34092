import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** What an application saw that queried without a pause. */
export interface Seen {
  errors: string[];
  /** Roles as which it logged in. */
  logins: string[];
  queries: number;
}

/**
 * An application that opens a connection for each query, by the URL that it finds at the moment, from several workers at once, until it is
 * stopped. @param url reads what the application is given @param me the role as which it has to work
 */
export function unceasingApplication(url: () => string, me: string, workers = 2): { stop(): Promise<Seen> } {
  const seen: Seen = { errors: [], logins: [], queries: 0 };
  let running = true;
  const work = async () => {
    while (running) {
      const client = new Client(url());
      // A session that the server ends while it is idle is no failed query.
      client.on("error", () => {});
      try {
        await client.connect();
        const { rows } = await client.query("SELECT session_user::text AS login, current_user::text AS me");
        if (!seen.logins.includes(rows[0].login)) seen.logins.push(rows[0].login);
        if (rows[0].me !== me) seen.errors.push(`works as ${rows[0].me}`);
        seen.queries++;
      } catch (error) {
        seen.errors.push(String(error));
      } finally {
        await client.end().catch(() => {});
      }
      await sleep(5);
    }
  };
  const all = Promise.all(Array.from({ length: workers }, work));
  return {
    async stop() {
      running = false;
      await all;
      return seen;
    },
  };
}
