import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { mockEngine, outputValue, type Registered, setStackConfig } from "../support/pulumi-mocks";

const secretSignature = "4dabf18193072939515e22adb298388d";
const outputs = {
  "random:index/randomPassword:RandomPassword": { result: "generated" },
  "pulumi-nodejs:dynamic/pgstead:EmbeddedServer": {
    version: "16.14",
    paths: { dataFolder: "/somewhere/data" },
    systemIdentifier: "7001",
  },
  "pulumi-nodejs:dynamic/pgstead:ExternalAccess": { version: "16.9", isSuperuser: false },
  "pulumi-nodejs:dynamic/pgstead:SqliteLoad": {
    status: "verified",
    rows: "33",
    report: { status: "verified", target: { serverVersion: "16.9" } },
    files: { json: "report.json" },
  },
  "pulumi-nodejs:dynamic/pgstead:SecretVersion": { key: "7", issuedAt: "2026-01-01T00:00:00.000Z" },
  "pulumi-nodejs:dynamic/pgstead:LoginRoles": { role: "backupmgmt_b" },
  "pulumi-nodejs:dynamic/pgstead:EnvFile": { path: "/somewhere/.env" },
};

/** Runs index.ts as the engine would, and gives what it registered and what it exports. */
async function runProgram(config: Record<string, unknown>, secretKeys: string[] = []) {
  const registered = await mockEngine(outputs);
  setStackConfig(config, secretKeys);
  vi.resetModules();
  const exports = await import("../../index");
  await outputValue(pulumi.output(exports));
  // Grants and extensions, on which no output depends, may still be under way.
  await pulumi.runtime.disconnect();
  return { registered, exports };
}

function one(registered: Registered[], type: string): Registered {
  const found = registered.filter((r) => r.type === type);
  expect(found, type).toHaveLength(1);
  return found[0] as Registered;
}

const isSecret = (value: unknown) => (value as Record<string, unknown> | undefined)?.[secretSignature] !== undefined;

