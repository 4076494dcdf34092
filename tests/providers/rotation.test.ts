/** Rotation of the application's password with two login roles, as the resources do it, on a real server. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as envFile from "../../providers/env-file";
import * as loginRoles from "../../providers/login-roles";
import { readKey } from "../../support/env-text";
import { connect, type PostgresTarget, postgresUrl } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";

let server: TestServer;
let admin: Client;
let folder: string;
let shown: string[];
let owners = 0;
let owner: string;
let database: string;

beforeAll(async () => {
  server = await testServer();
  admin = await connect(server.superuser());
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-rotation-"));
  shown = [];
  vi.spyOn(console, "log").mockImplementation((line) => void shown.push(String(line)));
  // A name that has to be quoted wherever it stands.
  owner = `o'wner "${++owners}"`;
  database = `rotation_${owners}`;
  await admin.query(`CREATE ROLE ${admin.escapeIdentifier(owner)} NOLOGIN`);
  await admin.query(`CREATE DATABASE ${database} OWNER ${admin.escapeIdentifier(owner)}`);
  await admin.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

type Inputs = Parameters<typeof loginRoles.create>[0];
type Outputs = Awaited<ReturnType<typeof loginRoles.create>>["outs"];

function inputs(version: number, changed: Partial<Inputs> = {}): Inputs {
  const { host, port, user, password } = server.superuser();
  return {
    host,
    port,
    tlsMode: "disable",
    tlsCaFile: "",
    superuser: user,
    superuserPassword: password,
    database,
    owner,
    password: `password-of-version-${version}`,
    version: String(version),
    retireAfter: "",
    ownerMayLogIn: true,
    auditFile: join(folder, "secrets.jsonl"),
    ...changed,
  };
}

function target(outs: Outputs): PostgresTarget {
  return { ...server.superuser(database), user: outs.role, password: outs.password };
}

async function rotated(olds: Outputs, news: Inputs): Promise<Outputs> {
  expect((await loginRoles.diff("", olds, news)).changes).toBe(true);
  const { outs } = await loginRoles.update("", olds, news);
  expect((await loginRoles.diff("", outs, news)).changes).toBe(false);
  return outs;
}

async function letsIn(who: PostgresTarget): Promise<boolean> {
  const client = new Client({ ...who, ssl: false });
  client.on("error", () => {});
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

describe("alternating rotation", () => {
  it("lets a client query without pause through five rotations, with no error at all", async () => {
    const file = join(folder, ".env");
    let { outs } = await loginRoles.create(inputs(1));
    const urlOf = (state: Outputs) => postgresUrl(target(state));
    let env = (await envFile.create({ file, url: urlOf(outs) })).outs;
    const first = await connect(target(outs));
    await first.query("CREATE TABLE counter (n int NOT NULL); INSERT INTO counter VALUES (0)");
    await first.end();

    const errors: unknown[] = [];
    let rounds = 0;
    let running = true;
    const usedUrls = new Set<string>();
    const application = (async () => {
      let url = "";
      let pool: Client | undefined;
      while (running) {
        try {
          const now = readKey(readFileSync(file, "utf8"), "DATABASE_URL") ?? "";
          if (now !== url) {
            // The old session is closed after the new one is there, as a pool does it.
            const next = new Client(now);
            next.on("error", (error) => errors.push(error));
            await next.connect();
            await pool?.end();
            [pool, url] = [next, now];
            usedUrls.add(url);
          }
          await pool?.query("UPDATE counter SET n = n + 1");
          const short = new Client(url);
          await short.connect();
          await short.query("SELECT n FROM counter");
          await short.end();
          rounds++;
        } catch (error) {
          errors.push(error);
          await sleep(10);
        }
      }
      await pool?.end();
    })();
    const seen = async () => {
      const until = rounds + 3;
      while (rounds < until && errors.length === 0) await sleep(5);
    };

    await seen();
    for (let version = 2; version <= 6; version++) {
      outs = await rotated(outs, inputs(version));
      env = (await envFile.update("", env, { file, url: urlOf(outs) })).outs;
      await seen();
    }
    running = false;
    await application;
    expect(errors).toEqual([]);
    expect(usedUrls.size).toBe(6);
    const client = await connect(target(outs));
    const { rows } = await client.query("SELECT n FROM counter").finally(() => client.end());
    expect(rows[0].n).toBeGreaterThanOrEqual(18);
  });

  it("makes everything the owner's, whichever login made it, and leaves nothing for the logins themselves", async () => {
    let { outs } = await loginRoles.create(inputs(1));
    await admin.query(`ALTER ROLE ${admin.escapeIdentifier(owner)} SET search_path = public, extra`);
    const roles: string[] = [];
    for (let version = 1; version <= 2; version++) {
      if (version > 1) outs = await rotated(outs, inputs(version));
      roles.push(outs.role);
      const client = await connect(target(outs));
      try {
        await client.query(`CREATE TABLE made_${version} (id int)`);
        await client.query(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`);
        await client.query("SET ROLE NONE");
        await expect(client.query("CREATE TABLE own (id int)")).rejects.toThrow(/permission denied/);
        await expect(client.query("SELECT * FROM made_1")).rejects.toThrow(/permission denied/);
        await client.query("RESET ROLE");
        await client.query(`SELECT * FROM made_1`);
      } finally {
        await client.end();
      }
    }
    expect(roles).toEqual([`${owner}_a`, `${owner}_b`]);
    const here = await connect(server.superuser(database));
    const { rows } = await here.query("SELECT DISTINCT tableowner FROM pg_tables WHERE tablename LIKE 'made_%'");
    expect(rows).toEqual([{ tableowner: owner }]);
    const defaults = await here
      .query("SELECT DISTINCT pg_get_userbyid(defaclrole) AS of FROM pg_default_acl")
      .finally(() => here.end());
    expect(defaults.rows).toEqual([{ of: owner }]);
    // What the owner's sessions begin with, a login's do too.
    const client = await connect(target(outs));
    const path = await client.query("SHOW search_path").finally(() => client.end());
    expect(path.rows).toEqual([{ search_path: "public, extra" }]);
  });

  it("keeps the previous login until the next rotation, and then ends its sessions", async () => {
    const one = (await loginRoles.create(inputs(1))).outs;
    const session = await connect(target(one));
    const two = await rotated(one, inputs(2));
    expect(await letsIn(target(one))).toBe(true);
    await session.query("SELECT 1");
    await rotated(two, inputs(3));
    expect(await letsIn(target(one))).toBe(false);
    expect(await letsIn(target(two))).toBe(true);
    await expect(session.query("SELECT 1")).rejects.toThrow(/terminat|connection error/);
    await session.end().catch(() => {});
  });

  it("retires the previous login after its time, by the server itself, and ends its sessions at the next `up`", async () => {
    const news = inputs(2, { retireAfter: "12h" });
    const one = (await loginRoles.create(inputs(1))).outs;
    const session = await connect(target(one));
    const two = await rotated(one, news);
    const valid = await admin.query(
      "SELECT rolvaliduntil BETWEEN now() + interval '11h' AND now() + interval '13h' AS soon FROM pg_roles WHERE rolname = $1",
      [one.role],
    );
    expect(valid.rows).toEqual([{ soon: true }]);

    vi.useFakeTimers({ now: Date.now() + 13 * 3_600_000, toFake: ["Date"] });
    expect((await loginRoles.diff("", two, news)).changes).toBe(true);
    const { outs } = await loginRoles.update("", two, news);
    expect(outs.previous).toBeNull();
    expect((await loginRoles.diff("", outs, news)).changes).toBe(false);
    expect(await letsIn(target(one))).toBe(false);
    expect(await letsIn(target(outs))).toBe(true);
    await expect(session.query("SELECT 1")).rejects.toThrow(/terminat|connection error/);
    await session.end().catch(() => {});
  });

  it("counts an owner who logged in itself as the previous login, until the next rotation", async () => {
    await admin.query(`ALTER ROLE ${admin.escapeIdentifier(owner)} LOGIN PASSWORD 'in-place'`);
    const itself: PostgresTarget = { ...server.superuser(database), user: owner, password: "in-place" };
    const session = await connect(itself);
    const one = (await loginRoles.create(inputs(1))).outs;
    expect(await letsIn(itself)).toBe(true);
    await session.query("SELECT 1");
    await rotated(one, inputs(2));
    expect(await letsIn(itself)).toBe(false);
    await expect(session.query("SELECT 1")).rejects.toThrow(/terminat|connection error/);
    await session.end().catch(() => {});
    // Back to one role: the owner is let in again, and the two are gone.
    await loginRoles.delete("", one);
    const { rows } = await admin.query("SELECT rolname, rolcanlogin FROM pg_roles WHERE starts_with(rolname, $1)", [
      owner,
    ]);
    expect(rows).toEqual([{ rolname: owner, rolcanlogin: true }]);
  });

  it("heals a run that ended between the server and the record, without touching the login that is in use", async () => {
    const one = (await loginRoles.create(inputs(1))).outs;
    const session = await connect(target(one));
    await loginRoles.update("", one, inputs(2));
    // The record of it is lost: the next run knows the first state only, and may have another password by then.
    const three = await rotated(one, inputs(3));
    await session.query("SELECT 1");
    expect(await letsIn(target(one))).toBe(true);
    expect(await letsIn(target(three))).toBe(true);
    expect(await letsIn({ ...target(three), password: "password-of-version-2" })).toBe(false);
    await session.end();
    // A creation whose record is lost is done once more.
    expect((await loginRoles.create(inputs(4))).outs.role).toBe(one.role);
  });

  it.each(["BEGIN", "CREATE ROLE", "ALTER ROLE", "COMMIT", "FROM pg_stat_activity"])(
    "heals when the server goes away at the first %s",
    async (statement) => {
      const one = (await loginRoles.create(inputs(1))).outs;
      if (statement === "CREATE ROLE") await loginRoles.delete("", one);
      const query = Client.prototype.query;
      let failed = false;
      const broken = vi.spyOn(Client.prototype, "query").mockImplementation(function (
        this: Client,
        ...args: unknown[]
      ) {
        if (!failed && typeof args[0] === "string" && args[0].includes(statement)) {
          failed = true;
          void this.end();
          return Promise.reject(new Error("the connection was lost"));
        }
        return (query as (...all: unknown[]) => unknown).apply(this, args);
      } as never);
      await expect(loginRoles.update("", one, inputs(2))).rejects.toThrow("the connection was lost");
      broken.mockRestore();
      if (statement !== "CREATE ROLE") expect(await letsIn(target(one))).toBe(true);
      const two = await rotated(one, inputs(2));
      expect(await letsIn(target(two))).toBe(true);
    },
  );

  it("sets a password again that was changed by hand", async () => {
    const { outs } = await loginRoles.create(inputs(1));
    await admin.query(`ALTER ROLE ${admin.escapeIdentifier(outs.role)} PASSWORD 'by hand'`);
    await rotated(outs, inputs(1));
    expect(await letsIn(target(outs))).toBe(true);
    expect(shown.join("\n")).toMatch(/does not get in with its password: it is set again/);
  });

  it("leaves a role alone that only has the name of a login", async () => {
    await admin.query(`CREATE ROLE ${admin.escapeIdentifier(`${owner}_b`)} LOGIN`);
    await expect(loginRoles.create(inputs(1))).rejects.toThrow(/is there already, and is no login role of/);
    const { rows } = await admin.query("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [`${owner}_b`]);
    expect(rows).toEqual([{ rolcanlogin: true }]);
  });

  it("logs who got which version and who was retired, and shows no secret anywhere", async () => {
    let { outs } = await loginRoles.create(inputs(1));
    for (const version of [2, 3]) outs = await rotated(outs, inputs(version));
    const log = readFileSync(join(folder, "secrets.jsonl"), "utf8");
    const set = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter((entry) => entry.event === "set");
    expect(set.map(({ version, role }) => [version, role])).toEqual([
      ["1", `${owner}_a`],
      ["2", `${owner}_b`],
      ["3", `${owner}_a`],
    ]);
    for (const entry of set) expect(Date.parse(entry.time)).not.toBeNaN();
    expect(log + shown.join("\n")).not.toContain("password-of-version");
  });
});
