import * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../stack/facts";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { stackName } from "./server-login";
import type { ExternalSettings } from "./settings";

/** A server that is there already. Nothing of the server itself is made or changed. */
export class ExternalServer extends pulumi.ComponentResource {
  readonly server: PostgresServer;

  constructor(
    name: string,
    settings: ExternalSettings,
    extensions: string[],
    facts: StackFacts,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pgstead:server:ExternalServer", name, { ...facts }, opts);
    const { host, port, tlsMode, tlsCaFile, superuser, postgresql } = settings;
    const superuserPassword = pulumi.secret(settings.superuserPassword);
    const access = new ExternalAccess(
      `${name}-access`,
      {
        stack: stackName(),
        host,
        port,
        tlsMode,
        tlsCaFile,
        superuser,
        superuserPassword,
        extensions,
        backups: settings.backups,
        memory: postgresql.memory,
        cpus: postgresql.cpus,
        workload: postgresql.workload,
        disk: postgresql.disk,
      },
      { parent: this },
    );
    this.server = {
      // From what was looked at: nothing is made in the server before.
      host: access.host,
      port: access.port,
      isSuperuser: access.isSuperuser,
      version: access.version,
      superuser: pulumi.output(superuser),
      superuserPassword,
      tlsMode,
      tlsCaFile,
      dataFolder: pulumi.output(""),
      identity: pulumi.output(`${host}:${port}`),
      hasContent: false,
      // The server outlives the stack, so keeping the data means leaving role and database where they are.
      contentOptions: { retainOnDelete: settings.keepData },
      protectsDatabase: settings.protect,
    };
    this.registerOutputs({ host: access.host, port: access.port });
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
