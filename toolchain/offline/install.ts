import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { messageOf, UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";

export interface StandInFolders {
  /** The project's folder: package.json and node_modules. */
  projectRoot: string;
  /** Where the CLI is: the engine looks beside it for what Pulumi bundles. Undefined when those are the official ones. */
  binFolder: string | undefined;
  /** `$PULUMI_HOME/plugins`. */
  pluginFolder: string;
  /** Which providers to put there, such as `random`; all by default. */
  plugins?: readonly string[];
}

/** The file that marks a plugin's folder as a stand-in's. */
export const standInMarker = "STAND-IN";

/** The two that Pulumi bundles with its CLI. */
const bundled = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;
/** Those that it downloads, for the versions of the npm packages that the project has. */
const downloaded = ["random", "postgresql"] as const;

/**
 * Puts the stand-ins where the engine looks for its plugins. Each is one bundle of JavaScript, with what starts it and a small launcher beside
 * it, so that it starts fast and still works where the project was moved. Cheap when nothing changed; a stand-in that
 * is damaged or older than its source is made again; an official plugin that is there already is left alone.
 *
 * @throws UserError when the project's packages are not installed
 */
export function installStandIns(folders: StandInFolders): void {
  const { projectRoot, binFolder, pluginFolder, plugins = downloaded } = folders;
  const stamp = stampOf(projectRoot);
  if (binFolder !== undefined)
    for (const name of bundled)
      installOne({ name, folder: binFolder, marker: `${name}.${standInMarker}` }, stamp, projectRoot);
  for (const name of downloaded.filter((known) => plugins.includes(known))) {
    const folder = join(pluginFolder, `resource-${name}-v${versionOf(projectRoot, `@pulumi/${name}`)}`);
    installOne({ name: `pulumi-resource-${name}`, folder, marker: standInMarker }, stamp, projectRoot);
  }
}

interface StandIn {
  name: string;
  folder: string;
  marker: string;
}

/** What the stand-ins are made from: their sources, the packages inside them, and the Node.js that runs them. */
function stampOf(projectRoot: string): string {
  const hash = createHash("sha256").update(process.execPath);
  for (const name of [
    "@pulumi/pulumi",
    "@pulumi/random",
    "@pulumi/postgresql",
    "@grpc/grpc-js",
    "bcryptjs",
    "pg",
    "esbuild",
  ])
    hash.update(`${name} ${versionOf(projectRoot, name)}\n`);
  for (const folder of [__dirname, join(__dirname, "..", "..", "support")])
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort())
      if (/\.c?ts$|\.cjs$/.test(file)) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

function installOne({ name, folder, marker }: StandIn, stamp: string, projectRoot: string): void {
  const launcher = join(folder, process.platform === "win32" ? `${name}.cmd` : name);
  const script = join(folder, `${name}.js`);
  const bundle = join(folder, `${name}.bundle.js`);
  const stampFile = join(folder, marker);
  const ours = existsSync(stampFile);
  if (!ours && officialIsThere(folder, name)) return;
  const whole = [launcher, script, bundle].every((file) => existsSync(file));
  if (ours && whole && readFileSync(stampFile, "utf8") === stamp) return;

  // First, and without its stamp: whoever interrupts this leaves a folder that is known as ours, and as unfinished.
  writeFileAtomic(stampFile, "");
  writeFileAtomic(bundle, bundlePlugin(join(__dirname, "plugins", `${name}.ts`), projectRoot));
  writeFileAtomic(script, bundlePlugin(join(__dirname, "plugins", "start.ts"), projectRoot));
  writeFileAtomic(launcher, launcherText(name), 0o755);
  writeFileAtomic(stampFile, stamp);
}

function officialIsThere(folder: string, name: string): boolean {
  return ["", ".exe"].some((end) => existsSync(join(folder, `${name}${end}`)));
}

const notNeeded = join(__dirname, "plugins", "not-needed.ts");

/** One file of JavaScript out of a plugin's source and all that it imports. */
export function bundlePlugin(source: string, projectRoot: string): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [source],
    absWorkingDir: projectRoot,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    // pg's native binding is optional, and not used.
    external: ["pg-native"],
    // The SDK loads them, and none of the stand-ins asks them anything.
    alias: { typescript: notNeeded, "@npmcli/arborist": notNeeded, "normalize-package-data": notNeeded },
    // Without it, on Node.js 20, pg makes a Response to learn whether it runs at Cloudflare, and with it loads all that fetch needs.
    define: { navigator: JSON.stringify({ userAgent: "Node.js" }) },
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`The stand-in ${source} could not be built.`);
  return file.contents;
}

/** Finds its script beside itself, and prefers the Node.js that it was made with to whichever is first on PATH. */
export function launcherText(name: string): string {
  if (process.platform === "win32")
    return `@echo off\r\nsetlocal\r\nset "NODE=${process.execPath}"\r\nif not exist "%NODE%" set "NODE=node"\r\n"%NODE%" "%~dp0${name}.js" %*\r\n`;
  const quoted = `'${process.execPath.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh\nnode=${quoted}\n[ -x "$node" ] || node=node\nexec "$node" "$(dirname "$0")/${name}.js" "$@"\n`;
}

function versionOf(projectRoot: string, packageName: string): string {
  const path = join(projectRoot, "node_modules", packageName, "package.json");
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  } catch (error) {
    throw new UserError(`The package ${packageName} is not installed: ${messageOf(error)}.`, "Run npm ci.", {
      cause: error,
    });
  }
}
