/** The whole life of a stack, with the real engine and a real server: each step goes on where the one before ended. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKey } from "../../support/env-text";
import { isRunning } from "../../support/process";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
let project: TestProject;
let port: number;
/** Everything any command has printed: no secret may ever be in it. */
let printed = "";

beforeAll(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  port = await freePort();
  await pulumi("config", "set", "port", String(port));
  await pulumi("config", "set", "workload", "desktop");
}, 5 * minutes);

afterAll(async () => {
  await project.run("pulumi", "destroy", "--yes", "--skip-preview", "--stack", "dev");
  // As root, in a folder that the server's account cannot enter, the server's files are outside the project.
  if (outputs.dataFolder !== undefined) rmSync(dirname(dataFolder()), { recursive: true, force: true });
  project.remove();
}, 5 * minutes);

async function pulumi(...args: string[]): Promise<string> {
  const { code, output } = await project.run("pulumi", ...args);
  printed += output;
  expect(code, output).toBe(0);
  return output;
}

const up = (...args: string[]) => pulumi("up", "--yes", "--skip-preview", ...args);

function databaseUrl(): string {
  const url = readKey(readFileSync(project.path(".env"), "utf8"), "DATABASE_URL");
  if (url === undefined) throw new Error("no DATABASE_URL in .env");
  return url;
}

