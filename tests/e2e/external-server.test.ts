/** A stack on a server that is there already: only what is inside the server is made, and destroy leaves the data. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
let server: TestServer;
let project: TestProject;

beforeAll(async () => {
  server = await testServer();
  project = new TestProject();
  project.adoptBuiltEngine();
  await run("-r", "./support/typescript.cjs", "samples/make-rich-sample.ts", "rich.db");
  for (const [key, value] of Object.entries({
    instance: "external",
    port: String(server.port),
    source: "rich.db",
    database: "Rich & Famous",
    role: "o'brien",
  }))
    await project.pulumi("config", "set", key, value);
  await project.pulumi("config", "set", "--path", "extensions[0]", "pg_trgm");
  await project.pulumi("config", "rm", "compareQueries");
}, 5 * minutes);

afterAll(async () => {
  project.remove();
  await server.stop();
});

async function run(...command: string[]): Promise<string> {
  const { code, output } = await project.spawn(process.execPath, command);
  expect(code, output).toBe(0);
  return output;
}

describe("a stack on an external server", () => {
  it(
    "is refused, before anything is made, while the superuser's password is missing or in plain text",
    async () => {
      const missing = await project.run("pulumi", "preview");
      expect(missing.output).toMatch(/pgstead:superuserPassword is not set/);
      await project.pulumi("config", "set", "superuserPassword", "test-only", "--plaintext");
      const plain = await project.run("pulumi", "preview");
      expect(plain.output).toMatch(/pgstead:superuserPassword is kept in plain text/);
      expect(plain.code).not.toBe(0);
    },
    2 * minutes,
  );

  it(
    "gets role, database, extension and data, whatever their names",
    async () => {
      await project.pulumi("config", "set", "superuserPassword", "test-only", "--secret");
      const output = await project.pulumi("up", "--yes", "--skip-preview");
      expect(output).toMatch(/verified/);
      expect(await project.query("SELECT current_user AS role, current_database() AS database")).toEqual([
        { role: "o'brien", database: "Rich & Famous" },
      ]);
      const [{ n } = { n: 0 }] = await project.query("SELECT count(*)::int AS n FROM audit_logs");
      expect(n).toBeGreaterThan(100);
      expect(await project.query("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).toHaveLength(1);
      await project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    },
    5 * minutes,
  );

  it(
    "leaves role, database and data where they are when it is destroyed",
    async () => {
      const env = readFileSync(project.path(".env"));
      await project.pulumi("destroy", "--yes", "--skip-preview");
      writeFileSync(project.path(".env"), env);
      const [{ n } = { n: 0 }] = await project.query("SELECT count(*)::int AS n FROM audit_logs");
      expect(n).toBeGreaterThan(100);
    },
    2 * minutes,
  );
});
