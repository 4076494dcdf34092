import { existsSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StackFacts } from "../stack/facts";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import type { EmbeddedSettings } from "./settings";

/** PostgreSQL 16 run on this machine: it listens on 127.0.0.1, outlives `pulumi up`, and ends with `pulumi destroy`. */
export class EmbeddedServer extends pulumi.ComponentResource implements PostgresServer {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly superuser: pulumi.Output<string>;
  readonly superuserPassword: pulumi.Output<string>;
  readonly isSuperuser = true;
  readonly tlsMode = "disable" as const;
  readonly tlsCaFile = "";
  readonly version: pulumi.Output<string>;
  readonly dataFolder: pulumi.Output<string>;
  readonly identity: pulumi.Output<string>;
  readonly hasContent: boolean;
  readonly contentOptions: pulumi.CustomResourceOptions;
  readonly protectsDatabase = false;

  constructor(name: string, settings: EmbeddedSettings, facts: StackFacts, opts?: pulumi.ComponentResourceOptions) {
    super("pgstead:server:EmbeddedServer", name, { ...facts }, opts);

    const superuserPassword = new random.RandomPassword(
      `${name}-superuser`,
      {
        length: 32,
        special: false,
        // The first version has no keepers: a stack made before there were versions keeps its password.
        ...(settings.superuserSecretVersion === 1
          ? {}
          : { keepers: { secretVersion: String(settings.superuserSecretVersion) } }),
      },
      { parent: this },
    );
    const { postgresql, ...server } = settings;
    const cluster = new EmbeddedCluster(
      `${name}-cluster`,
      {
        instance: `${pulumi.getProject()}-${pulumi.getStack()}`,
        home: resolve(".pgstead", pulumi.getStack(), "postgres"),
        host: "127.0.0.1",
        port: server.port,
        superuser: server.superuser,
        superuserPassword: superuserPassword.result,
        dataFolder: server.dataFolder === "" ? "" : resolve(server.dataFolder),
        runAs: server.runAs,
        locale: server.locale,
        keepData: server.keepData,
        startFrom: server.startFrom === "" ? "" : resolve(server.startFrom),
        restartWait: server.restart.wait,
        restartOverdue: server.restart.overdue,
        tuning: postgresql.tuning,
        workload: postgresql.workload,
        disk: postgresql.disk,
        memory: postgresql.memory,
        cpus: postgresql.cpus,
        maxConnections: postgresql.maxConnections,
        settings: postgresql.overrides,
      },
      { parent: this, deleteBeforeReplace: true, protect: server.protect },
    );

    this.host = cluster.host;
    this.port = cluster.port;
    this.superuser = cluster.superuser;
    this.superuserPassword = superuserPassword.result;
    this.version = cluster.version;
    this.dataFolder = cluster.paths.apply((paths) => paths.dataFolder);
    // Making the server moves the folder into place: it is there only before that.
    this.hasContent = server.startFrom !== "" && existsSync(server.startFrom);
    this.identity = cluster.systemIdentifier;
    // The role and the database go with the data folder, kept or not; dropped one by one, kept data would be empty.
    this.contentOptions = { deletedWith: cluster };
    this.registerOutputs({ host: this.host, port: this.port, version: this.version, dataFolder: this.dataFolder });
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
