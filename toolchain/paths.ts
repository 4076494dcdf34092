import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The project's folder: where Pulumi.yaml is. */
export const projectRoot = resolve(__dirname, "..");

/** Everything that the toolchain brings is in here: git-ignored, and safe to delete when no stack uses the local backend. */
export const toolchainFolder = join(projectRoot, ".pulumi");

/** PULUMI_HOME: plugins, and which stack is selected. */
export const pulumiHome = join(toolchainFolder, "home");

/** Folder of the local state backend. Holds the only record of what the stacks made. */
export const stateFolder = join(toolchainFolder, "state");

/** Where a user's own login is kept when PULUMI_HOME does not say otherwise. */
export function userPulumiHome(): string {
  return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}
