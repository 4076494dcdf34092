import * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../stack/facts";
import type { TlsMode } from "../support/postgres";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import type { ExternalSettings } from "./settings";

/** A server that is there already. Nothing of the server itself is made or changed. */
export class ExternalServer extends pulumi.ComponentResource implements PostgresServer {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly superuser: pulumi.Output<string>;
  readonly superuserPassword: pulumi.Output<string>;
  readonly tlsMode: TlsMode;
  readonly tlsCaFile: string;
  readonly isSuperuser: pulumi.Output<boolean>;
  readonly version: pulumi.Output<string>;
  readonly dataFolder = pulumi.output("");
  readonly identity: pulumi.Output<string>;
  readonly hasContent = false;
  readonly contentOptions: pulumi.CustomResourceOptions;
  readonly protectsDatabase: boolean;

  constructor(
    name: string,
    settings: ExternalSettings,
    extensions: string[],
    facts: StackFacts,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pgstead:server:ExternalServer", name, { ...facts }, opts);
    const access = new ExternalAccess(
      `${name}-access`,
      {
        host: settings.host,
        port: settings.port,
        tlsMode: settings.tlsMode,
        tlsCaFile: settings.tlsCaFile,
        superuser: settings.superuser,
        superuserPassword: pulumi.secret(settings.superuserPassword),
        extensions,
        backups: settings.backups,
        memory: settings.postgresql.memory,
        cpus: settings.postgresql.cpus,
        workload: settings.postgresql.workload,
        disk: settings.postgresql.disk,
      },
      { parent: this },
    );
    // From what was looked at: nothing is made in the server before.
    this.host = access.host;
    this.port = access.port;
    this.superuser = pulumi.output(settings.superuser);
    this.superuserPassword = pulumi.secret(settings.superuserPassword);
    this.isSuperuser = access.isSuperuser;
    this.version = access.version;
    this.tlsMode = settings.tlsMode;
    this.tlsCaFile = settings.tlsCaFile;
    this.identity = pulumi.output(`${settings.host}:${settings.port}`);
    // The server outlives the stack, so keeping the data means leaving role and database where they are.
    this.contentOptions = { retainOnDelete: settings.keepData };
    this.protectsDatabase = settings.protect;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}

/** See providers/external-server.ts. */
class ExternalAccess extends ProjectResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly isSuperuser: pulumi.Output<boolean>;
  declare readonly version: pulumi.Output<string>;

  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    const outputs = { version: undefined, isSuperuser: undefined, recommended: undefined };
    super("ExternalAccess", "./providers/external-server.ts", name, { ...outputs, ...args }, opts);
  }
}
