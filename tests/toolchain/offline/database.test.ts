import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { provider, server, sql } from "./postgresql-provider";

describe("databases", () => {
  test("a database has the official provider's id, defaults and outputs", async () => {
    await sql("postgres", "CREATE ROLE db_owner");
    const news = {
      name: "shop",
      owner: "db_owner",
      encoding: "UTF8",
      lcCollate: "C",
      lcCtype: "C",
      template: "template0",
    };
    const { id, inputs, outputs } = await provider.make("Database", news);
    expect(id).toBe("shop");
    expect(inputs).toEqual({
      ...news,
      __defaults: ["allowConnections", "connectionLimit"],
      allowConnections: true,
      connectionLimit: -1,
    });
    expect(outputs).toEqual({
      ...news,
      __pulumi_raw_state_delta: { obj: {} },
      allowConnections: true,
      alterObjectOwnership: false,
      connectionLimit: -1,
      id: "shop",
      isTemplate: false,
      tablespaceName: "pg_default",
    });
    expect(await provider.read("Database", id, outputs, inputs)).toEqual({ id, outputs, inputs });
    expect(await provider.diff("Database", outputs, inputs)).toMatchObject({ changed: false });
  });

  test("owner, limits, name and template flag change in place, the objects following the owner when asked", async () => {
    await sql("postgres", "CREATE ROLE old_hand", "CREATE ROLE new_hand");
    const made = await provider.make("Database", { name: "moving", owner: "old_hand" });
    await sql("moving", "CREATE TABLE t (a int)", "ALTER TABLE t OWNER TO old_hand");
    const { inputs: news } = await provider.check("Database", {
      name: "moved",
      owner: "new_hand",
      connectionLimit: 3,
      isTemplate: true,
      alterObjectOwnership: true,
    });
    const changes = await provider.diff("Database", made.outputs, news);
    expect([changes.changed, changes.replaces]).toEqual([true, []]);
    const { outputs } = await provider.update("Database", made.id, made.outputs, made.inputs, news);
    expect(outputs).toMatchObject({ name: "moved", owner: "new_hand", connectionLimit: 3, isTemplate: true });
    expect(await sql("moved", "SELECT tableowner FROM pg_tables WHERE tablename = 't'")).toEqual([
      { tableowner: "new_hand" },
    ]);
    await provider.delete("Database", made.id, outputs);
    expect(await sql("postgres", "SELECT FROM pg_database WHERE datname = 'moved'")).toEqual([]);
  });

  test("encoding, locale and template replace the database, deleting it first", async () => {
    const { outputs } = await provider.make("Database", {
      name: "fixed",
      template: "template0",
      lcCollate: "C",
      lcCtype: "C",
    });
    const { inputs: news } = await provider.check("Database", {
      name: "fixed",
      lcCollate: "C.UTF-8",
      template: "template0",
    });
    expect(await provider.diff("Database", outputs, news)).toEqual({
      changed: true,
      replaces: ["lcCollate"],
      deleteBeforeReplace: true,
      detail: { lcCollate: "UPDATE_REPLACE" },
    });
    expect(await provider.diff("Database", outputs, news, ["lcCollate"])).toMatchObject({ changed: false });
  });

  test("another name of the encoding, or DEFAULT, does not replace the database", async () => {
    const news = { name: "spelt", encoding: "utf-8", lcCollate: "DEFAULT", lcCtype: "C", tablespaceName: "DEFAULT" };
    const { id, inputs, outputs } = await provider.make("Database", news);
    expect(outputs).toMatchObject(news);
    expect(await provider.read("Database", id, outputs, inputs)).toEqual({ id, outputs, inputs });
    expect(await provider.diff("Database", outputs, inputs)).toMatchObject({ changed: false });
  });

  test("dropping ends the sessions that are in the database", async () => {
    const { id, outputs } = await provider.make("Database", { name: "busy" });
    const session = new Client({ ...server.superuser("busy"), ssl: false });
    session.on("error", () => {});
    await session.connect();
    await provider.delete("Database", id, outputs);
    await expect(session.query("SELECT 1")).rejects.toThrow();
    expect((await provider.read("Database", id, outputs)).id).toBe("");
    await provider.delete("Database", id, outputs);
  });

  test("an error names the database, and says what to do", async () => {
    await expect(provider.make("Database", { name: "orphan", owner: "nobody_there" })).rejects.toThrow(
      /did not create the database "orphan": role "nobody_there" does not exist.*Check that the owner exists/,
    );
  });
});
