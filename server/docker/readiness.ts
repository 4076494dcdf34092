import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../../support/errors";
import { clientConfig } from "../../support/postgres";
import { explain } from "../embedded/explain";
import type { DockerServer } from "./configuration";
import type { ContainerState } from "./engine-api";

/** A first start makes the data; crash recovery of a large server takes its time. */
const readySeconds = 300;

/** What makes another container for the volume: the whole stack cannot be refreshed while its server is away. */
export const again =
  "run `npm run pulumi -- refresh --target '**postgres-container'` and `up`, and another container serves the same volume";

/** Whether it is there and does not run: it did not come up when it was made, or was stopped since. Pulumi's plugin does not start it again. */
export function isStopped({ status }: ContainerState): boolean {
  return ["created", "exited"].includes(status);
}

/**
 * Starts the container if it is stopped, and waits until the server in it takes connections from here.
 *
 * @throws UserError with the server's last lines when its container ends, is started again and again, or the time is over
 */
export async function untilReady(server: DockerServer): Promise<void> {
  const first = await stateOf(server);
  if (isStopped(first)) await server.engine.start(server.container);
  let last = "";
  for (const deadline = Date.now() + readySeconds * 1000; ; await sleep(250)) {
    try {
      return await reach(server);
    } catch (error) {
      last = messageOf(error) || String((error as { code?: string }).code);
    }
    const state = await stateOf(server);
    const ended = state.status === "exited" || state.status === "dead" || state.restarts > first.restarts + 1;
    if (ended || Date.now() > deadline)
      throw explain(
        `The server in the container ${server.container.slice(0, 12)} ${ended ? `ended with ${state.exitCode}` : `takes no connection at ${server.superuser.host}:${server.superuser.port} (${last})`}`,
        await server.engine.log(server.container),
      );
  }
}

async function stateOf({ engine, container }: DockerServer): Promise<ContainerState> {
  const state = await engine.state(container);
  if (state === undefined)
    throw new UserError(
      `The container ${container.slice(0, 12)} is not there any more: it was removed by hand.`,
      `Its volume with the data was not looked at: ${again}.`,
    );
  return state;
}

/** Refused for its password is reached all the same. */
async function reach({ superuser }: DockerServer): Promise<void> {
  // Loaded here: a program that only declares the server does without it.
  const pg = require("pg") as typeof import("pg");
  const client = new pg.Client(clientConfig(superuser, "pgstead"));
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    if (!["28P01", "28000"].includes((error as { code?: string }).code ?? "")) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
