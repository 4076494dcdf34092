/**
 * A whole `up` killed between any two steps of a rotation, with the real engine: the engine, the program and all plugins at once. The next `up` heals:
 * what the application is given works, and the state, the server and the files say the same.
 *
 * Each `up` is stopped at a known step from outside: by a lock in the server, a session whose process is held, a file that cannot be read to its end, or a
 * command that does not return.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unceasingApplication } from "../support/application";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
const rows = "SELECT count(*)::int AS rows FROM kept";
let project: TestProject;
let dataFolder = "";
let version = 1;
let superuserVersion = 1;
/** A session of the superuser: it stays, whatever becomes of the password. */
let superusers: Client;
/** Every secret there was. */
const secrets = new Set<string>();

beforeAll(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  for (const [key, value] of Object.entries({
    port: String(await freePort()),
    source: "",
    rotation: "alternating",
    secretFile: "secret",
  }))
    await project.pulumi("config", "set", key, value);
  const command = ["sh", "-c", 'echo "$PGSTEAD_SECRET_VERSION" >> told; while [ -e hold ]; do sleep 0.05; done'];
  for (const [index, word] of command.entries())
    await project.pulumi("config", "set", "--path", `notifyCommand[${index}]`, "--", word);
  await project.up();
  dataFolder = String((await outputs()).dataFolder);
  superusers = new Client(await superuserConfig());
  await superusers.connect();
  await project.query("CREATE TABLE kept AS SELECT generate_series(1, 100) AS id");
}, 5 * minutes);

afterAll(async () => {
  await superusers?.end();
  await project.run("pulumi", "destroy", "--yes", "--skip-preview", "--stack", "dev");
  if (dataFolder !== "") rmSync(dirname(dataFolder), { recursive: true, force: true });
  project.remove();
}, 5 * minutes);

const killedUp = (here: () => Promise<void>) => project.killedAt(here, "up", "--yes", "--skip-preview");

async function outputs(): Promise<Record<string, unknown>> {
  const { stdout } = await project.run("pulumi", "stack", "output", "--json", "--show-secrets", "--stack", "dev");
  return JSON.parse(stdout);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** How the superuser connects, by the state. */
async function superuserConfig(): Promise<ClientConfig> {
  const { stdout } = await project.run("pulumi", "stack", "export", "--show-secrets", "--stack", "dev");
  const { resources } = JSON.parse(stdout).deployment;
  const { inputs } = resources.find((one: { type: string }) => one.type === "pulumi:providers:postgresql");
  const password = JSON.parse(inputs.password.plaintext);
  secrets.add(password);
  return { host: "127.0.0.1", port: Number(inputs.port), user: "postgres", password, database: "postgres" };
}

/** What the server keeps of a role's password. */
async function verifier(role: string): Promise<string> {
  return (await superusers.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [role])).rows[0].rolpassword;
}

/** Kills an `up` while it waits to change a role, which is locked. @param later whether the server makes that change afterwards */
async function killedWhileSet(later: boolean): Promise<void> {
  const holder = new Client(await superuserConfig());
  await holder.connect();
  try {
    await holder.query("BEGIN; LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE");
    const waiting = `FROM pg_locks WHERE NOT granted AND relation = 'pg_catalog.pg_authid'::regclass`;
    await killedUp(() => until(async () => (await superusers.query(`SELECT ${waiting}`)).rowCount !== 0));
    if (!later) await superusers.query(`SELECT pg_terminate_backend(pid, 5000) ${waiting}`);
  } finally {
    await holder.end();
  }
}

/** A file's place is taken by a pipe that nobody writes to: whoever reads it waits. */
async function withPipe(file: string, work: () => Promise<void>): Promise<void> {
  const path = project.path(file);
  renameSync(path, `${path}.kept`);
  execFileSync("mkfifo", [path]);
  try {
    await work();
  } finally {
    renameSync(`${path}.kept`, path);
  }
}

async function raiseVersion(): Promise<void> {
  secrets.add(new URL(project.databaseUrl).password);
  await project.pulumi("config", "set", "secretVersion", String(++version));
}

/** Proves that all is as after an `up` that nobody killed. */
async function expectHealed(): Promise<void> {
  await project.up();
  expect(await project.query(rows)).toEqual([{ rows: 100 }]);
  expect(readFileSync(project.path("secret"), "utf8")).toBe(project.databaseUrl);
  const { url, secretVersion } = await outputs();
  expect([url, String(secretVersion)]).toEqual([project.databaseUrl, String(version)]);
  await project.up("--expect-no-changes");
  const entries = audit();
  for (const event of ["issued", "handed out", "told"])
    expect(
      entries.some((entry) => entry.event === event && entry.version === String(version)),
      event,
    ).toBe(true);
}

