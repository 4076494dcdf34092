import * as pulumi from "@pulumi/pulumi";
import { auditFile, type Credentials } from "./application-database";
import { ProjectResource } from "./dynamic";

/** A file with the URL, or the password alone, in the form that Docker and others mount as a secret. */
export class SecretFile extends ProjectResource {
  /** Absolute path. */
  declare readonly path: pulumi.Output<string>;

  /**
   * @param args `file`: from the project's folder; `content`: what of the credentials stands in it
   */
  constructor(
    name: string,
    args: { file: string; content: "url" | "password"; credentials: Credentials },
    opts?: pulumi.CustomResourceOptions,
  ) {
    const { url, password, loginRole, secretVersion } = args.credentials;
    super(
      "SecretFile",
      "./providers/secret-file.ts",
      name,
      {
        path: undefined,
        file: args.file,
        content: pulumi.secret(args.content === "url" ? url : password),
        role: loginRole,
        version: secretVersion,
        auditFile: auditFile(),
      },
      opts,
    );
  }
}
