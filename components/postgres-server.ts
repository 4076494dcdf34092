import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../stack/facts";
import type { TlsMode } from "../support/postgres";
import { checkDockerPlugin } from "./docker-plugin";
import { DockerServer } from "./docker-server";
import { EmbeddedServer } from "./embedded-server";
import { ExternalServer } from "./external-server";
import type { Settings } from "./settings";

/** What the rest of the program needs of a server, whichever kind it is. */
export interface PostgresServer {
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  superuser: pulumi.Output<string>;
  /** Whether that is really one: on managed servers the administrator often is not. */
  isSuperuser: pulumi.Input<boolean>;
  /** A secret. */
  superuserPassword: pulumi.Output<string>;
  tlsMode: TlsMode;
  tlsCaFile: string;
  /** Such as 16.14; empty where it is not known before connecting. */
  version: pulumi.Output<string>;
  /** Empty for a server whose data folder is not ours. */
  dataFolder: pulumi.Output<string>;
  /** Tells one server's data from another's: what is in it has to be made again when this changes. */
  identity: pulumi.Output<string>;
  /** Whether it is being made from a data folder in which role, database and data are there already. */
  hasContent: boolean;
  /** Options for what is made inside the server: how it goes when the stack is destroyed. */
  contentOptions: pulumi.CustomResourceOptions;
  /** Whether config protects the data, and the database is what holds it: else the server itself is protected. */
  protectsDatabase: boolean;
}

/**
 * The server that the settings ask for.
 *
 * @param extensions those that the stack makes in it
 * @param facts what a policy pack judges the stack by: the component carries them, and they change nothing
 */
export function postgresServer(
  name: string,
  settings: Settings["server"],
  extensions: string[],
  facts: StackFacts,
): PostgresServer {
  switch (settings.instance) {
    case "embedded":
      return new EmbeddedServer(name, settings, facts).server;
    case "docker":
      checkDockerPlugin();
      return new DockerServer(name, settings, facts).server;
    case "external":
      return new ExternalServer(name, settings, extensions, facts).server;
  }
}
