import * as pulumi from "@pulumi/pulumi";
import { auditFile, type Credentials } from "./application-database";
import { ProjectResource } from "./dynamic";

/** The operator's command that tells the application of a new secret, once it is where the application finds it. */
export class NotifyCommand extends ProjectResource {
  constructor(
    name: string,
    args: {
      command: string[];
      credentials: Credentials;
      envFile: pulumi.Input<string>;
      secretFile: pulumi.Input<string>;
    },
    opts?: pulumi.CustomResourceOptions,
  ) {
    const { loginRole, secretVersion, address } = args.credentials;
    super(
      "NotifyCommand",
      "./providers/notify-command.ts",
      name,
      {
        command: args.command,
        role: loginRole,
        version: secretVersion,
        trigger: pulumi.interpolate`${loginRole}@${address} ${secretVersion}`,
        envFile: args.envFile,
        secretFile: args.secretFile,
        auditFile: auditFile(),
      },
      opts,
    );
  }
}
