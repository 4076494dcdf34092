import * as pulumi from "@pulumi/pulumi";
import type { PostgresServer } from "./postgres-server";

/** The stack as it names itself to people: in comments, labels and sessions. */
export function stackName(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`;
}

/** How a server is reached; see support/server-login.ts. */
export function serverAddress({ host, port, tlsMode, tlsCaFile }: PostgresServer) {
  return { stack: stackName(), host, port, tlsMode, tlsCaFile };
}

/** How a server is reached and administered; see support/server-login.ts. */
export function serverLogin(server: PostgresServer) {
  return {
    ...serverAddress(server),
    superuser: server.superuser,
    superuserPassword: pulumi.secret(server.superuserPassword),
  };
}
