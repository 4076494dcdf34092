import { beforeAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../toolchain/offline/property-value";
import { canLogIn, provider, sql } from "./postgresql-provider";

describe("grants", () => {
  beforeAll(async () => {
    await sql("postgres", "CREATE ROLE reader LOGIN PASSWORD 'reader'", "CREATE DATABASE granted");
    await sql(
      "granted",
      "CREATE SCHEMA app",
      "CREATE TABLE app.one (a int)",
      "CREATE TABLE app.three (a int)",
      "CREATE SEQUENCE app.s",
    );
  });

  test("no privileges for public revoke what everybody has, and a grant by hand is seen", async () => {
    expect(await canLogIn("reader", "reader", "granted")).toBe(true);
    const news = { role: "public", database: "granted", objectType: "database", privileges: [] };
    const { id, inputs, outputs } = await provider.make("Grant", news);
    expect(id).toBe("public_granted_database");
    expect(inputs).toEqual(news);
    expect(outputs).toEqual({
      ...news,
      __pulumi_raw_state_delta: { obj: { ps: { privileges: { arr: {} } } } },
      columns: null,
      id,
      objects: null,
      schema: null,
      withGrantOption: false,
    });
    expect(await canLogIn("reader", "reader", "granted")).toBe(false);

    await sql("postgres", "GRANT CONNECT ON DATABASE granted TO PUBLIC");
    const read = await provider.read("Grant", id, outputs, inputs);
    expect(read.outputs.privileges).toEqual(["CONNECT"]);
    expect(await provider.diff("Grant", read.outputs, inputs)).toMatchObject({ detail: { privileges: "DELETE" } });
    await provider.update("Grant", id, read.outputs, read.inputs, inputs);
    expect(await canLogIn("reader", "reader", "granted")).toBe(false);
  });

  test("a database that nobody set privileges on is seen to be open to everybody", async () => {
    await sql("postgres", "CREATE DATABASE fresh");
    const known = { role: "public", database: "fresh", objectType: "database", privileges: [] };
    const read = await provider.read("Grant", "public_fresh_database", known, known);
    expect(read.outputs.privileges).toEqual(["CONNECT", "TEMPORARY"]);
  });

  test("privileges of a database and a schema have the official ids and shapes", async () => {
    const database = {
      role: "reader",
      database: "granted",
      objectType: "database",
      privileges: ["TEMPORARY", "CONNECT"],
    };
    const one = await provider.make("Grant", database);
    expect(one.id).toBe("reader_granted_database");
    expect(one.outputs.privileges).toEqual(["CONNECT", "TEMPORARY"]);
    expect(await provider.diff("Grant", one.outputs, one.inputs)).toMatchObject({ changed: false });

    const schema = { role: "reader", database: "granted", objectType: "schema", schema: "app", privileges: ["USAGE"] };
    const two = await provider.make("Grant", schema);
    expect(two.id).toBe("reader_granted_app_schema");
    expect(two.outputs).toEqual({
      ...schema,
      __pulumi_raw_state_delta: { obj: { ps: { privileges: { arr: {} } } } },
      columns: null,
      id: two.id,
      objects: null,
      withGrantOption: false,
    });
    await provider.delete("Grant", two.id, two.outputs);
    expect(await sql("granted", "SELECT has_schema_privilege('reader', 'app', 'USAGE') AS has")).toEqual([
      { has: false },
    ]);
  });

  test("ALL on every table of a schema; a table that lacks one is seen and put right", async () => {
    const news = { role: "reader", database: "granted", objectType: "table", schema: "app", privileges: ["ALL"] };
    const { id, inputs, outputs } = await provider.make("Grant", news);
    expect(outputs.privileges).toEqual(["ALL"]);
    await sql("granted", "REVOKE UPDATE ON app.three FROM reader");
    const read = await provider.read("Grant", id, outputs, inputs);
    expect(read.outputs.privileges).not.toContain("UPDATE");
    await provider.update("Grant", id, read.outputs, read.inputs, inputs);
    expect(await provider.read("Grant", id, outputs, inputs)).toEqual({ id, outputs, inputs });
  });

  test("single tables and sequences, less than before, and the right to pass it on", async () => {
    const news = {
      role: "reader",
      database: "granted",
      objectType: "table",
      schema: "app",
      objects: ["one", "three"],
      privileges: ["SELECT"],
    };
    const { id, outputs } = await provider.make("Grant", news);
    // The order of the official provider's own sets: by the digits of the names' CRC (1187371253 and 2053932785).
    expect(id).toBe("reader_granted_app_table_three_one");
    expect(outputs).toMatchObject({ objects: ["one", "three"], privileges: ["SELECT"] });
    const has =
      "SELECT has_table_privilege('reader', 'app.one', 'SELECT') AS can, has_table_privilege('reader', 'app.one', 'INSERT') AS cannot";
    expect(await sql("granted", has)).toEqual([{ can: true, cannot: false }]);
    const sequence = {
      role: "reader",
      database: "granted",
      objectType: "sequence",
      schema: "app",
      privileges: ["USAGE"],
      withGrantOption: true,
    };
    const made = await provider.make("Grant", sequence);
    expect(
      await sql("granted", "SELECT has_sequence_privilege('reader', 'app.s', 'USAGE WITH GRANT OPTION') AS has"),
    ).toEqual([{ has: true }]);
    expect(await provider.diff("Grant", made.outputs, { ...made.inputs, withGrantOption: false })).toMatchObject({
      replaces: ["withGrantOption"],
      deleteBeforeReplace: true,
    });
  });

  test.each<[string, PropertyMap, string, RegExp]>([
    [
      "an object type that is not implemented",
      { objectType: "function", schema: "app" },
      "objectType",
      /'function' is not implemented.*PGSTEAD_PLUGINS/,
    ],
    ["columns", { objectType: "table", schema: "app", columns: ["a"] }, "columns", /not implemented.*PGSTEAD_PLUGINS/],
    [
      "a privilege of another kind",
      { objectType: "schema", schema: "app", privileges: ["SELECT; DROP TABLE x"] },
      "privileges",
      /a schema has ALL, CREATE, USAGE/,
    ],
    ["a schema that is missing", { objectType: "table" }, "schema", /missing/],
    ["objects of a database", { objectType: "database", objects: ["a"] }, "objects", /cannot be named/],
  ])("%s is refused by name", async (_what, news, property, reason) => {
    const { failures } = await provider.check("Grant", {
      role: "reader",
      database: "granted",
      privileges: [],
      ...news,
    });
    expect(failures[property]).toMatch(reason);
  });

  test("what went with its database, schema or role is gone at a refresh, and revoked without an error", async () => {
    await sql("postgres", "CREATE ROLE leaving");
    const grant = { role: "leaving", database: "granted", objectType: "schema", schema: "app", privileges: ["USAGE"] };
    const { id, outputs } = await provider.make("Grant", grant);
    const gone = [
      { ...outputs, database: "no_such_database" },
      { ...outputs, schema: "no_such_schema" },
      { ...outputs, role: "no_such_role" },
    ];
    for (const known of gone) {
      expect((await provider.read("Grant", id, known)).id).toBe("");
      await provider.delete("Grant", id, known);
    }
  });
});
