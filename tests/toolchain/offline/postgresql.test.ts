import {
  CheckRequest,
  type CheckResponse,
  DiffRequest,
  type DiffResponse,
  GetSchemaRequest,
  InvokeRequest,
  ListRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../toolchain/offline/postgresql/configuration";
import { encodeProperties, Secret, unknown } from "../../../toolchain/offline/property-value";
import { provider, providerFor, sql } from "./postgresql-provider";
import { call } from "./stand-ins";

describe("a user who is no superuser", () => {
  test("roles, databases and grants are made through membership, and nothing of it is left behind", async () => {
    await sql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'manager'");
    const managed = await providerFor({ username: "manager", password: new Secret("manager"), superuser: "false" });
    try {
      const owner = await managed.make("Role", { name: "tenant", login: true, password: "t" });
      const database = await managed.make("Database", { name: "tenancy", owner: "tenant" });
      expect(database.outputs.owner).toBe("tenant");
      await sql(
        "tenancy",
        "CREATE SCHEMA app AUTHORIZATION tenant",
        "CREATE ROLE guest",
        "GRANT guest TO manager WITH ADMIN OPTION",
      );
      const grant = await managed.make("Grant", {
        role: "guest",
        database: "tenancy",
        objectType: "schema",
        schema: "app",
        privileges: ["USAGE"],
      });
      expect(await sql("tenancy", "SELECT has_schema_privilege('guest', 'app', 'USAGE') AS has")).toEqual([
        { has: true },
      ]);
      expect(
        await sql(
          "postgres",
          "SELECT set_option FROM pg_auth_members WHERE roleid = 'tenant'::regrole AND member = 'manager'::regrole AND set_option",
        ),
      ).toEqual([]);
      expect(await managed.read("Role", owner.id, owner.outputs, owner.inputs)).toMatchObject({
        outputs: owner.outputs,
      });
      await managed.delete("Grant", grant.id, grant.outputs);
      await managed.delete("Database", database.id, database.outputs);
      await managed.delete("Role", owner.id, owner.outputs);
    } finally {
      await managed.stop();
    }
  });
});

test("many changes at once do not get into each other's way", async () => {
  await sql("postgres", "CREATE DATABASE crowded");
  const names = Array.from({ length: 12 }, (_, index) => `crowd_${index}`);
  const made = await Promise.all(
    names.map(async (name) => {
      const role = await provider.make("Role", { name });
      await provider.make("Grant", {
        role: name,
        database: "crowded",
        objectType: "database",
        privileges: ["CONNECT"],
      });
      return role.id;
    }),
  );
  expect(made).toEqual(names);
});

describe("configuration", () => {
  test("it has the official provider's defaults and environment variables", () => {
    expect(readConfiguration({}, {})).toEqual({
      target: { host: "localhost", port: 5432, database: "postgres", user: "postgres", password: "", tls: "require" },
      clientCertificate: null,
      superuser: true,
      connectTimeoutSeconds: 180,
    });
    const environment = {
      ...{ PGHOST: "db.test", PGPORT: "5433", PGUSER: "u", PGPASSWORD: "p", PGDATABASE: "d" },
      ...{ PGSSLMODE: "verify-full", PGSUPERUSER: "false", PGCONNECT_TIMEOUT: "3" },
    };
    expect(
      readConfiguration({ sslrootcert: "ca.pem", clientcert: '{"cert":"c.pem","key":"k.pem"}' }, environment),
    ).toEqual({
      target: {
        ...{ host: "db.test", port: 5433, database: "d", user: "u", password: "p" },
        ...{ tls: "verify-full", tlsCaFile: "ca.pem" },
      },
      clientCertificate: { cert: "c.pem", key: "k.pem" },
      superuser: false,
      connectTimeoutSeconds: 3,
    });
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ port: "many" }, /'port' .*whole number/],
    [{ sslmode: "prefer" }, /'sslmode' .*one of disable, require, verify-ca, verify-full/],
    [{ scheme: "awspostgres" }, /'scheme' .*official plugin/],
    [{ clientcert: '{"cert":"only"}' }, /'clientcert' .*cert and key/],
  ])("%j is refused by name", (given, reason) => {
    expect(() => readConfiguration(given, {})).toThrow(reason);
  });

  test("keys that are not implemented are refused by name; a changed key is a change, and replaces nothing", async () => {
    const { client } = provider;
    const checked: CheckResponse = await call(
      client,
      client.checkConfig,
      new CheckRequest().setNews(encodeProperties({ version: "3.18.1", host: "h", azureTenantId: "t" })),
    );
    expect(checked.getFailuresList().map((failure) => failure.getProperty())).toEqual(["azureTenantId"]);
    expect(checked.getFailuresList()[0]?.getReason()).toMatch(/PGSTEAD_PLUGINS/);
    const diff: DiffResponse = await call(
      client,
      client.diffConfig,
      new DiffRequest()
        .setOldInputs(encodeProperties({ host: "h", password: new Secret("a"), port: "1" }))
        .setNews(encodeProperties({ host: "h", password: new Secret("b"), port: unknown })),
    );
    expect([diff.getDiffsList(), diff.getReplacesList()]).toEqual([["password", "port"], []]);
  });

  test("what no stand-in has is refused by name: functions, schemas, listing", async () => {
    const { client } = provider;
    const invoke = call(client, client.invoke, new InvokeRequest().setTok("postgresql:index/getTables:getTables"));
    await expect(invoke).rejects.toThrow(/getTables .*PGSTEAD_PLUGINS/);
    await expect(call(client, client.getSchema, new GetSchemaRequest())).rejects.toThrow(/UNIMPLEMENTED/);
    const listing = new Promise((done, fail) =>
      client.list(new ListRequest()).on("error", fail).on("end", done).resume(),
    );
    await expect(listing).rejects.toThrow(/UNIMPLEMENTED/);
  });
});
