import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../components/settings";
import { factsOf } from "../../stack/facts";
import { policyFindings } from "../../stack/policies";
import { mockEngine, setStackConfig } from "../support/pulumi-mocks";

beforeEach(async () => {
  await mockEngine();
});

function findings(config: Record<string, unknown>, secretKeys: string[] = []): string[] {
  setStackConfig(config, secretKeys);
  return policyFindings(factsOf(readSettings()));
}

function committed(stack: string): Record<string, unknown> {
  const { config } = parse(readFileSync(join(__dirname, "..", "..", `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("pgstead:", ""), value]));
}

describe("a stack's rules", () => {
  it.each(["dev", "staging", "prod"])("are kept by the committed %s stack", (stack) => {
    const password = { superuserPassword: "hidden" };
    const backups = stack === "dev" ? {} : { backups: "elsewhere" };
    expect(findings({ ...password, ...committed(stack), ...backups }, ["superuserPassword"])).toEqual([]);
  });

  it.each(["staging", "prod"])("want the %s stack to say first who makes its backups", (stack) => {
    const config = { superuserPassword: "hidden", ...committed(stack) };
    expect(findings(config, ["superuserPassword"])).toEqual([expect.stringMatching(/Nobody makes backups/)]);
  });

  it.each(["0.0.0.0", "::", "10.0.0.5"])("find a container that listens on %s without TLS", (publishAddress) => {
    expect(findings({ instance: "docker", publishAddress })).toEqual([
      expect.stringMatching(/listens on .* without TLS/),
    ]);
  });

  it("find an external server over a network without TLS, not one on this machine", () => {
    const external = { instance: "external", superuserPassword: "hidden", tlsMode: "disable" };
    expect(findings({ ...external, host: "db.example.com" }, ["superuserPassword"])).toEqual([
      expect.stringMatching(/without TLS.*verify-full/),
    ]);
    expect(findings({ ...external, host: "127.0.0.1" }, ["superuserPassword"])).toEqual([]);
  });

  it("find a protected stack whose password may grow old", () => {
    expect(findings({ protect: true, backups: "elsewhere" })).toEqual([expect.stringMatching(/maxSecretAge/)]);
    expect(findings({ protect: true, backups: "elsewhere", maxSecretAge: "90d" })).toEqual([]);
  });

  it("find protected data of which nobody makes backups; a server that archives by its settings does", () => {
    const config = { protect: true, maxSecretAge: "90d" };
    expect(findings(config)).toEqual([expect.stringMatching(/Nobody makes backups.*pgstead:backups/)]);
    const archiving = { archive_mode: "on", archive_command: "cp %p /archive/%f" };
    expect(findings({ ...config, postgresSettings: archiving })).toEqual([]);
    expect(findings({ ...config, postgresSettings: { archive_mode: "on" } })).toHaveLength(1);
    expect(findings({ ...config, backups: "archiving", postgresSettings: archiving })).toEqual([]);
    expect(() => findings({ ...config, backups: "archiving" })).toThrow(/pgstead:backups is 'archiving', and/);
    expect(findings({})).toEqual([]);
  });

  it("find secrets in plain text, by their keys and by URLs with a password; encrypted ones are none", () => {
    const url = "postgresql://app:hidden@db.example.com/app";
    expect(findings({ notifyCommand: ["tell", url] })).toEqual([
      expect.stringMatching(/^pgstead:notifyCommand holds a secret in plain text: .*--secret/),
    ]);
    expect(findings({ notifyCommand: ["tell", url] }, ["notifyCommand"])).toEqual([]);
    expect(findings({ notifyCommand: ["tell", "https://example.com/hook?a=b@c"] })).toEqual([]);
    expect(findings({ superuserPassword: "left over" })).toEqual([expect.stringMatching(/superuserPassword/)]);
    expect(findings({ secretFile: "secrets/url", maxSecretAge: "90d", secretVersion: 2 })).toEqual([]);
  });
});
