import type { ProviderType } from "../resource-type";
import { randomPassword } from "./random-password";

/** Stands in for the plugin of @pulumi/random: needs no configuration. */
export function randomProvider(version: string): ProviderType<null> {
  return { name: "random", version, configuration: [], configure: () => null, resources: [randomPassword] };
}
