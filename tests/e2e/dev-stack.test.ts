/** The whole life of a stack, with the real engine and a real server: each step goes on where the one before ended. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRunning } from "../../support/process";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
let project: TestProject;
let port: number;

beforeAll(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  port = await freePort();
  await project.pulumi("config", "set", "port", String(port));
  await project.pulumi("config", "set", "workload", "desktop");
}, 5 * minutes);

afterAll(async () => {
  await project.run("pulumi", "destroy", "--yes", "--skip-preview", "--stack", "dev");
  // As root, in a folder that the server's account cannot enter, the server's files are outside the project.
  if (outputs.dataFolder !== undefined) rmSync(dirname(dataFolder()), { recursive: true, force: true });
  project.remove();
}, 5 * minutes);

/** The superuser's URL, from the state. */
async function superuserUrl(): Promise<string> {
  const { stdout } = await project.run("pulumi", "stack", "export", "--show-secrets", "--stack", "dev");
  const { resources } = JSON.parse(stdout).deployment;
  const provider = resources.find((r: { type: string }) => r.type === "pulumi:providers:postgresql");
  const password = JSON.parse(provider.inputs.password.plaintext ?? JSON.stringify(provider.inputs.password));
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}

let outputs: Record<string, unknown> = {};

function dataFolder(): string {
  return String(outputs.dataFolder);
}

async function readOutputs(): Promise<void> {
  outputs = JSON.parse((await project.run("pulumi", "stack", "output", "--json", "--stack", "dev")).stdout);
}

function postmasterPid(): number {
  return Number(readFileSync(`${dataFolder()}/postmaster.pid`, "utf8").split("\n")[0]);
}

