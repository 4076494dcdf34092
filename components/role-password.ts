import * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { serverLogin } from "./server-login";

/** A new password for a role that is in the server's data already, which only its superuser can set. */
export class RolePassword extends ProjectResource {
  constructor(
    name: string,
    args: { server: PostgresServer; role: string; password: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    const { server, role, password } = args;
    super(
      "RolePassword",
      "./providers/role-password.ts",
      name,
      {
        ...serverLogin(server),
        role,
        password: pulumi.secret(password),
      },
      opts,
    );
  }
}
