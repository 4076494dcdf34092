import type * as pulumi from "@pulumi/pulumi";
import { ProjectResource } from "./dynamic";
import type { RotationSettings } from "./settings";

/** The version of the application's password, and since when it is in force. It decides when there is a new one. */
export class SecretVersion extends ProjectResource {
  /** Name of the present password, for the keepers of what generates it. */
  declare readonly key: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly issuedAt: pulumi.Output<string>;

  constructor(
    name: string,
    args: { role: string; version: number; rotation: RotationSettings; auditFile: string },
    opts: pulumi.CustomResourceOptions,
  ) {
    super(
      "SecretVersion",
      "./providers/secret-version.ts",
      name,
      {
        key: undefined,
        issuedAt: undefined,
        count: undefined,
        highest: undefined,
        role: args.role,
        version: args.version,
        maxAge: args.rotation.maxAge,
        onAge: args.rotation.onAge,
        auditFile: args.auditFile,
      },
      opts,
    );
  }
}
