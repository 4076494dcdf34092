import type * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { serverLogin } from "./server-login";

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
        ...serverLogin(server),
        database,
        role,
      },
      opts,
    );
  }
}
