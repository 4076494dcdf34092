/** Keeps the stacks' config files as the user wrote them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../support/files";
import { projectRoot } from "./paths";

const salt = /^encryptionsalt: .*\n?/m;

/** The config files of stacks that carry an encryption salt now. */
export function saltedStackFiles(): string[] {
  return readdirSync(projectRoot)
    .filter((file) => /^Pulumi\..+\.yaml$/.test(file))
    .filter((file) => salt.test(readFileSync(join(projectRoot, file), "utf8")));
}

/**
 * Takes out of the stacks' config files the salts that were not there before. With the local backend, the state holds
 * them too; in a file that is committed, a salt would belong to one checkout's passphrase and lock out every other.
 *
 * @param before what saltedStackFiles() gave before the engine ran
 */
export function dropNewSalts(before: string[]): void {
  for (const file of saltedStackFiles()) {
    if (before.includes(file)) continue;
    const path = join(projectRoot, file);
    writeFileAtomic(path, readFileSync(path, "utf8").replace(salt, ""));
  }
}