function audit(): { event: string; version: string; role?: string; to?: string }[] {
  const text = readFileSync(project.path(".pgstead", "dev", "secrets.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const audited = (event: string) => audit().some((one) => one.event === event && one.version === String(version));

describe("two login roles in turn: whoever follows the .env sees no error", () => {
  let application: ReturnType<typeof unceasingApplication>;
  beforeEach(async () => {
    await raiseVersion();
    application = unceasingApplication(() => project.databaseUrl, "backupmgmt");
  });

  afterEach(() => application.stop());

  async function heals(): Promise<void> {
    await expectHealed();
    const { errors, queries } = await application.stop();
    expect(errors).toEqual([]);
    expect(queries).toBeGreaterThan(10);
  }

  it("killed when the version is issued, and perhaps the password made", { timeout: 5 * minutes }, async () => {
    await killedUp(() => until(() => audited("issued")));
    await heals();
  });

  it("killed when the password is made, and the server does not have it", { timeout: 5 * minutes }, async () => {
    await killedWhileSet(true);
    expect(audited("set")).toBe(false);
    await heals();
  });

  it("killed when the server has it, and no record does", { timeout: 5 * minutes }, async () => {
    // Sessions of the login that gets the new password end first, and the process of one is held.
    const former = new Client(project.databaseUrl);
    await project.up();
    await former.connect();
    former.on("error", () => {});
    const { rows: found } = await former.query("SELECT pg_backend_pid() AS pid");
    await raiseVersion();
    const before = await verifier(former.user ?? "");
    process.kill(found[0].pid, "SIGSTOP");
    await killedUp(() => until(async () => (await verifier(former.user ?? "")) !== before));
    process.kill(found[0].pid, "SIGCONT");
    await former.end().catch(() => {});
    expect(audited("set")).toBe(false);
    await heals();
  });

  it("killed when the .env has it, and no record says so", { timeout: 5 * minutes }, async () => {
    const before = project.databaseUrl;
    await withPipe(".env.example", () => killedUp(() => until(() => project.databaseUrl !== before)));
    await heals();
  });

  it("killed while the application is being told", { timeout: 5 * minutes }, async () => {
    writeFileSync(project.path("hold"), "");
    const told = () =>
      existsSync(project.path("told")) && readFileSync(project.path("told"), "utf8").includes(`\n${version}\n`);
    await killedUp(() => until(told));
    rmSync(project.path("hold"));
    expect(audited("told")).toBe(false);
    await heals();
  });

  describe("killed somewhere between the issue of the version and the end", () => {
    /** Milliseconds of an `up` that nobody kills, so that the others are killed before their end on any machine. */
    let whole = 0;
    beforeAll(async () => {
      await raiseVersion();
      const ended = project.up();
      await until(() => audited("issued"));
      const issued = performance.now();
      await ended;
      whole = performance.now() - issued;
    }, 5 * minutes);

    it.each([0.1, 0.3, 0.5, 0.7])("at %s of the way", { timeout: 5 * minutes }, async (share) => {
      await killedUp(async () => {
        await until(() => audited("issued"));
        await sleep(share * whole);
      });
      await heals();
    });
  });
});

describe("one role, whose password changes in place", () => {
  beforeAll(async () => {
    await project.pulumi("config", "set", "rotation", "in-place");
    await project.up();
  }, 5 * minutes);

  it.each([true, false])(
    "killed while the server sets it, which it does later: %s",
    { timeout: 5 * minutes },
    async (later) => {
      await raiseVersion();
      await killedWhileSet(later);
      await expectHealed();
    },
  );

  it("killed when the server has it, and the .env does not", { timeout: 5 * minutes }, async () => {
    await raiseVersion();
    const before = await verifier("backupmgmt");
    await withPipe(".env", () =>
      killedUp(async () => {
        await until(async () => (await verifier("backupmgmt")) !== before);
        await sleep(300);
      }),
    );
    await expectHealed();
  });

  it.each([true, false])(
    "of the superuser, killed while the server sets it, which it does later: %s",
    { timeout: 5 * minutes },
    async (later) => {
      const started = () => project.query("SELECT pg_postmaster_start_time()::text AS started");
      const before = await started();
      await project.pulumi("config", "set", "superuserSecretVersion", String(++superuserVersion));
      await killedWhileSet(later);
      await expectHealed();
      expect(await started()).toEqual(before);
      // What the state has is what lets in.
      const client = new Client(await superuserConfig());
      await client.connect();
      await client.end();
    },
  );
});

it("killed while the engine writes the attributes of the stack's record", { timeout: 5 * minutes }, async () => {
  await raiseVersion();
  const attributes = project.path(".pulumi", "state", ".pulumi", "stacks", "pgstead", "dev.json.attrs");
  expect(existsSync(attributes)).toBe(true);
  // As os.Create leaves it before the first byte: no other command can be killed at just that moment.
  writeFileSync(attributes, "");
  await expectHealed();
  expect(project.printed).toContain("killed while it wrote stacks/pgstead/dev.json.attrs");
});

it("no secret was ever printed, or noted in the log of what happened to them", () => {
  const noted = readFileSync(project.path(".pgstead", "dev", "secrets.jsonl"), "utf8");
  expect(secrets.size).toBeGreaterThan(10);
  for (const secret of secrets) {
    expect(project.printed).not.toContain(secret);
    expect(noted).not.toContain(secret);
  }
});
