import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { version } from "@pulumi/docker/package.json";
import { refusal } from "./refusal";

/**
 * Makes sure that the engine has its Docker plugin, before it is asked for anything: the engine brings it by itself where it may, before the
 * program runs; in a closed network it would find out only half-way through.
 *
 * @throws RunError
 */
export function checkDockerPlugin(environment: NodeJS.ProcessEnv = process.env): void {
  const plugins = join(environment.PULUMI_HOME || join(homedir(), ".pulumi"), "plugins");
  const major = version.split(".")[0];
  const fits = (entry: string) => entry.startsWith(`resource-docker-v${major}.`) && !entry.endsWith(".lock");
  if (existsSync(plugins) && readdirSync(plugins).some(fits)) return;
  const onPath = (environment.PATH ?? "")
    .split(delimiter)
    .some((folder) => ["", ".exe"].some((end) => existsSync(join(folder, `pulumi-resource-docker${end}`))));
  if (onPath || (environment.PULUMI_DEBUG_PROVIDERS ?? "").includes("docker")) return;
  throw refusal(
    `instance: docker needs Pulumi's Docker plugin (${version}), which is not on this machine and cannot be fetched from here. Nothing was changed. Put pulumi-resource-docker-v${version}-<os>-<arch>.tar.gz into a folder, name that in PGSTEAD_PLUGINS, and try again (README, "Closed networks").`,
  );
}
