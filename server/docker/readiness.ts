import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { messageOf } from "../../support/errors";
import { clientConfig } from "../../support/postgres";
import { explain } from "../embedded/explain";
import type { DockerServer } from "./configuration";

/** A first start makes the data; crash recovery of a large server takes its time. */
const readySeconds = 300;

/**
 * Waits until the server in the container takes connections from here.
 *
 * @throws UserError with the server's last lines when its container ends, is started again and again, or the time is over
 */
export async function untilReady(server: DockerServer): Promise<void> {
  const first = await server.engine.state(server.container);
  let last = "";
  for (const deadline = Date.now() + readySeconds * 1000; ; await sleep(250)) {
    try {
      return await reach(server);
    } catch (error) {
      last = messageOf(error) || String((error as { code?: string }).code);
    }
    const state = await server.engine.state(server.container);
    const ended = state.status === "exited" || state.status === "dead" || state.restarts > first.restarts + 1;
    if (ended || Date.now() > deadline)
      throw explain(
        `The server in the container ${server.container.slice(0, 12)} ${ended ? `ended with ${state.exitCode}` : `takes no connection at ${server.superuser.host}:${server.superuser.port} (${last})`}`,
        await server.engine.log(server.container),
      );
  }
}

/** Refused for its password is reached all the same. */
async function reach({ superuser }: DockerServer): Promise<void> {
  const client = new Client(clientConfig(superuser, "pgstead"));
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    if (!["28P01", "28000"].includes((error as { code?: string }).code ?? "")) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
