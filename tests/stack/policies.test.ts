import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../components/settings";
import { policyFindings } from "../../stack/policies";
import { mockEngine, setStackConfig } from "../support/pulumi-mocks";

beforeEach(async () => {
  await mockEngine();
});

function findings(config: Record<string, unknown>, secretKeys: string[] = []): string[] {
  setStackConfig(config, secretKeys);
  return policyFindings(readSettings());
}

function committed(stack: string): Record<string, unknown> {
  const { config } = parse(readFileSync(join(__dirname, "..", "..", `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("pgstead:", ""), value]));
}

describe("a stack's rules", () => {
  it.each(["dev", "staging", "prod"])("are kept by the committed %s stack", (stack) => {
    const password = { superuserPassword: "hidden" };
    expect(findings({ ...password, ...committed(stack) }, ["superuserPassword"])).toEqual([]);
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
    expect(findings({ protect: true })).toEqual([expect.stringMatching(/maxSecretAge/)]);
    expect(findings({ protect: true, maxSecretAge: "90d" })).toEqual([]);
  });
});
