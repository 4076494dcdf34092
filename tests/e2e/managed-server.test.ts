/**
 * The whole life of a stack on a server as providers rent them out: only over TLS, with a certificate of the provider's own authority, and an administrator
 * who may make roles and databases and is no superuser.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../support/postgres";
import { unceasingApplication } from "../support/application";
import { type TestServer, testServer } from "../support/postgres";
import { TestProject } from "../support/project";
import { certificateAuthority, serveTls } from "../support/tls";

const minutes = 60_000;
let server: TestServer;
let project: TestProject;
let admin: Client;

beforeAll(async () => {
  server = await testServer();
  project = new TestProject();
  project.adoptBuiltEngine();
  certificateAuthority(project.folder, "provider");
  await serveTls(server, project.folder, "provider");
  admin = await connect(server.superuser());
  await admin.query("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'first-password'");
  // As rented out: without TLS nobody gets in, but for who looks on here.
  writeFileSync(
    join(server.data, "pg_hba.conf"),
    "hostssl all all all scram-sha-256\nhost all postgres 127.0.0.1/32 scram-sha-256\n",
  );
  await admin.query("SELECT pg_reload_conf()");
  const { code, output } = await project.spawn(process.execPath, [
    "-r",
    "./support/typescript.cjs",
    "samples/make-rich-sample.ts",
    "rich.db",
  ]);
  expect(code, output).toBe(0);
  for (const [key, value] of Object.entries({
    instance: "external",
    host: "localhost",
    port: String(server.port),
    tlsMode: "verify-full",
    tlsCaFile: "provider.pem",
    superuser: "manager",
    source: "rich.db",
    database: "shop",
    role: "shop",
    rotation: "alternating",
    keepData: "false",
    backups: "provider",
  }))
    await project.pulumi("config", "set", key, value);
  await project.pulumi("config", "set", "--secret", "superuserPassword", "first-password");
  await project.pulumi("config", "set", "--path", "extensions[0]", "pg_trgm");
  await project.pulumi("config", "rm", "compareQueries");
}, 5 * minutes);

afterAll(async () => {
  await admin?.end();
  project.remove();
  await server.stop();
});

/** Roles in which the administrator is a member with what is theirs: none, but while it is needed. */
async function memberships(): Promise<unknown[]> {
  const { rows } = await admin.query(
    "SELECT roleid::regrole::text AS role FROM pg_auth_members WHERE member = 'manager'::regrole AND (inherit_option OR set_option)",
  );
  return rows;
}

it(
  "gets role, database, extension and data over TLS, and the administrator stays no member of the owner",
  async () => {
    const output = await project.up();
    expect(output).toMatch(/manager is no superuser/);
    expect(output).toMatch(/verified/);
    expect(project.databaseUrl).toContain(
      `sslmode=verify-full&sslrootcert=${encodeURIComponent(project.path("provider.pem"))}`,
    );
    expect(await project.query("SELECT current_user::text AS me, session_user::text AS login")).toEqual([
      { me: "shop", login: "shop_a" },
    ]);
    await expect(new Client(project.databaseUrl.replace(/\?.*/, "")).connect()).rejects.toThrow(
      /no pg_hba.conf entry.*no encryption/,
    );
    const [{ n } = { n: 0 }] = await project.query("SELECT count(*)::int AS n FROM audit_logs");
    expect(n).toBeGreaterThan(100);
    expect(await project.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")).toEqual([
      { tableowner: "shop" },
    ]);
    expect(await project.query("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).toHaveLength(1);
    expect(
      await project.query("SELECT obj_description('public'::regnamespace) ~ 'of the stack pgstead-dev' AS told"),
    ).toEqual([{ told: true }]);
    expect(await memberships()).toEqual([]);
    const { rows } = await admin.query("SELECT has_database_privilege('public', 'shop', 'CONNECT') AS anybody");
    expect(rows).toEqual([{ anybody: false }]);
    await project.up("--expect-no-changes");
  },
  10 * minutes,
);

it(
  "rotates the password for an application that never pauses",
  async () => {
    const application = unceasingApplication(() => project.databaseUrl, "shop");
    for (const version of ["2", "3"]) {
      await project.pulumi("config", "set", "secretVersion", version);
      await project.up();
    }
    const { errors, logins, queries } = await application.stop();
    expect(errors).toEqual([]);
    expect(logins).toEqual(["shop_a", "shop_b"]);
    expect(queries).toBeGreaterThan(10);
    expect(await memberships()).toEqual([]);
    await project.up("--expect-no-changes");
  },
  10 * minutes,
);

it(
  "goes on with another password of the administrator, and sees what was changed by hand",
  async () => {
    await admin.query("ALTER ROLE manager PASSWORD 'second-password'");
    await project.pulumi("config", "set", "--secret", "superuserPassword", "second-password");
    await project.up();
    await project.pulumi("refresh", "--yes", "--skip-preview");
    await project.up("--expect-no-changes");
    await admin.query("ALTER ROLE shop_a PASSWORD 'changed by hand'");
    await project.up();
    expect(await project.query("SELECT current_user::text AS me")).toEqual([{ me: "shop" }]);
  },
  10 * minutes,
);

it(
  "is gone from the server when it is destroyed, and nothing else is",
  async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    const { rows } = await admin.query(
      "SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'shop%' UNION ALL SELECT datname FROM pg_database WHERE datname = 'shop'",
    );
    expect(rows).toEqual([]);
    expect(await memberships()).toEqual([]);
  },
  5 * minutes,
);
