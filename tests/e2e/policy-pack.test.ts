/** The policy pack under the real engine: a stack that keeps the rules passes, one that breaks them is refused before anything is made. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
let project: TestProject;

beforeAll(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  await set({ port: String(await freePort()), source: "" });
}, 5 * minutes);

afterAll(() => project.remove());

async function set(config: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(config)) {
    const { code, output } = await project.run("pulumi", "config", "set", key, value);
    expect(code, output).toBe(0);
  }
}

const preview = () => project.run("pulumi", "preview", "--policy-pack", "policies");

/** Types of what was made on a server, or made one. */
async function made(): Promise<string[]> {
  const { stdout } = await project.run("pulumi", "stack", "export");
  const types = (JSON.parse(stdout).deployment.resources ?? []).map(({ type }: { type: string }) => type);
  return types.filter((type: string) => /Server|ExternalAccess|LoginRoles|SqliteLoad|^postgresql:/.test(type));
}

it(
  "passes a stack that keeps the rules, protected or not",
  async () => {
    const plain = await preview();
    expect(plain.output).toMatch(/✅ pgstead@v\d/);
    expect(plain.code, plain.output).toBe(0);
    await set({ protect: "true", maxSecretAge: "90d", backups: "elsewhere" });
    const strict = await preview();
    expect(strict.output).toMatch(/✅ pgstead@v\d/);
    expect(strict.code, strict.output).toBe(0);
  },
  3 * minutes,
);

it(
  "refuses a protected stack of which nobody makes backups, in preview and in up",
  async () => {
    await set({ backups: "none" });
    const refused = await preview();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/Nobody makes backups of the protected data/);
    const up = await project.run("pulumi", "up", "--yes", "--skip-preview", "--policy-pack", "policies");
    expect(up.code).not.toBe(0);
    expect(await made()).toEqual([]);
  },
  3 * minutes,
);

it(
  "refuses what the program alone only warns of: a URL with its password in plain config, a server over a network without TLS",
  async () => {
    await project.run("pulumi", "config", "set", "--path", "notifyCommand[0]", "tell");
    await project.run("pulumi", "config", "set", "--path", "notifyCommand[1]", "postgresql://app:hidden@db/app");
    await project.run("pulumi", "config", "set", "superuserPassword", "hidden", "--secret");
    await set({ protect: "false", instance: "external", host: "db.invalid" });
    const refused = await preview();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/\[mandatory\] *no-plaintext-secret/);
    expect(refused.output).toMatch(/pgstead:notifyCommand holds a secret in plain text/);
    expect(refused.output).toMatch(/\[mandatory\] *no-listening-without-tls/);
    expect(refused.output).toMatch(/Passwords and data go to db\.invalid without TLS/);
    expect(refused.output).not.toContain("app:hidden");
    const up = await project.run("pulumi", "up", "--yes", "--skip-preview", "--policy-pack", "policies");
    expect(up.code).not.toBe(0);
    expect(await made()).toEqual([]);
  },
  3 * minutes,
);
