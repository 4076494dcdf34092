/**
 * What operators want of every stack, as plain functions over its settings, so that they hold under every engine and need no policy plugin. (That no
 * secret is in plain text, the reading of the config refuses by itself.)
 */
import type { Settings } from "../components/settings";

const loopback = /^(?:127\.|::1$|localhost$)/;

/** What of the settings breaks a rule, one sentence each with the way out; empty when all is well. */
export function policyFindings({ server, database }: Settings): string[] {
  const found: string[] = [];
  if (server.instance === "docker" && !loopback.test(server.publishAddress))
    found.push(
      `The docker server listens on ${server.publishAddress} without TLS: set pgstead:publishAddress to 127.0.0.1, and reach it through a tunnel or from its network.`,
    );
  if (server.instance === "external" && !loopback.test(server.host) && server.tlsMode === "disable")
    found.push(`Passwords and data go to ${server.host} without TLS: set pgstead:tlsMode to verify-full.`);
  if (server.protect && database.rotation.maxAge === "")
    found.push("The application's password may grow old: set pgstead:maxSecretAge, such as 90d.");
  return found;
}