describe("the program", () => {
  it("makes the embedded server, the role, the database, the migration and the .env, each with its arguments", async () => {
    const { registered, exports } = await runProgram({
      source: "app.db",
      excludeTables: ["api_keys"],
      envFile: ".env",
      extensions: ["pg_trgm"],
    });
    expect(one(registered, "pulumi-nodejs:dynamic/pgstead:EmbeddedServer").inputs).toMatchObject({
      instance: "pgstead-test",
      port: 5434,
      host: "127.0.0.1",
      tuning: "auto",
      keepData: true,
    });
    expect(one(registered, "postgresql:index/role:Role").inputs).toMatchObject({ name: "backupmgmt", login: true });
    expect(one(registered, "postgresql:index/database:Database").inputs).toMatchObject({
      name: "backup_management",
      owner: "backupmgmt",
      encoding: "UTF8",
      lcCollate: "C",
      template: "template0",
    });
    expect(one(registered, "postgresql:index/grant:Grant").inputs).toMatchObject({
      role: "public",
      objectType: "database",
      privileges: [],
    });
    expect(one(registered, "postgresql:index/extension:Extension").inputs).toMatchObject({ name: "pg_trgm" });
    expect(one(registered, "pulumi-nodejs:dynamic/pgstead:SqliteLoad").inputs).toMatchObject({
      source: "app.db",
      excludeTables: ["api_keys"],
      batchSize: 1000,
      badRows: "fail",
      verification: "full",
      server: "7001",
      role: "backupmgmt",
    });
    expect(one(registered, "pulumi-nodejs:dynamic/pgstead:EnvFile").inputs).toMatchObject({ file: ".env" });
    expect(await outputValue(pulumi.output(exports.migrationStatus))).toBe("verified");
    expect(await outputValue(exports.serverVersion)).toBe("16.14");
  });

  it("hands out the URL as a secret, with the generated password in it", async () => {
    const { exports } = await runProgram({});
    expect(await (exports.url as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    expect(await outputValue(exports.url)).toBe("postgresql://backupmgmt:generated@127.0.0.1:5434/backup_management");
    for (const name of ["host", "port", "role", "serverVersion"] as const)
      expect(await (exports[name] as unknown as { isSecret: Promise<boolean> }).isSecret, name).toBe(false);
  });

  it("generates a 24-character password that changes with secretVersion alone", async () => {
    const { registered } = await runProgram({ secretVersion: 7 });
    const password = registered.find((r) => r.name === "application-password");
    expect(password?.inputs).toMatchObject({ length: 24, special: false, keepers: { secretVersion: "7" } });
    expect(registered.find((r) => r.name === "postgres-superuser")?.inputs).not.toHaveProperty("keepers");
  });

  it("gives the superuser a new password when its version rises, and only then", async () => {
    const { registered } = await runProgram({ superuserSecretVersion: 2 });
    expect(registered.find((r) => r.name === "postgres-superuser")?.inputs).toMatchObject({
      keepers: { secretVersion: "2" },
    });
  });

  it("makes an owner that cannot log in and two logins for it with alternating rotation, and hands out the active one", async () => {
    const { registered, exports } = await runProgram({
      rotation: "alternating",
      retireAfter: "12h",
      source: "app.db",
      envFile: ".env",
      secretFile: "secrets/database",
      secretFileContent: "password",
      notifyCommand: ["systemctl", "reload", "app"],
    });
    const role = one(registered, "postgresql:index/role:Role").inputs;
    expect(role).toMatchObject({ name: "backupmgmt", login: false });
    expect(role).not.toHaveProperty("password");
    const logins = one(registered, "pulumi-nodejs:dynamic/pgstead:LoginRoles").inputs;
    expect(logins).toMatchObject({ owner: "backupmgmt", version: "7", retireAfter: "12h", ownerMayLogIn: true });
    expect(isSecret(logins.password)).toBe(true);
    expect(one(registered, "pulumi-nodejs:dynamic/pgstead:SqliteLoad").inputs).toMatchObject({ role: "backupmgmt_b" });
    expect(await outputValue(exports.url)).toBe("postgresql://backupmgmt_b:generated@127.0.0.1:5434/backup_management");
    const file = one(registered, "pulumi-nodejs:dynamic/pgstead:SecretFile").inputs;
    expect(file).toMatchObject({ file: "secrets/database", role: "backupmgmt_b", version: "7" });
    expect(isSecret(file.content)).toBe(true);
    expect(one(registered, "pulumi-nodejs:dynamic/pgstead:NotifyCommand").inputs).toMatchObject({
      command: ["systemctl", "reload", "app"],
      trigger: "backupmgmt_b@127.0.0.1:5434/backup_management 7",
      envFile: "/somewhere/.env",
    });
  });

  it("makes no migration and no .env where none is configured", async () => {
    const { registered, exports } = await runProgram({});
    expect(registered.filter((r) => /SqliteLoad|EnvFile/.test(r.type))).toEqual([]);
    expect(exports.envFilePath).toBeNull();
  });

  it("makes nothing of an external server but what is inside it", async () => {
    const { registered, exports } = await runProgram(
      {
        instance: "external",
        source: "app.db",
        host: "db.example.com",
        port: 5432,
        superuserPassword: "hidden",
        tlsMode: "require",
      },
      ["superuserPassword"],
    );
    expect(registered.filter((r) => r.type.includes("EmbeddedServer"))).toHaveLength(0);
    const provider = one(registered, "pulumi:providers:postgresql").inputs;
    expect(provider).toMatchObject({ host: "db.example.com", sslmode: "require", superuser: "false" });
    expect(isSecret(provider.password)).toBe(true);
    one(registered, "postgresql:index/role:Role");
    one(registered, "postgresql:index/database:Database");
    expect(await outputValue(exports.serverVersion)).toBe("16.9");
  });
});
