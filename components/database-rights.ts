import type * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { serverLogin } from "./server-login";

/** What an administrator who is no superuser has to settle as the database's owner. See providers/database-rights.ts. */
export class DatabaseRights extends ProjectResource {
  constructor(
    name: string,
    args: {
      server: PostgresServer;
      database: pulumi.Input<string>;
      owner: pulumi.Input<string>;
      extensions: boolean;
    },
    opts: pulumi.CustomResourceOptions,
  ) {
    const { server, ...rights } = args;
    super("DatabaseRights", "./providers/database-rights.ts", name, { ...serverLogin(server), ...rights }, opts);
  }
}
