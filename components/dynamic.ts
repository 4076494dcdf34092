import type * as pulumi from "@pulumi/pulumi";

/** The module paths of the dynamic providers: they are kept in every state, so they may not change. */
export type ProviderModule =
  | "./providers/embedded-server.ts"
  | "./providers/data-migration.ts"
  | "./providers/env-file.ts"
  | "./providers/role-password.ts";

/**
 * The one bridge from Pulumi's dynamic resources to plain TypeScript. Pulumi keeps a dynamic provider's code in the state
 * and runs that old copy on refresh and destroy; so the code kept there only loads the project's present module and calls it.
 *
 * @param module the provider's module, from the project's folder: exports create, diff, update, read and delete
 */
export function resourceProvider(module: ProviderModule): pulumi.dynamic.ResourceProvider {
  // biome-ignore lint/suspicious/noExplicitAny: the arguments pass through as they are
  const call = async (method: string, args: any[]) => {
    try {
      return await require("tsx/cjs/api")
        .require(module, `${process.cwd()}/package.json`)
        [method](...args);
    } catch (error) {
      // Pulumi prints the stack too; of an error that tells the user what to do, its message is all there is to say.
      if (error instanceof Error && error.name === "UserError") Object.assign(error, { name: "", stack: "" });
      throw error;
    }
  };
  return {
    check: (olds, news) => call("check", [olds, news]),
    create: (inputs) => call("create", [inputs]),
    diff: (id, olds, news) => call("diff", [id, olds, news]),
    update: (id, olds, news) => call("update", [id, olds, news]),
    read: (id, props) => call("read", [id, props]),
    delete: (id, props) => call("delete", [id, props]),
  };
}

/** What every dynamic resource is declared with, so that each has a type token of its own. */
export const dynamicModule = "pgstead";
