import * as pulumi from "@pulumi/pulumi";
import type { TlsMode } from "../support/postgres";
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
  readonly version = pulumi.output("");
  readonly dataFolder = pulumi.output("");
  readonly identity: pulumi.Output<string>;
  readonly hasContent = false;
  readonly contentOptions: pulumi.CustomResourceOptions;
  readonly protectsDatabase: boolean;

  constructor(name: string, settings: ExternalSettings, opts?: pulumi.ComponentResourceOptions) {
    super("pgstead:server:ExternalServer", name, {}, opts);
    this.host = pulumi.output(settings.host);
    this.port = pulumi.output(settings.port);
    this.superuser = pulumi.output(settings.superuser);
    this.superuserPassword = pulumi.secret(settings.superuserPassword);
    this.tlsMode = settings.tlsMode;
    this.tlsCaFile = settings.tlsCaFile;
    this.identity = pulumi.output(`${settings.host}:${settings.port}`);
    // The server outlives the stack, so keeping the data means leaving role and database where they are.
    this.contentOptions = { retainOnDelete: settings.keepData };
    this.protectsDatabase = settings.protect;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
