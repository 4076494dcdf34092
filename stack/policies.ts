/**
 * What operators want of every stack, as plain functions: the program holds itself to them under every engine, and `policies/` makes them a policy pack
 * for `--policy-pack`.
 */
import type { StackFacts } from "./facts";

export interface Rule {
  /** As `--policy-pack-config` names it. */
  name: string;
  description: string;
  /** What breaks the rule, one sentence each with the way out; empty when all is well. */
  findings(facts: StackFacts): string[];
}

const loopback = /^(?:127\.|::1$|localhost$)/;

export const rules: readonly Rule[] = [
  {
    name: "no-plaintext-secret",
    description: "Passwords, tokens and URLs with a password are encrypted in the stack's config.",
    findings: ({ plainSecrets }) =>
      plainSecrets.map(
        (key) =>
          `${key} holds a secret in plain text: encrypt it by \`pulumi config set --secret ${key}\`, and give the service another one.`,
      ),
  },
  {
    name: "no-listening-without-tls",
    description: "A server takes connections from beyond its machine over TLS only.",
    findings({ listensOn, reaches, tlsMode }) {
      if (tlsMode !== "disable") return [];
      if (listensOn !== "" && !loopback.test(listensOn))
        return [
          `The docker server listens on ${listensOn} without TLS: set pgstead:publishAddress to 127.0.0.1, and reach it through a tunnel or from its network.`,
        ];
      if (reaches !== "" && !loopback.test(reaches))
        return [`Passwords and data go to ${reaches} without TLS: set pgstead:tlsMode to verify-full.`];
      return [];
    },
  },
  {
    name: "password-age",
    description: "On protected data the application's password has an age limit.",
    findings: (facts) =>
      facts.protected && facts.maxSecretAge === ""
        ? ["The application's password may grow old: set pgstead:maxSecretAge, such as 90d."]
        : [],
  },
  {
    name: "backups",
    description: "Somebody makes backups of protected data.",
    findings: (facts) =>
      facts.protected && facts.backups === "none" && !facts.archives
        ? [
            "Nobody makes backups of the protected data: arrange for them, and say by pgstead:backups who makes them (provider, archiving or elsewhere).",
          ]
        : [],
  },
];

/** What of the facts breaks a rule. */
export function policyFindings(facts: StackFacts): string[] {
  return rules.flatMap((rule) => rule.findings(facts));
}
