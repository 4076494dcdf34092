import * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";

/** Says in the database itself which stack its database, role and schema are of. */
export class ObjectComments extends ProjectResource {
  constructor(
    name: string,
    args: { server: PostgresServer; database: pulumi.Input<string>; role: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    const { server, database, role } = args;
    super(
      "ObjectComments",
      "./providers/object-comments.ts",
      name,
      {
        stack: `${pulumi.getProject()}-${pulumi.getStack()}`,
        host: server.host,
        port: server.port,
        tlsMode: server.tlsMode,
        tlsCaFile: server.tlsCaFile,
        superuser: server.superuser,
        superuserPassword: server.superuserPassword,
        database,
        role,
      },
      opts,
    );
  }
}
