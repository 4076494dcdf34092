import type { ProviderType } from "../resource-type";
import { configurationKeys, readConfiguration } from "./configuration";
import { database } from "./database";
import { DatabaseAccess } from "./database-session";
import { extension } from "./extension";
import { grant } from "./grant";
import { role } from "./role";

/** Stands in for the plugin of @pulumi/postgresql. Nothing connects before something is to be read or made. */
export function postgresqlProvider(version: string): ProviderType<DatabaseAccess> {
  return {
    name: "postgresql",
    version,
    configuration: configurationKeys,
    configure: (given) => new DatabaseAccess(readConfiguration(given)),
    resources: [role, database, grant, extension],
  };
}