async function query(sql: string, url = databaseUrl()): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

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
    printed += output;
    expect(code, output).toBe(0);
    expect(output).toMatch(/15 tables, 33 rows, 0 errors/);
    expect(output).toMatch(/verified/);
    expect(output).toContain(`postgresql://backupmgmt:***@127.0.0.1:${port}/backup_management`);
    await readOutputs();
  });

  it("has the application's data in it, with real booleans", async () => {
    expect(await query("SELECT count(*)::int AS n FROM users")).toEqual([{ n: 1 }]);
    expect(await query("SELECT is_active FROM users")).toEqual([{ is_active: true }]);
    expect(await query("SELECT action, count(*)::int AS n FROM audit_logs GROUP BY 1 ORDER BY 1")).toEqual([
      { action: "login", n: 23 },
      { action: "logout", n: 8 },
      { action: "update", n: 1 },
    ]);
    const tables = await query(
      "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public' AND tableowner = 'backupmgmt'",
    );
    expect(tables).toEqual([{ n: 15 }]);
  });

  it("lets only the application's role and the superuser connect, by scram", async () => {
    const admin = await superuserUrl();
    expect(
      await query("SELECT has_database_privilege('public', 'backup_management', 'CONNECT') AS may", admin),
    ).toEqual([{ may: false }]);
    const stored = await query(
      "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' AS scram FROM pg_authid WHERE rolname = 'backupmgmt'",
      admin,
    );
    expect(stored).toEqual([{ scram: true }]);
  });

  it("runs with the fixed profile's settings", async () => {
    const rows = await query(
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
    await up("--expect-no-changes");
  });

  it("reloads a setting that reloads and restarts once for one that restarts", { timeout: 5 * minutes }, async () => {
    const before = postmasterPid();
    await pulumi("config", "set", "--path", "postgresSettings.log_min_duration_statement", "250");
    await up();
    expect(await query("SHOW log_min_duration_statement")).toEqual([{ log_min_duration_statement: "250ms" }]);
    expect(postmasterPid()).toBe(before);
    await pulumi("config", "set", "--path", "postgresSettings.max_connections", "60");
    await up();
    expect(await query("SHOW max_connections")).toEqual([{ max_connections: "60" }]);
    expect(postmasterPid()).not.toBe(before);
    await up("--expect-no-changes");
  });

  it("gives the role a new password, and moves no data, when secretVersion rises", {
    timeout: 5 * minutes,
  }, async () => {
    const oldUrl = databaseUrl();
    const loaded = await query("SELECT count(*)::int AS n FROM pgstead.runs");
    await pulumi("config", "set", "secretVersion", "2");
    await up();
    expect(databaseUrl()).not.toBe(oldUrl);
    await expect(query("SELECT 1", oldUrl)).rejects.toThrow(/password authentication failed/);
    expect(await query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
    expect(await query("SELECT count(*)::int AS n FROM pgstead.runs")).toEqual(loaded);
    await up("--expect-no-changes");
  });

  it("is healed by `up`, with its data, after the server was killed", { timeout: 5 * minutes }, async () => {
    process.kill(postmasterPid(), "SIGKILL");
    await expect
      .poll(
        () =>
          query("SELECT 1").then(
            () => "answers",
            () => "dead",
          ),
        { timeout: 10_000 },
      )
      .toBe("dead");
    const refresh = await project.run("pulumi", "refresh", "--yes", "--skip-preview", "--stack", "dev");
    expect(refresh.output).toMatch(/not running.*`pulumi up`/);
    await up();
    expect(await query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
    await up("--expect-no-changes");
  });

  it("reports a changed source without touching what the application has", { timeout: 5 * minutes }, async () => {
    appendFileSync(project.path("samples", "backup-management.sql"), "\n-- changed\n");
    expect(await up("--expect-no-changes")).toMatch(/has changed since it was migrated/);
  });

  it("keeps every secret out of what it prints and out of the exported state", { timeout: minutes }, async () => {
    const password = new URL(databaseUrl()).password;
    const superuser = new URL(await superuserUrl()).password;
    const exported = await pulumi("stack", "export");
    for (const secret of [password, superuser]) {
      expect(secret).toMatch(/^[A-Za-z0-9]{24,}$/);
      expect(printed).not.toContain(secret);
      expect(exported).not.toContain(secret);
    }
  });

  it("keeps every secret out of every file but the .env and the passphrase's", () => {
    const secret = new URL(databaseUrl()).password;
    const folders = [project.folder, dirname(dataFolder())];
    const holders = folders
      .flatMap((folder) => filesBelow(folder))
      .filter((file) => readFileSync(file).includes(secret));
    expect(new Set(holders)).toEqual(new Set([project.path(".env")]));
  });

  it("ends with nothing running and its data set aside", { timeout: 5 * minutes }, async () => {
    await query("UPDATE users SET full_name = 'Written by the application'");
    const folder = dataFolder();
    const pid = postmasterPid();
    const url = databaseUrl();
    await pulumi("destroy", "--yes", "--skip-preview");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    await expect(query("SELECT 1", url)).rejects.toThrow(/ECONNREFUSED/);
    expect(existsSync(folder)).toBe(false);
    expect(keptFolders()).toHaveLength(1);
    expect(existsSync(project.path(".env"))).toBe(false);
  });

  it("can begin again from the data that was set aside", { timeout: 5 * minutes }, async () => {
    await pulumi("config", "set", "startFrom", keptFolders()[0] ?? "");
    expect(await up()).toMatch(/taken over as it is: nothing is loaded again/);
    expect(await query("SELECT full_name FROM users")).toEqual([{ full_name: "Written by the application" }]);
    await up();
    await up("--expect-no-changes");
    await pulumi("config", "set", "secretVersion", "3");
    await up();
    expect(await query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
  });

  it("sees a role that was dropped by hand, and makes it again", { timeout: 5 * minutes }, async () => {
    const admin = await superuserUrl();
    await query("REASSIGN OWNED BY backupmgmt TO postgres", admin.replace(/postgres$/, "backup_management"));
    await query("DROP OWNED BY backupmgmt", admin.replace(/postgres$/, "backup_management"));
    await query("DROP ROLE backupmgmt", admin);
    await pulumi("refresh", "--yes", "--skip-preview");
    await up();
    expect(await query("SELECT current_user AS me")).toEqual([{ me: "backupmgmt" }]);
    await up("--expect-no-changes");
  });

  it("can begin again from nothing, and drop its data where config says so", { timeout: 5 * minutes }, async () => {
    await pulumi("config", "rm", "startFrom");
    await pulumi("config", "set", "keepData", "false");
    await up();
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(keptFolders()).toEqual([]);
    await up();
    expect(await query("SELECT full_name FROM users")).not.toEqual([{ full_name: "Written by the application" }]);
    expect(await query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
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
