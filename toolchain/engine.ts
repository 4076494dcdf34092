/**
 * Finds Pulumi's engine, or brings it: from the operator's archives, from PATH, from Pulumi's download site, or, in a closed
 * network, built from its Go module with stand-ins for what no package registry holds. What was decided is remembered.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../support/errors";
import { writeFileAtomic } from "../support/files";
import { type Archive, archiveFolder, archivesIn, bestArchive, unpackEngine, unpackPlugin } from "./archives";
import { buildEngine } from "./built-engine";
import { downloadEngine, downloadSiteReachable, engineOnPath, engineVersion, versionOf } from "./official-engine";
import { installStandIns, standInMarker } from "./offline/install";
import { projectRoot, pulumiHome, toolchainFolder } from "./paths";

/** Where the engine came from. */
export type EngineSource = "PATH" | "archive" | "download" | "built";

export interface Engine {
  source: EngineSource;
  /** Path of the CLI. */
  command: string;
  version: string;
  /** Whether the download site is out of reach (or to be left alone), so that the engine must not look for plugins there. */
  closed: boolean;
  /** Resource plugins that are stand-ins, by name. */
  standIns: string[];
}

/** The resource plugins that the program uses, with the npm package that says which version. */
export const resourcePlugins = ["random", "postgresql"] as const;

const memory = join(toolchainFolder, "engine.json");

/**
 * The engine to use, brought here if need be. @throws UserError with what to do where none can be had.
 *
 * PGSTEAD_ENGINE=official uses only what Pulumi publishes; =closed never asks the network for it.
 */
export async function findEngine(): Promise<Engine> {
  const forced = forcedKind();
  const folder = archiveFolder();
  const archives = folder === undefined ? [] : archivesIn(folder);
  const remembered = recall(forced, archives);
  const engine = remembered ?? (await decide(forced, archives));
  bringPlugins(engine, archives);
  if (remembered === undefined) {
    writeFileAtomic(memory, `${JSON.stringify({ engine, ...circumstances(forced, archives, engine) }, null, 2)}\n`);
    process.stderr.write(`${describe(engine)}\n`);
  }
  return engine;
}

/** One line on which engine is in use and what stands in for official parts. */
export function describe(engine: Engine): string {
  const sources = {
    PATH: "from PATH",
    archive: "from the official archive",
    download: "downloaded",
    built: "built from its Go module",
  };
  const standIns =
    engine.standIns.length === 0
      ? ""
      : `; the closed-network stand-ins serve for ${engine.standIns.join(", ")} (README, "Closed networks")`;
  return `Pulumi ${engine.version}, ${sources[engine.source]}${standIns}.`;
}

function forcedKind(): "official" | "closed" | undefined {
  const value = process.env.PGSTEAD_ENGINE;
  if (value === undefined || value === "") return undefined;
  if (value === "official" || value === "closed") return value;
  throw new UserError(`PGSTEAD_ENGINE is '${value}'.`, "Set it to official or closed, or unset it.");
}

/** What a decision rests on: while it is the same, nothing is looked for again. The engine's own time shows an update of it. */
function circumstances(forced: string | undefined, archives: Archive[], engine: Engine) {
  const changed = existsSync(engine.command) ? statSync(engine.command).mtimeMs : null;
  return { forced: forced ?? null, archives: archives.map((a) => a.path), changed };
}

function recall(forced: string | undefined, archives: Archive[]): Engine | undefined {
  if (!existsSync(memory)) return undefined;
  const { engine, ...former } = JSON.parse(readFileSync(memory, "utf8"));
  const now = circumstances(forced, archives, engine);
  return now.changed !== null && JSON.stringify(former) === JSON.stringify(now) ? engine : undefined;
}

async function decide(forced: "official" | "closed" | undefined, archives: Archive[]): Promise<Engine> {
  const closed = forced === "closed" || !(await downloadSiteReachable());
  if (forced === "official" && closed && archives.length === 0)
    throw new UserError(
      "PGSTEAD_ENGINE=official, but Pulumi's download site cannot be reached from here.",
      "Unset it to use the closed-network engine, or name a folder of official archives in PGSTEAD_PLUGINS.",
    );
  const archive = bestArchive(archives, "pulumi", sdkVersion("pulumi"));
  const onPath = archive === undefined ? engineOnPath() : undefined;
  const standIns = closed ? resourcePlugins.filter((name) => pluginArchive(archives, name) === undefined) : [];
  if (forced === "official" && standIns.length > 0)
    throw new UserError(
      `PGSTEAD_ENGINE=official, but the archives hold no fitting plugin for ${standIns.join(" and ")}, and Pulumi's download site cannot be reached from here.`,
      "Add them to the folder that PGSTEAD_PLUGINS names, or unset PGSTEAD_ENGINE to let stand-ins serve for them.",
    );
  if (archive !== undefined)
    return { source: "archive", command: unpackEngine(archive), version: archive.version, closed, standIns };
  if (onPath !== undefined && forced !== "closed") return { source: "PATH", ...onPath, closed, standIns };
  if (!closed) {
    const command = await downloadEngine();
    return { source: "download", command, version: versionOf(command) ?? engineVersion, closed, standIns };
  }
  if (forced === "official")
    throw new UserError(
      `PGSTEAD_ENGINE=official, but the archives hold no Pulumi CLI for this machine (pulumi-v${engineVersion}-…).`,
      "Add it to the folder that PGSTEAD_PLUGINS names.",
    );
  return { source: "built", command: await buildEngine(), version: engineVersion, closed, standIns };
}

/** Puts the plugins in place: archives unpacked, stand-ins written, and stand-ins taken away that are no longer wanted. */
function bringPlugins(engine: Engine, archives: Archive[]): void {
  const pluginFolder = join(pulumiHome, "plugins");
  const unwanted = resourcePlugins.filter((name) => !engine.standIns.includes(name));
  removeStandIns(pluginFolder, unwanted);
  for (const archive of archives) if (archive.name !== "pulumi") unpackPlugin(archive);
  if (engine.standIns.length > 0 || engine.source === "built")
    installStandIns({
      projectRoot,
      binFolder: engine.source === "built" ? dirname(engine.command) : undefined,
      pluginFolder,
      plugins: engine.standIns,
    });
}

function removeStandIns(pluginFolder: string, names: readonly string[]): void {
  if (!existsSync(pluginFolder)) return;
  for (const entry of readdirSync(pluginFolder)) {
    const ours = existsSync(join(pluginFolder, entry, standInMarker));
    if (ours && names.some((name) => entry.startsWith(`resource-${name}-v`)))
      for (const path of [entry, `${entry}.lock`]) rmSync(join(pluginFolder, path), { recursive: true, force: true });
  }
}

function pluginArchive(archives: Archive[], name: string): Archive | undefined {
  return bestArchive(archives, name, sdkVersion(name));
}

/** Version of an installed @pulumi package: what the program is built against. */
function sdkVersion(name: string): string {
  const file = join(projectRoot, "node_modules", "@pulumi", name, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}
