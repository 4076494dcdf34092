/** The environment in which Pulumi's engine runs: its home, its backend, its passphrase. A user's own choices win. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeFileAtomic } from "../support/files";
import type { Engine } from "./engine";
import { projectRoot, pulumiHome, stateFolder, toolchainFolder, userPulumiHome } from "./paths";

/** The variables to set for the engine, beside what is in the environment already. */
export function engineEnvironment(engine: Engine, environment = process.env): Record<string, string> {
  const set: Record<string, string> = {
    PULUMI_HOME: pulumiHome,
    PATH: [dirname(engine.command), environment.PATH].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The salt of the local stacks lives in their state, so that a clone's Pulumi.dev.yaml stays as it was committed.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  };
  if (engine.closed) set.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  if (usesLocalBackend(environment)) set.PULUMI_BACKEND_URL = localBackendUrl();
  else if (environment.PULUMI_CREDENTIALS_PATH === undefined) set.PULUMI_CREDENTIALS_PATH = userPulumiHome();
  if (environment.PULUMI_CONFIG_PASSPHRASE === undefined && environment.PULUMI_CONFIG_PASSPHRASE_FILE === undefined)
    set.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile();
  return set;
}

/**
 * Whether state is kept in the project's own .pulumi/state: unless the user named a backend, gave a token, is logged in
 * somewhere, or wrote a backend into Pulumi.yaml.
 */
export function usesLocalBackend(environment = process.env): boolean {
  if (environment.PULUMI_BACKEND_URL === localBackendUrl()) return true;
  if (environment.PULUMI_BACKEND_URL !== undefined || environment.PULUMI_ACCESS_TOKEN !== undefined) return false;
  if (/^backend:/m.test(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8"))) return false;
  return currentLogin() === undefined;
}

/** Whether the passphrase is the one made here, known to this checkout alone. */
export function usesOwnPassphrase(environment = process.env): boolean {
  if (environment.PULUMI_CONFIG_PASSPHRASE !== undefined) return false;
  return [undefined, ownPassphraseFile].includes(environment.PULUMI_CONFIG_PASSPHRASE_FILE);
}

/** Whether any stack has been made in the local backend. */
export function localBackendIsEmpty(): boolean {
  return !existsSync(join(stateFolder, ".pulumi", "stacks"));
}

const ownPassphraseFile = join(toolchainFolder, "passphrase");

/** A passphrase made once for this checkout; lost with it, and with it the secrets of its local stacks. */
function passphraseFile(): string {
  if (!existsSync(ownPassphraseFile)) writeFileAtomic(ownPassphraseFile, randomBytes(24).toString("base64url"), 0o600);
  return ownPassphraseFile;
}

function localBackendUrl(): string {
  mkdirSync(stateFolder, { recursive: true });
  return pathToFileURL(stateFolder).href;
}

/** The backend that the user has logged in to with `pulumi login`, if any. */
function currentLogin(): string | undefined {
  try {
    const credentials = JSON.parse(readFileSync(join(userPulumiHome(), "credentials.json"), "utf8"));
    return credentials.current === "" ? undefined : credentials.current;
  } catch {
    return undefined;
  }
}
