import { existsSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../stack/facts";
import { ProjectResource } from "./dynamic";
import { configurationWish, ownServer, superuserPassword } from "./own-server";
import type { PostgresServer } from "./postgres-server";
import { stackName } from "./server-login";
import type { EmbeddedSettings } from "./settings";

/** PostgreSQL 16 run on this machine: it listens on 127.0.0.1, outlives `pulumi up`, and ends with `pulumi destroy`. */
export class EmbeddedServer extends pulumi.ComponentResource {
  readonly server: PostgresServer;

  constructor(name: string, settings: EmbeddedSettings, facts: StackFacts, opts?: pulumi.ComponentResourceOptions) {
    super("pgstead:server:EmbeddedServer", name, { ...facts }, opts);
    const password = superuserPassword(name, settings, this);
    const cluster = new EmbeddedCluster(
      `${name}-cluster`,
      {
        instance: stackName(),
        home: resolve(".pgstead", pulumi.getStack(), "postgres"),
        host: "127.0.0.1",
        port: settings.port,
        superuser: settings.superuser,
        superuserPassword: password,
        dataFolder: settings.dataFolder === "" ? "" : resolve(settings.dataFolder),
        runAs: settings.runAs,
        locale: settings.locale,
        keepData: settings.keepData,
        startFrom: settings.startFrom === "" ? "" : resolve(settings.startFrom),
        ...configurationWish(settings),
      },
      { parent: this, deleteBeforeReplace: true, protect: settings.protect },
    );
    this.server = {
      ...ownServer(cluster, password),
      dataFolder: cluster.paths.apply((paths) => paths.dataFolder),
      // Making the server moves the folder into place: it is there only before that.
      hasContent: settings.startFrom !== "" && existsSync(settings.startFrom),
      // The role and the database go with the data folder, kept or not; dropped one by one, kept data would be empty.
      contentOptions: { deletedWith: cluster },
    };
    const { host, port, version, dataFolder } = this.server;
    this.registerOutputs({ host, port, version, dataFolder });
  }
}

/** Inputs of the embedded server's dynamic resource; see providers/embedded-server.ts. */
interface EmbeddedClusterArgs {
  instance: pulumi.Input<string>;
  home: pulumi.Input<string>;
  host: pulumi.Input<string>;
  port: pulumi.Input<number>;
  superuser: pulumi.Input<string>;
  superuserPassword: pulumi.Input<string>;
  dataFolder: pulumi.Input<string>;
  runAs: pulumi.Input<string>;
  locale: pulumi.Input<string>;
  keepData: pulumi.Input<boolean>;
  restartWait: pulumi.Input<string>;
  restartOverdue: pulumi.Input<string>;
  startFrom: pulumi.Input<string>;
  tuning: pulumi.Input<string>;
  workload: pulumi.Input<string>;
  disk: pulumi.Input<string>;
  memory: pulumi.Input<string>;
  cpus: pulumi.Input<number>;
  maxConnections: pulumi.Input<number>;
  settings: pulumi.Input<Record<string, string>>;
}

class EmbeddedCluster extends ProjectResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly superuser: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** Where its files really are. */
  declare readonly paths: pulumi.Output<{ dataFolder: string }>;
  declare readonly systemIdentifier: pulumi.Output<string>;

  constructor(name: string, args: EmbeddedClusterArgs, opts: pulumi.CustomResourceOptions) {
    super(
      "EmbeddedServer",
      "./providers/embedded-server.ts",
      name,
      { version: undefined, paths: undefined, systemIdentifier: undefined, ...args },
      opts,
    );
  }
}
