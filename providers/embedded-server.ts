/**
 * The life of the embedded server as a Pulumi resource: plain functions over plain JSON, called by the dynamic provider. Each looks at what
 * really runs; lines on the console are what the user sees of the progress.
 */
import { changeServer, dataIsGone } from "../server/embedded/change";
import { createServer, UndoFailed } from "../server/embedded/create";
import { differences, refusals } from "../server/embedded/differences";
import { findServer } from "../server/embedded/existing";
import { type EmbeddedServerInputs, type EmbeddedServerOutputs, inputProblems } from "../server/embedded/inputs";
import { serverState } from "../server/embedded/postmaster";
import { removeServer, tidyHome } from "../server/embedded/remove";
import { messageOf, UserError } from "../support/errors";
import { isUnknown } from "../support/unknown-value";

export type { EmbeddedServerInputs, EmbeddedServerOutputs };

const say = (line: string) => console.log(line);

/** Finds every input that cannot be used, before anything is done. */
export async function check(_olds: unknown, news: EmbeddedServerInputs) {
  return { inputs: news, failures: inputProblems(news) };
}

/** Makes and starts the server. @throws an object with `id` and `properties` when it failed and something of it is left. */
export async function create(inputs: EmbeddedServerInputs): Promise<{ id: string; outs: EmbeddedServerOutputs }> {
  try {
    return { id: inputs.instance, outs: await createServer(inputs, say) };
  } catch (error) {
    if (!(error instanceof UndoFailed)) throw error;
    const reasons = [messageOf(error.failure), `What was made could not be removed: ${messageOf(error.obstacle)}`];
    throw { message: reasons.join(" "), id: inputs.instance, properties: { ...error.left, running: false }, reasons };
  }
}

/** Compares config with the server as it is at the moment, and lists what an update would do. @throws UserError for what cannot change. */
export async function diff(
  _id: string,
  olds: EmbeddedServerOutputs,
  news: EmbeddedServerInputs,
): Promise<{ changes: boolean }> {
  if (isUnknown(news)) return { changes: true };
  const refused = refusals(olds, news);
  if (refused.length > 0)
    throw new UserError(`The server '${olds.instance}' was not touched: ${refused.join(" ")}`, "Or set it back.");
  const cluster = findServer(olds, news, say);
  if (cluster === undefined) throw dataIsGone(olds);
  const found = await differences(cluster, olds, news);
  for (const line of found) say(line);
  return { changes: found.length > 0 };
}

/** Brings the server to what config says, its data untouched. */
export async function update(
  _id: string,
  olds: EmbeddedServerOutputs,
  news: EmbeddedServerInputs,
): Promise<{ outs: EmbeddedServerOutputs }> {
  const cluster = findServer(olds, news, say);
  if (cluster === undefined) throw dataIsGone(olds);
  return { outs: await changeServer(cluster, olds, news, say) };
}

/** Looks whether the server runs. Without an id in the answer, the resource is gone: its data folder does not exist any more. */
export async function read(
  id: string,
  props: EmbeddedServerOutputs,
): Promise<{ id?: string; props?: EmbeddedServerOutputs }> {
  const cluster = findServer(props, props, say);
  if (cluster === undefined) return {};
  const running = (await serverState(cluster.dataFolder)).state === "running";
  if (!running)
    say(
      `The PostgreSQL server on ${props.host}:${props.port} is not running; \`pulumi up\` starts it again with its data.`,
    );
  return { id, props: { ...props, running } };
}

/** Stops the server and sets its data aside or removes it. Done before, it does nothing. */
async function deleteServer(_id: string, props: EmbeddedServerOutputs): Promise<void> {
  const cluster = findServer(props, props, say);
  if (cluster === undefined) tidyHome(props.paths.home, props.keepData);
  else await removeServer(cluster, props.keepData, say);
}

export { deleteServer as delete };
