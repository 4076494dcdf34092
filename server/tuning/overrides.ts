import { UserError } from "../../support/errors";
import type { Setting } from "./types";

const reason = "set in the stack's config";
const validName = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*$/;
/** Directives of the file, not settings: they would bring in what is not checked here. */
const directives = new Set(["include", "include_if_exists", "include_dir"]);

/**
 * The settings with those of the stack's config over them; a setting keeps its place, new ones come last.
 *
 * @param fixed settings that the server's own provisioning depends on: they cannot be overridden
 * @throws UserError that lists every name that cannot be set
 */
export function withOverrides(
  settings: readonly Setting[],
  overrides: Record<string, string>,
  fixed: readonly Setting[],
): Setting[] {
  const problems = overrideProblems(overrides, fixed);
  if (problems.length > 0) throw new UserError(problems.join(" "), "Correct it in pgstead:postgresSettings.");
  const merged = new Map(settings.map((setting) => [setting.name, setting]));
  for (const [key, value] of Object.entries(overrides)) {
    const name = key.trim().toLowerCase();
    merged.set(name, { name, value, reason });
  }
  for (const setting of fixed) merged.set(setting.name, setting);
  return [...merged.values()];
}

/** What cannot be set by config, one sentence each; empty when all is well. */
export function overrideProblems(
  overrides: Record<string, string>,
  fixed: readonly Pick<Setting, "name" | "reason">[],
): string[] {
  const problems: string[] = [];
  for (const [key, value] of Object.entries(overrides)) {
    const name = key.trim().toLowerCase();
    const ours = fixed.find((setting) => setting.name === name);
    if (directives.has(name) || !validName.test(name))
      problems.push(`'${key}' is not the name of a PostgreSQL setting.`);
    else if (ours !== undefined) problems.push(`The setting ${name} cannot be set by config: ${ours.reason}.`);
    else if (/[\0\r\n]/.test(value)) problems.push(`The value of ${name} holds a line break.`);
  }
  return problems;
}