describe("a stack's life", () => {
  it("begins with one command that ends with the proof and where the database is", {
    timeout: 10 * minutes,
  }, async () => {
    const { code, output } = await project.run("start");
    expect(code, output).toBe(0);
    expect(output).toMatch(/15 tables, 33 rows, 0 errors/);
    expect(output).toMatch(/verified/);
    expect(output).toContain(`postgresql://backupmgmt:***@127.0.0.1:${port}/backup_management`);
    await readOutputs();
  });

  it("has the application's data in it, with real booleans", async () => {
    expect(await project.query("SELECT count(*)::int AS n FROM users")).toEqual([{ n: 1 }]);
    expect(await project.query("SELECT is_active FROM users")).toEqual([{ is_active: true }]);
    expect(await project.query("SELECT action, count(*)::int AS n FROM audit_logs GROUP BY 1 ORDER BY 1")).toEqual([
      { action: "login", n: 23 },
      { action: "logout", n: 8 },
      { action: "update", n: 1 },
    ]);
    const tables = await project.query(
      "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public' AND tableowner = 'backupmgmt'",
    );
    expect(tables).toEqual([{ n: 15 }]);
  });

  it("lets only the application's role and the superuser connect, by scram", async () => {
    const admin = await superuserUrl();
    expect(
      await project.query("SELECT has_database_privilege('public', 'backup_management', 'CONNECT') AS may", admin),
    ).toEqual([{ may: false }]);
    const stored = await project.query(
      "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' AS scram FROM pg_authid WHERE rolname = 'backupmgmt'",
      admin,
    );
    expect(stored).toEqual([{ scram: true }]);
  });

  it("runs with the fixed profile's settings", async () => {
    const rows = await project.query(
      "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name IN ('shared_buffers','effective_cache_size','work_mem','maintenance_work_mem','wal_buffers','checkpoint_completion_target','max_connections') ORDER BY name",
    );
    expect(Object.fromEntries(rows.map((r) => [r.name, r.value]))).toEqual({
      checkpoint_completion_target: "0.9",
      effective_cache_size: "1GB",
      maintenance_work_mem: "128MB",
      max_connections: "100",
      shared_buffers: "256MB",
      wal_buffers: "16MB",
      work_mem: "16MB",
    });
  });

  it("leaves the stack's config as it was written", async () => {
    expect(readFileSync(project.path("Pulumi.dev.yaml"), "utf8")).not.toContain("encryptionsalt");
  });

  it("changes nothing the second time", { timeout: 5 * minutes }, async () => {
    await project.up("--expect-no-changes");
  });

  it("reloads a setting that reloads and restarts once for one that restarts", { timeout: 5 * minutes }, async () => {
    const before = postmasterPid();
    await project.pulumi("config", "set", "--path", "postgresSettings.log_min_duration_statement", "250");
    await project.up();
    expect(await project.query("SHOW log_min_duration_statement")).toEqual([{ log_min_duration_statement: "250ms" }]);
    expect(postmasterPid()).toBe(before);
    await project.pulumi("config", "set", "--path", "postgresSettings.max_connections", "60");
    await project.up();
    expect(await project.query("SHOW max_connections")).toEqual([{ max_connections: "60" }]);
    expect(postmasterPid()).not.toBe(before);
    await project.up("--expect-no-changes");
  });

  it("gives the role a new password, and moves no data, when secretVersion rises", {
    timeout: 5 * minutes,
  }, async () => {
    const oldUrl = project.databaseUrl;
    const loaded = await project.query("SELECT count(*)::int AS n FROM pgstead.runs");
    await project.pulumi("config", "set", "secretVersion", "2");
    await project.up();
    expect(project.databaseUrl).not.toBe(oldUrl);
    await expect(project.query("SELECT 1", oldUrl)).rejects.toThrow(/password authentication failed/);
    expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
    expect(await project.query("SELECT count(*)::int AS n FROM pgstead.runs")).toEqual(loaded);
    await project.up("--expect-no-changes");
  });

  it("is healed by `up`, with its data, after the server was killed", { timeout: 5 * minutes }, async () => {
    process.kill(postmasterPid(), "SIGKILL");
    await expect
      .poll(
        () =>
          project.query("SELECT 1").then(
            () => "answers",
            () => "dead",
          ),
        { timeout: 10_000 },
      )
      .toBe("dead");
    const refresh = await project.run("pulumi", "refresh", "--yes", "--skip-preview", "--stack", "dev");
    expect(refresh.output).toMatch(/not running.*`pulumi up`/);
    await project.up();
    expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
    await project.up("--expect-no-changes");
  });

  it("reports a changed source without touching what the application has", { timeout: 5 * minutes }, async () => {
    appendFileSync(project.path("samples", "backup-management.sql"), "\n-- changed\n");
    expect(await project.up("--expect-no-changes")).toMatch(/has changed since it was migrated/);
  });

  it("keeps every secret out of what it prints and out of the exported state", { timeout: minutes }, async () => {
    const password = new URL(project.databaseUrl).password;
    const superuser = new URL(await superuserUrl()).password;
    const exported = await project.pulumi("stack", "export");
    for (const secret of [password, superuser]) {
      expect(secret).toMatch(/^[A-Za-z0-9]{24,}$/);
      expect(project.printed).not.toContain(secret);
      expect(exported).not.toContain(secret);
    }
  });

  it("keeps every secret out of every file but the .env and the passphrase's", () => {
    const secret = new URL(project.databaseUrl).password;
    const folders = [project.folder, dirname(dataFolder())];
    const holders = folders
      .flatMap((folder) => filesBelow(folder))
      .filter((file) => readFileSync(file).includes(secret));
    expect(new Set(holders)).toEqual(new Set([project.path(".env")]));
  });

  it("ends with nothing running and its data set aside", { timeout: 5 * minutes }, async () => {
    await project.query("UPDATE users SET full_name = 'Written by the application'");
    const folder = dataFolder();
    const pid = postmasterPid();
    const url = project.databaseUrl;
    await project.pulumi("destroy", "--yes", "--skip-preview");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    await expect(project.query("SELECT 1", url)).rejects.toThrow(/ECONNREFUSED/);
    expect(existsSync(folder)).toBe(false);
    expect(keptFolders()).toHaveLength(1);
    expect(existsSync(project.path(".env"))).toBe(false);
  });

  it("can begin again from the data that was set aside", { timeout: 5 * minutes }, async () => {
    await project.pulumi("config", "set", "startFrom", keptFolders()[0] ?? "");
    expect(await project.up()).toMatch(/taken over as it is: nothing is loaded again/);
    expect(await project.query("SELECT full_name FROM users")).toEqual([{ full_name: "Written by the application" }]);
    await project.up();
    await project.up("--expect-no-changes");
    await project.pulumi("config", "set", "secretVersion", "3");
    await project.up();
    expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
  });

  it("sees a role that was dropped by hand, and makes it again", { timeout: 5 * minutes }, async () => {
    const admin = await superuserUrl();
    await project.query("REASSIGN OWNED BY backupmgmt TO postgres", admin.replace(/postgres$/, "backup_management"));
    await project.query("DROP OWNED BY backupmgmt", admin.replace(/postgres$/, "backup_management"));
    await project.query("DROP ROLE backupmgmt", admin);
    await project.pulumi("refresh", "--yes", "--skip-preview");
    await project.up();
    expect(await project.query("SELECT current_user AS me")).toEqual([{ me: "backupmgmt" }]);
    await project.up("--expect-no-changes");
  });

  it("can begin again from nothing, and drop its data where config says so", { timeout: 5 * minutes }, async () => {
    await project.pulumi("config", "rm", "startFrom");
    await project.pulumi("config", "set", "keepData", "false");
    await project.up();
    await project.pulumi("destroy", "--yes", "--skip-preview");
    expect(keptFolders()).toEqual([]);
    await project.up();
    expect(await project.query("SELECT full_name FROM users")).not.toEqual([
      { full_name: "Written by the application" },
    ]);
    expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
  });
});

/** Data folders that destroy set aside. */
function keptFolders(): string[] {
  const home = dirname(dataFolder());
  return existsSync(home)
    ? readdirSync(home)
        .filter((name) => name.includes(".kept-"))
        .map((name) => join(home, name))
    : [];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
