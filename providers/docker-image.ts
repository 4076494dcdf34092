/** Looks which PostgreSQL is in an image before a container is made of it: data of one major version is never given to another. */
import { DockerEngine } from "../server/docker/engine-api";
import { majorVersion } from "../server/embedded/binaries";
import { UserError } from "../support/errors";
import { isUnknown } from "../support/unknown-value";

interface Inputs {
  dockerHost: string;
  /** As config names it. */
  name: string;
  /** Docker's id of it. */
  image: string;
}

interface Outputs extends Inputs {
  version: string;
}

/** The image stays on its host. */
export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const outs = await look(inputs);
  return { id: inputs.name, outs };
}

/** In a preview the image may not be there yet: then its name tells. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  const tagged = /:v?(\d+)/.exec(news.name.replace(/@.*$/, "").replace(/^.*\//, ""))?.[1];
  if (tagged !== undefined && tagged !== majorVersion) throw refused(news.name, tagged);
  if (isUnknown(news)) return { changes: true };
  if (olds.image === news.image && olds.name === news.name && olds.dockerHost === news.dockerHost)
    return { changes: false };
  await look(news);
  return { changes: true };
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: await look(news) };
}

async function look(inputs: Inputs): Promise<Outputs> {
  const environment = await new DockerEngine(inputs.dockerHost).imageEnvironment(inputs.image);
  const version = environment.PG_VERSION ?? environment.PG_MAJOR ?? "";
  const major = environment.PG_MAJOR ?? /^\d+/.exec(version)?.[0];
  if (major === undefined)
    throw new UserError(
      `The image ${inputs.name} does not say which PostgreSQL is in it: it has no PG_MAJOR.`,
      "Use one of the postgres family (pgstead:image), or build yours with ENV PG_MAJOR 16.",
    );
  if (major !== majorVersion) throw refused(inputs.name, major);
  return { ...inputs, version };
}

function refused(name: string, major: string): UserError {
  return new UserError(
    `The image ${name} holds PostgreSQL ${major}, and pgstead's servers are of ${majorVersion}: nothing was changed, the data of ${majorVersion} cannot be read by ${major} as it is.`,
    `Set pgstead:image to a newer image of ${majorVersion}. To go on with ${major}, dump the databases (pg_dump), make a server of ${major} and restore them, then use it with instance: external.`,
  );
}
