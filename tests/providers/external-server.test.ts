/** Servers that are there already: over TLS, with an administrator who is no superuser, behind a pooler. All of them real. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { migrate } from "../../migration";
import * as external from "../../providers/external-server";
import * as loginRoles from "../../providers/login-roles";
import * as comments from "../../providers/object-comments";
import { connect } from "../../support/postgres";
import { freePort, type TestServer, testServer } from "../support/postgres";
import { certificateAuthority, serveTls } from "../support/tls";

let server: TestServer;
let admin: Client;
let folder: string;
let shown: string[];

beforeAll(async () => {
  server = await testServer();
  admin = await connect(server.superuser());
  folder = mkdtempSync(join(tmpdir(), "pgstead-external-"));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  shown = [];
  vi.spyOn(console, "log").mockImplementation((line) => void shown.push(String(line)));
});
afterEach(() => void vi.restoreAllMocks());

type Inputs = Parameters<typeof external.create>[0];

function inputs(changed: Partial<Inputs> = {}): Inputs {
  const { host, port, user, password } = server.superuser();
  return {
    host,
    port,
    tlsMode: "disable",
    tlsCaFile: "",
    superuser: user,
    superuserPassword: password,
    extensions: [],
    memory: "",
    cpus: 0,
    workload: "web",
    disk: "ssd",
    ...changed,
  };
}

describe("an external server", () => {
  it("tells its version, and which settings would be chosen otherwise, without writing any", async () => {
    const { outs } = await external.create(inputs({ memory: "1GB", cpus: 2 }));
    expect(outs).toMatchObject({ isSuperuser: true, version: expect.stringMatching(/^16\.\d+$/) });
    expect(outs.recommended).toContainEqual(
      expect.objectContaining({ name: "shared_buffers", current: "32MB", recommended: "256MB" }),
    );
    expect(shown).toContain("shared_buffers is 32MB; pgstead would choose 256MB.");
    expect((await external.diff("", outs, inputs({ memory: "1GB", cpus: 2 }))).changes).toBe(false);
  });

  it("is refused for what its administrator may not do, before anything is made", async () => {
    await admin.query("CREATE ROLE nobody_much LOGIN PASSWORD 'test-only'");
    await expect(
      external.create(
        inputs({ superuser: "nobody_much", superuserPassword: "test-only", extensions: ["no_such_extension"] }),
      ),
    ).rejects.toThrow(/CREATEROLE.*CREATEDB.*has no extension no_such_extension.*Nothing was changed/s);
  });

  it("is refused where config says that it archives, and it does not", async () => {
    await expect(external.create(inputs({ backups: "archiving" }))).rejects.toThrow(/archive_mode is off.*backups/);
    await external.create(inputs({ backups: "provider" }));
  });

  it("is refused for an extension that its list does not allow", async () => {
    await admin.query("ALTER ROLE postgres SET azure.extensions = 'hstore, pgcrypto'");
    try {
      await expect(external.create(inputs({ extensions: ["pg_trgm"] }))).rejects.toThrow(
        /list of allowed extensions does not have pg_trgm \(hstore, pgcrypto\)/,
      );
      await external.create(inputs({ extensions: ["hstore"] }));
    } finally {
      await admin.query("ALTER ROLE postgres RESET azure.extensions");
    }
  });

  it("is provisioned by an administrator who may make roles and databases only", async () => {
    await admin.query("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'test-only'");
    const as = { superuser: "manager", superuserPassword: "test-only" };
    expect((await external.create(inputs(as))).outs.isSuperuser).toBe(false);
    const manager = await connect({ ...server.superuser(), user: "manager" });
    await manager.query("CREATE ROLE managed NOLOGIN; GRANT managed TO manager WITH SET TRUE, INHERIT FALSE");
    await manager.query("CREATE DATABASE managed OWNER managed");
    await manager.query("REVOKE managed FROM manager");
    await manager.end();
    const roles = (version: number) => ({
      ...inputs(as),
      database: "managed",
      owner: "managed",
      password: `password-${version}`,
      version: String(version),
      retireAfter: "",
      ownerMayLogIn: true,
      auditFile: "",
    });
    let { outs } = await loginRoles.create(roles(1));
    const session = await connect({ ...server.superuser("managed"), user: outs.role, password: outs.password });
    for (const version of [2, 3]) ({ outs } = await loginRoles.update("", outs, roles(version)));
    await expect(session.query("SELECT 1")).rejects.toThrow(/terminat|connection error/);
    await session.end().catch(() => {});
    await comments.create({ ...inputs(as), stack: "pgstead-prod", database: "managed", role: "managed" });
    // What it joined for a moment, it has left again.
    const { rows } = await admin.query(
      `SELECT bool_or(pg_has_role('manager', rolname, 'USAGE')) AS still FROM pg_roles WHERE rolname LIKE 'managed%'`,
    );
    expect(rows).toEqual([{ still: false }]);
    await loginRoles.delete("", outs);
    expect((await admin.query("SELECT FROM pg_roles WHERE rolname LIKE 'managed\\__'")).rowCount).toBe(0);
  });

  it("is reached over TLS, and only where the certificate is of the authority that config names", async () => {
    const tlsCaFile = certificateAuthority(folder, "ca");
    const other = certificateAuthority(folder, "other");
    await serveTls(server, folder, "ca");
    const full = { tlsMode: "verify-full" as const, host: "localhost", tlsCaFile };
    expect((await external.create(inputs(full))).outs.version).toMatch(/^16/);
    expect((await external.create(inputs({ ...full, host: "127.0.0.1", tlsMode: "verify-ca" }))).outs.version).toMatch(
      /^16/,
    );
    await expect(external.create(inputs({ ...full, tlsCaFile: other }))).rejects.toThrow(/certificate/i);
    await expect(external.create(inputs({ ...full, host: "127.0.0.1" }))).rejects.toThrow(
      /Cannot connect.*(?:altnames|IP)/is,
    );
    const client = await connect({
      ...server.superuser(),
      host: "localhost",
      tls: "verify-full",
      tlsCaFile: full.tlsCaFile,
    });
    const { rows } = await client
      .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
      .finally(() => client.end());
    expect(rows).toEqual([{ ssl: true }]);
  });
});

const pgbouncer = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));
if (pgbouncer === undefined)
  console.warn("The tests of poolers did not run: there is no pgbouncer (Debian's package of that name).");

describe.skipIf(pgbouncer === undefined)("a server behind PgBouncer", () => {
  let process: ChildProcess | undefined;
  afterEach(async () => {
    const ended = new Promise((settle) => process?.once("exit", settle));
    process?.kill("SIGKILL");
    await ended;
  });

  async function pooled(mode: string): Promise<number> {
    const port = await freePort();
    const { user, password, database } = server.superuser();
    writeFileSync(join(folder, "users"), `"${user}" "${password}"\n`);
    const config = [
      "[databases]",
      `${database} = host=127.0.0.1 port=${server.port} dbname=${database}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = scram-sha-256",
      `auth_file = ${join(folder, "users")}`,
      `pool_mode = ${mode}`,
      "ignore_startup_parameters = extra_float_digits",
      "",
    ].join("\n");
    writeFileSync(join(folder, "pgbouncer.ini"), config);
    const as = server.superuser();
    const root = globalThis.process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    process = spawn(pgbouncer as string, [join(folder, "pgbouncer.ini")], { stdio: "ignore", ...root });
    for (let i = 0; ; i++) {
      const client = await connect({ ...as, port }).catch((error) => (i > 100 ? Promise.reject(error) : undefined));
      if (client !== undefined) {
        await client.end();
        return port;
      }
      await sleep(50);
    }
  }

  it.each(["transaction", "statement"])(
    "in %s mode is refused, with the reason, before anything is made",
    async (mode) => {
      const port = await pooled(mode);
      const reason = /a connection pooler in transaction or statement mode: .*server's own address/s;
      await expect(external.create(inputs({ port }))).rejects.toThrow(reason);
      const source = join(folder, `${mode}.db`);
      new Database(source).exec("CREATE TABLE t (id INTEGER PRIMARY KEY)").close();
      await expect(
        migrate({ source, target: { ...server.superuser(), port }, workFolder: join(folder, "work") }),
      ).rejects.toThrow(reason);
      expect((await admin.query("SELECT FROM pg_tables WHERE tablename = 't'")).rowCount).toBe(0);
    },
  );

  it("in session mode is as good as the server itself", async () => {
    const port = await pooled("session");
    expect((await external.create(inputs({ port }))).outs.isSuperuser).toBe(true);
  });
});
