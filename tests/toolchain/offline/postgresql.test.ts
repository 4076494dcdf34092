import { describe, expect, test } from "vitest";
import { Secret } from "../../../toolchain/offline/property-value";
import { provider, providerFor, sql } from "./postgresql-provider";

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
