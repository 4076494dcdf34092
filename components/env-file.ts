import * as pulumi from "@pulumi/pulumi";
import { auditFile, type Credentials } from "./application-database";
import { ProjectResource } from "./dynamic";

/** DATABASE_URL in the application's .env, and a .env.example beside it without the secret. Other lines stay as they are. */
export class EnvFile extends ProjectResource {
  /** Absolute path of the .env. */
  declare readonly path: pulumi.Output<string>;

  /**
   * @param args `file`: the .env, from the project's folder; `credentials`: what the application connects with
   */
  constructor(
    name: string,
    args: { file: pulumi.Input<string>; credentials: Credentials },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      "EnvFile",
      "./providers/env-file.ts",
      name,
      {
        path: undefined,
        file: args.file,
        url: pulumi.secret(args.credentials.url),
        role: args.credentials.loginRole,
        version: args.credentials.secretVersion,
        auditFile: auditFile(),
      },
      opts,
    );
  }
}
