/** One run at a time for a schema of a database. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { UserError } from "../../support/errors";

/** A killed run's session may live on for a moment. */
const patienceMs = 5000;

/** Holds the schema until the session ends. @throws UserError when another run holds it */
export async function lockSchema(client: Client, schema: string): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(200)) {
    const { rows } = await client.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended('pgstead migration into ' || $1, 0)) AS held",
      [schema],
    );
    if (rows[0]?.held === true) return;
    if (Date.now() > deadline)
      throw new UserError(
        `Another run is migrating into the schema ${schema} of this database.`,
        "Wait until it has ended; its session is named pgstead in pg_stat_activity.",
      );
  }
}
