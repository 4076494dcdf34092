/**
 * Looks which PostgreSQL is in an image before a container is made of it: data of one major version is never given to another. A local image is found by
 * its name here, and again at each `up`: the plugin would pull from a registry what is not there, and not see what was built anew.
 */
import { DockerEngine } from "../server/docker/engine-api";
import { majorVersion } from "../server/embedded/binaries";
import { UserError } from "../support/errors";
import { isUnknown } from "../support/unknown-value";

interface Inputs {
  dockerHost: string;
  /** As config names it. */
  name: string;
  /** Docker's id of it; of a local one its name. */
  image: string;
}

interface Outputs extends Inputs {
  version: string;
}

/** The image stays on its host. */
export { keep as delete, read } from "../support/plain-resource";

/** Where diff is not asked, the preview of a new stack finds out here. */
export async function check(olds: Partial<Inputs>, news: Inputs) {
  if (olds.name === undefined && !isUnknown(news)) await look(news);
  return { inputs: news };
}

export async function create(inputs: Inputs) {
  const outs = await look(inputs);
  return { id: inputs.name, outs };
}

/** In a preview an image may have to be pulled first. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  if (isUnknown(news)) return { changes: true };
  const { image } = await look(news);
  return { changes: olds.image !== image || olds.name !== news.name || olds.dockerHost !== news.dockerHost };
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: await look(news) };
}

/** @returns with Docker's id of the image */
async function look(inputs: Inputs): Promise<Outputs> {
  const found = await new DockerEngine(inputs.dockerHost).image(inputs.image);
  if (found === undefined)
    throw new UserError(
      `There is no image ${inputs.name} on the Docker host${inputs.dockerHost === "" ? "" : ` ${inputs.dockerHost}`}.`,
      "Load or build it there (docker load, docker build), or set pgstead:imageSource to registry.",
    );
  const { PG_VERSION, PG_MAJOR } = found.environment;
  const version = PG_VERSION ?? PG_MAJOR ?? "";
  const major = PG_MAJOR ?? /^\d+/.exec(version)?.[0];
  if (major === undefined)
    throw new UserError(
      `The image ${inputs.name} does not say which PostgreSQL is in it: it has no PG_MAJOR.`,
      "Use one of the postgres family (pgstead:image), or build yours with ENV PG_MAJOR 16.",
    );
  if (major !== majorVersion) throw refused(inputs.name, major);
  return { ...inputs, image: found.id, version };
}

function refused(name: string, major: string): UserError {
  return new UserError(
    `The image ${name} holds PostgreSQL ${major}, and pgstead's servers are of ${majorVersion}: no container was made of it, the data of ${majorVersion} cannot be read by ${major} as it is.`,
    `Set pgstead:image to a newer image of ${majorVersion}. To go on with ${major}, dump the databases (pg_dump), make a server of ${major} and restore them, then use it with instance: external.`,
  );
}
