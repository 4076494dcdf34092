import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modulesFolders } from "./required-packages";

export interface Dependency {
  name: string;
  version: string;
}

interface PackageFile {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * The packages that a program's package.json names, with the versions that are installed (for `pulumi about`).
 *
 * @param transitive also what those need in turn
 */
export function programDependencies(programFolder: string, transitive: boolean): Dependency[] {
  const program = readPackage(join(programFolder, "package.json"));
  const found = new Map<string, Dependency>();
  const waiting = Object.entries({ ...program?.dependencies, ...program?.devDependencies });
  const folders = modulesFolders(programFolder);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [name, range] = next;
    if (found.has(name)) continue;
    const installed = folders
      .map((folder) => readPackage(join(folder, name, "package.json")))
      .find((file) => file !== undefined);
    found.set(name, { name, version: installed?.version ?? range });
    if (transitive) waiting.push(...Object.entries(installed?.dependencies ?? {}));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The version of a package manager: as it says itself when this was started by it, else asked, which takes a while.
 * Undefined when it cannot be run.
 */
export function packageManagerVersion(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const known = ["npm", "pnpm", "yarn", "bun"].includes(name) ? name : "npm";
  const [started, version] = (environment.npm_config_user_agent ?? "").split(" ")[0]?.split("/") ?? [];
  if (started === known && version !== undefined) return Promise.resolve(version);
  return new Promise((resolve) =>
    execFile(known, ["--version"], { shell: process.platform === "win32" }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    ),
  );
}

function readPackage(path: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as PackageFile;
  } catch {
    return undefined;
  }
}
