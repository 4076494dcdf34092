import { get, type IncomingMessage } from "node:http";
import type { Live, ProviderFunction, ResourceType } from "../../../toolchain/offline/resource-type";
import type { Engine } from "./engine";

interface ImageState {
  name: string;
  keepLocally: boolean | null;
  imageId: string;
  repoDigest: string;
}

/** docker:index/remoteImage:RemoteImage: the image that is there under the name, else it is pulled. */
export const remoteImage: ResourceType<Engine, ImageState> = {
  token: "docker:index/remoteImage:RemoteImage",
  builtOn: "sdk",
  properties: {
    name: { type: "string", required: true, replaces: true },
    keepLocally: { type: "boolean" },
    imageId: { type: "string", outputOnly: true },
    repoDigest: { type: "string", outputOnly: true },
  },
  async create(engine, desired) {
    const there = (await look(engine, desired)) ?? (await pull(engine, desired));
    if (there === undefined)
      throw new Error(
        `Unable to read Docker image into resource: unable to find or pull image ${desired.name}: it was not there after the pull`,
      );
    return there;
  },
  read: (engine, _id, known) => look(engine, known as ImageState).then((live) => live ?? null),
  update: async (_engine, id, _previous, desired) => ({ id, state: desired }),
  async delete(engine, _id, state) {
    if (!state.keepLocally) await engine.json("DELETE", `/images/${encodeURIComponent(state.name)}`);
  },
};

async function look(engine: Engine, desired: ImageState): Promise<Live<ImageState> | undefined> {
  const image = await engine.find(`/images/${encodeURIComponent(desired.name)}/json`);
  if (image === undefined) return undefined;
  const state = { ...desired, imageId: image.Id, repoDigest: image.RepoDigests?.[0] ?? "" };
  return { id: image.Id + desired.name, state };
}

async function pull(engine: Engine, desired: ImageState): Promise<Live<ImageState> | undefined> {
  const url = `/images/create?fromImage=${encodeURIComponent(desired.name)}`;
  try {
    const lines = (await engine.send("POST", url, undefined, "")).toString().trim().split(/\r?\n/);
    const failed = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    for (const { error } of failed) if (error !== undefined) throw new Error(error);
  } catch (error) {
    throw new Error(
      `Unable to read Docker image into resource: unable to pull image ${desired.name}: error pulling image ${desired.name}: ${(error as Error).message}`,
    );
  }
  return look(engine, desired);
}

/** docker:index/getRegistryImage:getRegistryImage, for registries without TLS and login: a test's own. */
export const getRegistryImage: ProviderFunction<Engine> = async (_engine, args) => {
  const name = String(args.name);
  const [, host, repository, tag = "latest"] = /^([^/]+)\/([^:@]+)(?::(.+))?$/.exec(name) ?? [];
  const url = `http://${host}/v2/${repository}/manifests/${tag}`;
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const answer = await new Promise<IncomingMessage>((settle, fail) => {
    get(url, { headers: { Accept: accept } }, settle).on("error", fail);
  }).catch((error) => {
    throw new Error(`Got error when attempting to fetch image version ${name} from registry: ${error.message}`);
  });
  answer.resume();
  const digest = answer.headers["docker-content-digest"];
  if (answer.statusCode !== 200 || typeof digest !== "string")
    throw new Error(
      `Got error when attempting to fetch image version ${name} from registry: got bad response ${answer.statusCode}`,
    );
  return { id: digest, name, sha256Digest: digest };
};
