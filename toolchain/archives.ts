/** Official archives that an operator brought: a folder named in PGSTEAD_PLUGINS, its files named as Pulumi names them. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { compare, major, valid } from "semver";
import { UserError } from "../support/errors";
import { pulumiHome, toolchainFolder } from "./paths";

/** An archive of the engine, or of a resource plugin. */
export interface Archive {
  /** `pulumi` for the engine, else the plugin's name, such as `random`. */
  name: string;
  version: string;
  path: string;
}

const cliPattern = /^pulumi-v(?<version>\d[^/]*)-(?<os>linux|darwin|windows)-(?<arch>x64|arm64)\.(?:tar\.gz|zip)$/;
const pluginPattern =
  /^pulumi-resource-(?<name>[a-z0-9-]+?)-v(?<version>\d[^/]*)-(?<os>linux|darwin|windows)-(?<arch>amd64|arm64)\.tar\.gz$/;

/** The folder of archives, or undefined where none is named. @throws UserError when what is named is no folder. */
export function archiveFolder(environment = process.env): string | undefined {
  const named = environment.PGSTEAD_PLUGINS;
  if (named === undefined || named === "") return undefined;
  const folder = resolve(named);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UserError(
      `PGSTEAD_PLUGINS names ${folder}, which is not a folder.`,
      "Name the folder that holds Pulumi's official archives, or unset it.",
    );
  return folder;
}

/** The archives in a folder that fit this machine's system and processor. */
export function archivesIn(folder: string, platform = process.platform, arch = process.arch): Archive[] {
  const os = platform === "win32" ? "windows" : platform;
  const archives: Archive[] = [];
  for (const file of readdirSync(folder).sort()) {
    const cli = cliPattern.exec(file)?.groups;
    const plugin = pluginPattern.exec(file)?.groups;
    const found = cli ?? plugin;
    const wantedArch = cli === undefined && arch === "x64" ? "amd64" : arch;
    if (found?.os !== os || found.arch !== wantedArch || valid(found.version) === null) continue;
    archives.push({ name: plugin?.name ?? "pulumi", version: found.version ?? "", path: join(folder, file) });
  }
  return archives;
}

/** The newest archive of that name which can serve a program built against `wanted`: same major version, not older. */
export function bestArchive(archives: Archive[], name: string, wanted: string): Archive | undefined {
  return archives
    .filter((a) => a.name === name && major(a.version) === major(wanted) && compare(a.version, wanted) >= 0)
    .sort((a, b) => compare(b.version, a.version))[0];
}

/** Unpacks the engine's archive into .pulumi/, or finds it unpacked. @returns the CLI's path. */
export function unpackEngine(archive: Archive): string {
  const folder = join(toolchainFolder, `archive-v${archive.version}`);
  const command = join(folder, process.platform === "win32" ? "pulumi.exe" : "pulumi");
  if (!existsSync(command)) unpack(archive, folder, "pulumi");
  if (!existsSync(command))
    throw new UserError(
      `${archive.path} holds no pulumi executable.`,
      "Fetch the archive of Pulumi's CLI again; its files are in a folder named pulumi.",
    );
  return command;
}

/** Unpacks a plugin's archive to where the engine looks for it. Another plugin of the name in that place is replaced. */
export function unpackPlugin(archive: Archive): void {
  const folder = join(pulumiHome, "plugins", `resource-${archive.name}-v${archive.version}`);
  const executable = join(folder, `pulumi-resource-${archive.name}${process.platform === "win32" ? ".exe" : ""}`);
  const marker = join(folder, ".official-archive");
  if (existsSync(marker) && existsSync(executable)) return;
  unpack(archive, folder);
  if (!existsSync(executable))
    throw new UserError(`${archive.path} holds no pulumi-resource-${archive.name}.`, "Fetch that archive again.");
  mkdirSync(marker);
}

/** Unpacks into a folder beside the target first, so that an interrupted unpacking is never taken for a whole one. */
function unpack(archive: Archive, folder: string, inner = ""): void {
  const parent = resolve(folder, "..");
  mkdirSync(parent, { recursive: true });
  const temporary = mkdtempSync(join(parent, ".unpacking-"));
  try {
    // tar is part of every supported system (Windows 10 too, where it also reads zip).
    const run = spawnSync("tar", ["-xf", archive.path, "-C", temporary], { encoding: "utf8" });
    if (run.status !== 0)
      throw new UserError(
        `${archive.path} could not be unpacked: ${(run.error?.message ?? run.stderr).trim()}.`,
        "Fetch that archive again.",
      );
    rmSync(folder, { recursive: true, force: true });
    const content = join(temporary, inner);
    renameSync(inner !== "" && existsSync(join(content, "bin")) ? join(content, "bin") : content, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
