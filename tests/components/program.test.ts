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
  "pulumi-nodejs:dynamic/pgstead:SqliteLoad": {
    status: "verified",
    rows: "33",
    report: { status: "verified", target: { serverVersion: "16.9" } },
    files: { json: "report.json" },
  },
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
    expect(provider).toMatchObject({ host: "db.example.com", sslmode: "require" });
    expect(isSecret(provider.password)).toBe(true);
    one(registered, "postgresql:index/role:Role");
    one(registered, "postgresql:index/database:Database");
    expect(await outputValue(exports.serverVersion)).toBe("16.9");
  });
});
