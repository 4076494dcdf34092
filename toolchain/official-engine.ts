/** The official engine: the one on PATH, or Pulumi's own download. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, dirname, join, resolve } from "node:path";
import { SemVer, satisfies } from "semver";
import { UserError } from "../support/errors";
import { toolchainFolder } from "./paths";

/** The engine's version that is downloaded or built when there is none. Pinned: a stack meets one engine until this line changes. */
export const engineVersion = "3.259.0";

/** The oldest engine taken from PATH: the first whose dynamic providers show their output while they work. */
const oldestSupported = "3.146.0";

const downloadHost = "get.pulumi.com";
const executable = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** An engine on PATH that is not ours, or undefined. @throws UserError when there is one that is too old. */
export function engineOnPath(): { command: string; version: string } | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const command = resolve(folder, executable);
    if (folder === "" || !existsSync(command) || command.startsWith(toolchainFolder)) continue;
    const version = versionOf(command);
    if (version === undefined) continue;
    if (!satisfies(version, `>=${oldestSupported} <4`, { includePrerelease: true }))
      throw new UserError(
        `The pulumi on PATH (${command}) has version ${version}; pgstead needs ${oldestSupported} or later, below 4.`,
        "Update it, or take it off PATH and a fitting one is brought to .pulumi/.",
      );
    return { command, version };
  }
  return undefined;
}

/** The version a CLI reports, without its `v`, or undefined where it does not run. */
export function versionOf(command: string): string | undefined {
  const run = spawnSync(command, ["version"], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return run.status === 0 ? run.stdout.trim().replace(/^v/, "") : undefined;
}

/**
 * Whether Pulumi's download site can be reached from here, decided in at most `timeout` ms: a closed network either
 * does not resolve its name (at once) or swallows the packets (the timeout). A proxy set in the environment is believed.
 */
export function downloadSiteReachable(timeout = 3_000): Promise<boolean> {
  const proxy = process.env.HTTPS_PROXY ?? process.env.https_proxy;
  let [host, port] = [downloadHost, 443];
  if (proxy !== undefined && proxy !== "") {
    try {
      const url = new URL(proxy);
      [host, port] = [url.hostname, Number(url.port || (url.protocol === "https:" ? 443 : 80))];
    } catch {
      throw new UserError("HTTPS_PROXY is not a URL.", "Write it as http://host:port, or unset it.");
    }
  }
  return new Promise((settle) => {
    const socket = connect({ host, port });
    const finish = (reachable: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      settle(reachable);
    };
    const timer = setTimeout(() => finish(false), timeout);
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}

/** Downloads the official engine into .pulumi/, through Pulumi's own installer, or finds it there. @returns the CLI's path. */
export async function downloadEngine(): Promise<string> {
  const root = join(toolchainFolder, `official-v${engineVersion}`);
  const command = join(root, "bin", executable);
  if (existsSync(command)) return command;
  process.stderr.write(`Downloading Pulumi ${engineVersion} to ${dirname(command)}\n`);
  // Loaded here only: the Automation API is heavy, and needed once in a project's life.
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  try {
    await PulumiCommand.install({ root, version: new SemVer(engineVersion) });
  } catch (error) {
    throw new UserError(
      `Pulumi ${engineVersion} could not be downloaded from ${downloadHost}: ${(error as Error).message.trim()}`,
      "Try again, or set PGSTEAD_ENGINE=closed to build it from its Go module instead.",
      { cause: error },
    );
  }
  return command;
}
