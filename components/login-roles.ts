import * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { serverLogin } from "./server-login";

/** Two login roles of one owner, which get the new passwords in turn. */
export class LoginRoles extends ProjectResource {
  /** The login that has the present password. */
  declare readonly role: pulumi.Output<string>;
  /** The login before it, and until when it works; null when it does not any more. */
  declare readonly previous: pulumi.Output<{ role: string; until: string } | null>;

  constructor(
    name: string,
    args: {
      server: PostgresServer;
      database: pulumi.Input<string>;
      owner: pulumi.Input<string>;
      password: pulumi.Input<string>;
      version: pulumi.Input<string>;
      retireAfter: string;
      auditFile: string;
    },
    opts: pulumi.CustomResourceOptions,
  ) {
    const { server } = args;
    super(
      "LoginRoles",
      "./providers/login-roles.ts",
      name,
      {
        role: undefined,
        previous: undefined,
        ...serverLogin(server),
        database: args.database,
        owner: args.owner,
        password: pulumi.secret(args.password),
        version: args.version,
        retireAfter: args.retireAfter,
        ownerMayLogIn: !server.hasContent,
        auditFile: args.auditFile,
      },
      opts,
    );
  }
}
