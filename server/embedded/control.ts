import { renameSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../support/errors";
import type { Cluster } from "./cluster";
import { checkMajorVersion } from "./data-folder";
import { explain, logPosition, logSince } from "./explain";
import { makePrivateFolder } from "./folders";
import { checkPortFree } from "./port";
import { pidFilePath, processesIn, type ServerState, serverState, toolsAtWork } from "./postmaster";
import { type Outcome, run } from "./programs";

/** Crash recovery of a large server takes its time. */
const startSeconds = 300;
const fastStopSeconds = 60;
const immediateStopSeconds = 30;
const orphanSeconds = 30;
const largestLog = 16 * 1024 ** 2;

/**
 * Starts the server in a session of its own, so that it outlives us, and waits until it takes connections.
 *
 * @throws UserError with the last lines of the server's log; the data is as it was
 */
export async function start(cluster: Cluster): Promise<void> {
  checkMajorVersion(cluster.dataFolder);
  const found = await settled(cluster);
  if (found.state === "running") return;
  if (found.state === "unresponsive") await stop(cluster);
  if (found.state === "stopped") {
    // PostgreSQL clears the file of a dead process itself, but would take another program with that pid, or a dead process that
    // nobody collected, for a living server. Whether its memory is still in use it finds out without the file.
    if (found.stalePid !== undefined) rmSync(pidFilePath(cluster.dataFolder), { force: true });
    // The same holds for the lock file of its socket; the folder is the server's own.
    if (cluster.socketFolder !== "") rmSync(cluster.socketFolder, { recursive: true, force: true });
    await orphansGone(cluster.dataFolder);
    await checkPortFree(cluster.host, cluster.port);
  }
  if (cluster.socketFolder !== "") makePrivateFolder(cluster.socketFolder, cluster.account);
  if (logPosition(cluster.logFile) > largestLog) renameSync(cluster.logFile, `${cluster.logFile}.1`);
  const before = logPosition(cluster.logFile);
  const outcome = await pgCtl(cluster, "start", `--log=${cluster.logFile}`, "--wait", `--timeout=${startSeconds}`);
  if (outcome.code !== 0)
    throw explain(
      `The PostgreSQL server of ${cluster.dataFolder} did not start (its log: ${cluster.logFile})`,
      `${outcome.output}\n${logSince(cluster.logFile, before)}`,
    );
}

/**
 * Stops the server: sessions are ended, data is written out. One that does not stop so within a minute is stopped at once and
 * recovers from its write-ahead log at the next start. A server that does not run is fine.
 */
export async function stop(cluster: Cluster): Promise<void> {
  const found = await serverState(cluster.dataFolder);
  if (found.state !== "stopped") {
    let outcome = await pgCtl(cluster, "stop", "--mode=fast", "--wait", `--timeout=${fastStopSeconds}`);
    if (outcome.code !== 0 && (await serverState(cluster.dataFolder)).state !== "stopped")
      outcome = await pgCtl(cluster, "stop", "--mode=immediate", "--wait", `--timeout=${immediateStopSeconds}`);
    if ((await serverState(cluster.dataFolder)).state !== "stopped")
      throw explain(
        `The PostgreSQL server of ${cluster.dataFolder} (process ${found.pid}) does not stop`,
        outcome.output,
      );
  }
  await orphansGone(cluster.dataFolder);
}

/** Stops and starts. */
export async function restart(cluster: Cluster): Promise<void> {
  await stop(cluster);
  await start(cluster);
}

/** Has the server read its files again; it does so a moment later. */
export async function reload(cluster: Cluster): Promise<void> {
  const outcome = await pgCtl(cluster, "reload");
  if (outcome.code !== 0)
    throw explain(`The PostgreSQL server of ${cluster.dataFolder} cannot be told to reload`, outcome.output);
}

function pgCtl(cluster: Cluster, ...args: string[]): Promise<Outcome> {
  return run(cluster.binFolder, "pg_ctl", [...args, `--pgdata=${cluster.dataFolder}`], {
    account: cluster.account,
    cwd: cluster.home,
  });
}

/** The server's state once it is not on its way up any more. */
async function settled(cluster: Cluster): Promise<ServerState> {
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const found = await serverState(cluster.dataFolder);
    if (found.state !== "starting" || Date.now() > deadline) return found;
    await sleep(200);
  }
}

/** Waits until the processes of a killed server have noticed and ended; they could still be writing. */
async function orphansGone(dataFolder: string): Promise<void> {
  await gone(
    () => processesIn(dataFolder),
    (left) => `The server of ${dataFolder} was killed, but its processes ${left.join(", ")} still work.`,
  );
}

/** Waits until no initdb or pg_ctl works for the data folder; one may have outlived a run that was killed. */
export async function toolsGone(dataFolder: string): Promise<void> {
  await gone(
    () => toolsAtWork(dataFolder),
    (left) => `The processes ${left.join(", ")} of an earlier run still work for ${dataFolder}.`,
  );
}

async function gone(find: () => number[], complaint: (left: number[]) => string): Promise<void> {
  const deadline = Date.now() + orphanSeconds * 1000;
  for (let left = find(); left.length > 0; left = find()) {
    if (Date.now() > deadline)
      throw new UserError(complaint(left), "Wait until they have ended, or end them, then try again.");
    await sleep(100);
  }
}
