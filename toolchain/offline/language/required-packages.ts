import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** A Pulumi package that the program can use, and the plugin that serves it. */
export interface RequiredPackage {
  name: string;
  /** With a leading v, as the engine takes it. */
  version: string;
  /** Where the plugin is published, if not at Pulumi's. */
  server: string;
}

/**
 * The packages in `node_modules`, here and in the folders above, whose package.json says `pulumi.resource`, as the
 * official host reports them; without those whose plugin is not on this machine. The engine would try to download each,
 * before the program runs and whether or not the program uses it: where the site cannot be reached, one unused
 * package would fail every update. A package that is used is asked for again when its first resource is.
 */
export function requiredPackages(programFolder: string, environment: NodeJS.ProcessEnv): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  for (const folder of modulesFolders(programFolder))
    for (const packageFolder of packageFolders(folder)) {
      const required = readPackage(join(packageFolder, "package.json"));
      if (required !== undefined && pluginIsThere(required, environment))
        found.set(`${required.name} ${required.version}`, required);
    }
  return [...found.values()];
}

/** The folders where Node looks for a program's packages, the nearest first. */
export function modulesFolders(programFolder: string): string[] {
  const folders: string[] = [];
  for (let folder = programFolder; ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (existsSync(modules)) folders.push(modules);
    if (dirname(folder) === folder) return folders;
  }
}

function* packageFolders(modules: string): Generator<string> {
  for (const entry of namesIn(modules)) {
    if (entry.startsWith(".")) continue;
    const folders = entry.startsWith("@") ? namesIn(join(modules, entry)).map((name) => join(entry, name)) : [entry];
    for (const name of folders) {
      const folder = join(modules, name);
      yield folder;
      const nested = join(folder, "node_modules");
      if (existsSync(nested)) yield* packageFolders(nested);
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

interface PackageFile {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

function readPackage(path: string): RequiredPackage | undefined {
  try {
    const text = readFileSync(path, "utf8");
    if (!text.includes('"pulumi"')) return undefined;
    const file = JSON.parse(text) as PackageFile;
    if (file.pulumi?.resource !== true) return undefined;
    const name = file.pulumi.name ?? file.name?.replace(/^@pulumi\//, "");
    const version = file.pulumi.version ?? file.version;
    if (!name || !version) return undefined;
    return { name, version: version.startsWith("v") ? version : `v${version}`, server: file.pulumi.server ?? "" };
  } catch {
    // Not every folder in node_modules is a package, and not every package.json is well-formed.
    return undefined;
  }
}

function pluginIsThere({ name, version }: RequiredPackage, environment: NodeJS.ProcessEnv): boolean {
  const home = environment.PULUMI_HOME || join(homedir(), ".pulumi");
  if (existsSync(join(home, "plugins", `resource-${name}-${version}`))) return true;
  return (environment.PATH ?? "")
    .split(delimiter)
    .some((folder) => ["", ".exe", ".cmd"].some((end) => existsSync(join(folder, `pulumi-resource-${name}${end}`))));
}
