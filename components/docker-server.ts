import type * as Docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { dataFolder as containerDataFolder } from "../server/docker/configuration";
import { innerPort, sharedMemoryBytes } from "../server/docker/settings";
import { MB, parseMemory } from "../server/units";
import type { StackFacts } from "../stack/facts";
import { messageOf } from "../support/errors";
import { ProjectResource } from "./dynamic";
import { configurationWish, ownServer, superuserPassword } from "./own-server";
import type { PostgresServer } from "./postgres-server";
import { refusal } from "./refusal";
import { stackName } from "./server-login";
import type { DockerSettings } from "./settings";

const passwordFile = "/run/secrets/pgstead-superuser-password";
const volumeMount = "/var/lib/postgresql/data";

/**
 * PostgreSQL 16 in a container. Its data and its configuration are in a volume, which no change replaces; its superuser's password
 * comes from a file, so that `docker inspect` does not show it.
 */
export class DockerServer extends pulumi.ComponentResource {
  readonly server: PostgresServer;

  constructor(name: string, settings: DockerSettings, facts: StackFacts, opts?: pulumi.ComponentResourceOptions) {
    super("pgstead:server:DockerServer", name, { ...facts }, opts);
    // Loaded here only: it is large, and every other kind of server does without.
    const docker = require("@pulumi/docker") as typeof Docker;
    const instance = stackName();
    const provider = new docker.Provider(
      `${name}-docker`,
      settings.dockerHost === "" ? {} : { host: settings.dockerHost },
      { parent: this },
    );
    const inDocker = { parent: this, provider };
    const labels = [{ label: "pgstead.stack", value: instance }];

    const password = superuserPassword(name, settings, this);
    // A local image is found by its name.
    const image =
      settings.imageSource === "local"
        ? settings.image
        : new docker.RemoteImage(
            `${name}-image`,
            { name: imageByDigest(docker, settings.image, inDocker), keepLocally: true },
            inDocker,
          ).imageId;
    const checked = new DockerImage(
      `${name}-image-version`,
      { dockerHost: settings.dockerHost, name: settings.image, image },
      { parent: this },
    );
    const network = new docker.Network(`${name}-network`, { driver: "bridge", labels }, inDocker);
    // Docker's names of volume and network are generated: a new stack never meets the data of a former one.
    const volume = new docker.Volume(
      `${name}-data`,
      { labels },
      { ...inDocker, protect: settings.protect, retainOnDelete: settings.keepData },
    );
    const container = new docker.Container(
      `${name}-container`,
      {
        name: `${instance}-postgres`,
        image: checked.image,
        restart: "unless-stopped",
        mustRun: true,
        // A fast shutdown; the default signal would wait for every client to leave.
        stopSignal: "SIGINT",
        stopTimeout: 120,
        destroyGraceSeconds: 120,
        ...limits(settings),
        shmSize: Math.ceil(sharedMemoryBytes(settings.postgresql.memory) / MB),
        securityOpts: ["no-new-privileges:true"],
        networksAdvanced: [{ name: network.name, aliases: ["postgres"] }],
        ports: [{ internal: innerPort, external: settings.port, ip: settings.publishAddress, protocol: "tcp" }],
        volumes: [{ volumeName: volume.name, containerPath: volumeMount }],
        envs: [
          `POSTGRES_USER=${settings.superuser}`,
          "POSTGRES_DB=postgres",
          `POSTGRES_PASSWORD_FILE=${passwordFile}`,
          `POSTGRES_INITDB_ARGS=${initdbArguments(settings.locale)}`,
          `PGDATA=${containerDataFolder}`,
          "TZ=UTC",
        ],
        uploads: [{ file: passwordFile, content: pulumi.secret(password), permissions: "0400" }],
        healthcheck: {
          tests: ["CMD", "pg_isready", "--quiet", `--username=${settings.superuser}`, "--dbname=postgres"],
          interval: "10s",
          timeout: "5s",
          startPeriod: "60s",
          retries: 6,
        },
        logDriver: "json-file",
        logOpts: { "max-size": "50m", "max-file": "3" },
        labels,
      },
      {
        ...inDocker,
        deleteBeforeReplace: true,
        // The password file counts only when the data is made; a later password is set in the server, not by a new container.
        ignoreChanges: ["uploads"],
        // Whatever the plugin makes of what it is given back.
        additionalSecretOutputs: ["uploads"],
        // Docker cannot take a limit off a running container, nor lower one below what is in use: the server is stopped in order instead.
        replaceOnChanges: ["memory", "memorySwap", "cpus"],
      },
    );
    const cluster = new DockerCluster(
      `${name}-server`,
      {
        dockerHost: settings.dockerHost,
        instance,
        container: container.id,
        volume: volume.name,
        keepData: settings.keepData,
        host: settings.host,
        port: settings.port,
        superuser: settings.superuser,
        superuserPassword: password,
        ...configurationWish(settings),
      },
      { parent: this },
    );

    this.server = {
      ...ownServer(cluster, password),
      dataFolder: pulumi.interpolate`docker volume ${volume.name}`,
      hasContent: false,
      // The role and the database go with the volume, kept or not.
      contentOptions: { deletedWith: cluster },
    };
    const { host, port, version, dataFolder } = this.server;
    this.registerOutputs({ host, port, version, dataFolder });
  }
}

/** The image by its digest: as config has it, or as the registry has it under that tag at the moment. */
function imageByDigest(docker: typeof Docker, image: string, opts: pulumi.InvokeOptions): pulumi.Input<string> {
  if (image.includes("@")) return image;
  return docker.getRegistryImage({ name: image }, opts).then(
    ({ sha256Digest }) => `${image}@${sha256Digest}`,
    (error) => {
      throw refusal(
        `The registry does not say which image ${image} is at the moment: ${messageOf(error)}. Try again, or set pgstead:image to a name with its digest (${image}@sha256:…), for which no registry is asked.`,
      );
    },
  );
}

/** Without a limit of its own a container has what its host has. Swap is no memory for a database. */
function limits({ postgresql: { memory, cpus } }: DockerSettings): Partial<Docker.ContainerArgs> {
  const megabytes = memory === "" ? undefined : Math.floor(parseMemory(memory) / MB);
  return {
    ...(megabytes === undefined ? {} : { memory: megabytes, memorySwap: megabytes }),
    ...(cpus === 0 ? {} : { cpus: String(cpus) }),
  };
}

function initdbArguments(locale: string): string {
  const provider = locale.startsWith("icu:")
    ? `--locale-provider=icu --icu-locale=${locale.slice(4)}`
    : `--locale=${locale}`;
  return `--encoding=UTF8 --data-checksums --auth-host=scram-sha-256 ${provider}`;
}

/** See providers/docker-image.ts. */
class DockerImage extends ProjectResource {
  declare readonly image: pulumi.Output<string>;

  constructor(
    name: string,
    args: { dockerHost: string; name: string; image: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("DockerImage", "./providers/docker-image.ts", name, { version: undefined, ...args }, opts);
  }
}

/** See providers/docker-server.ts. */
class DockerCluster extends ProjectResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly superuser: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  declare readonly systemIdentifier: pulumi.Output<string>;

  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    const outputs = { version: undefined, systemIdentifier: undefined, applied: undefined };
    super("DockerServer", "./providers/docker-server.ts", name, { ...outputs, ...args }, opts);
  }
}
