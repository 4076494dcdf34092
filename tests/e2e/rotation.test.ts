/** Alternating rotation with the real engine: an application that queries without pause, on what its .env says, sees no error. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unceasingApplication } from "../support/application";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
let project: TestProject;
let dataFolder = "";

beforeAll(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  for (const [key, value] of Object.entries({
    port: String(await freePort()),
    source: "",
    rotation: "in-place",
    secretFile: "secret",
  }))
    await project.pulumi("config", "set", key, value);
  await project.pulumi("config", "set", "--path", "notifyCommand[0]", "touch");
  await project.pulumi("config", "set", "--path", "notifyCommand[1]", "told the application");
}, 5 * minutes);

afterAll(async () => {
  await project.run("pulumi", "destroy", "--yes", "--skip-preview", "--stack", "dev");
  if (dataFolder !== "") rmSync(dirname(dataFolder), { recursive: true, force: true });
  project.remove();
}, 5 * minutes);

it(
  "goes from one role to two, and through five rotations, without an error for who follows the .env",
  async () => {
    await project.up();
    dataFolder = String(
      JSON.parse((await project.run("pulumi", "stack", "output", "--json", "--stack", "dev")).stdout).dataFolder,
    );
    await project.query("CREATE TABLE before_rotation (id int)");
    const application = unceasingApplication(() => project.databaseUrl, "backupmgmt", 3);
    await project.pulumi("config", "set", "rotation", "alternating");
    await project.up();
    const first = project.databaseUrl;
    for (const version of ["2", "3", "4", "5", "6"]) {
      await project.pulumi("config", "set", "secretVersion", version);
      await project.up();
      expect(readFileSync(project.path("secret"), "utf8")).toBe(project.databaseUrl);
    }
    const { errors, logins, queries } = await application.stop();
    expect(errors).toEqual([]);
    expect(logins).toEqual(["backupmgmt", "backupmgmt_a", "backupmgmt_b"]);
    expect(queries).toBeGreaterThan(100);
    expect(existsSync(project.path("told the application"))).toBe(true);
    await expect(project.query("SELECT 1", first)).rejects.toThrow(/password authentication failed/);
    await project.up("--expect-no-changes");
    await project.pulumi("refresh", "--yes", "--skip-preview");
    await project.up("--expect-no-changes");
  },
  15 * minutes,
);

it(
  "gives the superuser another password in the running server",
  async () => {
    const stored = `SELECT pg_postmaster_start_time()::text AS started`;
    const before = await project.query(stored);
    await project.pulumi("config", "set", "superuserSecretVersion", "2");
    await project.up();
    await project.up("--expect-no-changes");
    expect(await project.query(stored)).toEqual(before);
    // Made as the superuser, so the new password is the one that works.
    await project.pulumi("config", "set", "--path", "extensions[0]", "pg_trgm");
    await project.up();
    expect(await project.query("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).toHaveLength(1);
  },
  10 * minutes,
);

it(
  "goes back to one role, which logs in again",
  async () => {
    await project.pulumi("config", "set", "rotation", "in-place");
    await project.up();
    expect(await project.query("SELECT session_user::text AS login")).toEqual([{ login: "backupmgmt" }]);
    expect(await project.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'backupmgmt\\__'")).toEqual([]);
    await project.up("--expect-no-changes");
  },
  10 * minutes,
);
