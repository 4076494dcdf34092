import * as pulumi from "@pulumi/pulumi";

/** The module paths of the dynamic providers: they are kept in every state, so they may not change. */
export type ProviderModule =
  | "./providers/embedded-server.ts"
  | "./providers/data-migration.ts"
  | "./providers/env-file.ts"
  | "./providers/role-password.ts"
  | "./providers/secret-version.ts"
  | "./providers/login-roles.ts"
  | "./providers/secret-file.ts"
  | "./providers/notify-command.ts"
  | "./providers/object-comments.ts"
  | "./providers/database-rights.ts"
  | "./providers/external-server.ts"
  | "./providers/docker-image.ts"
  | "./providers/docker-server.ts";

/**
 * A dynamic resource whose life is a module of this project: it exports check, create, diff, update, read and delete.
 *
 * It is what pulumi.dynamic.Resource makes, but for the provider's code, which is not serialized from a closure: that loads and asks the
 * TypeScript compiler, and is a quarter of what a program like this one takes. The code is the same few lines for all.
 */
export class ProjectResource extends pulumi.CustomResource {
  /** @param type the last part of its type token, `pulumi-nodejs:dynamic/pgstead:<type>` */
  constructor(
    type: string,
    module: ProviderModule,
    name: string,
    props: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(`pulumi-nodejs:dynamic/pgstead:${type}`, name, { ...props, __provider: providerCode(module) }, opts);
  }
}

/**
 * The one bridge from Pulumi's dynamic resources to plain TypeScript. Pulumi keeps a dynamic provider's code in the state
 * and runs that old copy on refresh and destroy; so the code kept there only loads the project's present module and calls it. A change of
 * this code itself reaches the state as an update that does nothing else.
 *
 * Paths are from the project's folder, in which Pulumi runs it.
 *
 * @returns CommonJS, as the SDK's dynamic provider evaluates it: `exports.handler()` gives the provider
 */
function providerCode(module: ProviderModule): string {
  return `exports.handler = () => {
  const call = async (method, args) => {
    try {
      const load = (file) => require(require("path").resolve(file));
      load("./support/typescript.cjs");
      return await load(${JSON.stringify(module)})[method](...args);
    } catch (error) {
      // Pulumi prints the stack too; of an error that tells the user what to do, its message is all there is to say.
      if (error instanceof Error && error.name === "UserError") Object.assign(error, { name: "", stack: "" });
      throw error;
    }
  };
  const isOther = (olds, news) => olds.__provider !== news.__provider;
  return {
    check: (...args) => call("check", args),
    create: (...args) => call("create", args),
    diff: async (id, olds, news) => {
      const found = await call("diff", [id, olds, news]);
      return { ...found, changes: found.changes || isOther(olds, news) };
    },
    update: async (id, olds, news) => {
      // Where nothing but this code is another, it is put into the state, and nothing else is done.
      if (isOther(olds, news) && !(await call("diff", [id, olds, news])).changes) return { outs: olds };
      return await call("update", [id, olds, news]);
    },
    read: (...args) => call("read", args),
    delete: (...args) => call("delete", args),
  };
};
`;
}
