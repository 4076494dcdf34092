import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "../components/config-reader";
import type { Settings } from "../components/settings";
import { archivesByConfig } from "../server/archiving";

/**
 * What the rules of a stack look at: never a secret. The server's component carries it, as the first that a stack makes, so that a policy pack judges it
 * before anything is made.
 */
export interface StackFacts {
  /** Whether the data is one that may not be lost: `protect` in config. */
  protected: boolean;
  /** The address at which a server that pgstead makes takes connections; empty for one that is not ours. */
  listensOn: string;
  /** The host of a server that is not ours; empty for our own. */
  reaches: string;
  tlsMode: string;
  /** Who makes backups, as config says it. */
  backups: string;
  /** Whether the settings from config let the server archive its write-ahead log. */
  archives: boolean;
  /** Empty for a password that may be of any age. */
  maxSecretAge: string;
  /** Keys of the config, of any namespace, that hold a secret in plain text. */
  plainSecrets: string[];
}

/** @param config every value of the stack's config by its key, and the keys that are encrypted */
export function factsOf({ server, database }: Settings, config = stackConfig()): StackFacts {
  const external = server.instance === "external";
  return {
    protected: server.protect,
    listensOn: external ? "" : server.instance === "docker" ? server.publishAddress : "127.0.0.1",
    reaches: external ? server.host : "",
    tlsMode: external ? server.tlsMode : "disable",
    backups: server.backups,
    archives: !external && archivesByConfig(server.postgresql.overrides),
    maxSecretAge: database.rotation.maxAge,
    plainSecrets: plainSecrets(config.values, config.secretKeys),
  };
}

const secretName = /(?:password|passphrase|token|secret|api_?key|private_?key)$/i;
/** A URL that carries a password. */
const credentials = /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i;

function plainSecrets(values: Record<string, string>, encrypted: readonly string[]): string[] {
  return Object.entries(values)
    .filter(([key, value]) => value !== "" && (secretName.test(key) || credentials.test(value)))
    .map(([key]) => key)
    .filter((key) => !encrypted.includes(key))
    .sort();
}

function stackConfig(): { values: Record<string, string>; secretKeys: string[] } {
  return { values: pulumi.runtime.allConfig(), secretKeys: secretKeys() };
}
