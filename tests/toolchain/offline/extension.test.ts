import { describe, expect, test } from "vitest";
import { provider, sql } from "./postgresql-provider";

describe("extensions", () => {
  test("an extension has the official provider's id and outputs", async () => {
    await sql("postgres", "CREATE DATABASE extended");
    const news = { name: "pg_trgm", database: "extended" };
    const { id, inputs, outputs } = await provider.make("Extension", news);
    expect(id).toBe("extended.pg_trgm");
    expect(inputs).toEqual(news);
    expect(outputs).toEqual({
      ...news,
      __pulumi_raw_state_delta: { obj: {} },
      createCascade: false,
      dropCascade: false,
      id,
      schema: "public",
      version: "1.6",
    });
    expect(await provider.read("Extension", id, outputs, inputs)).toEqual({ id, outputs, inputs });
    expect((await provider.read("Extension", id)).outputs).toEqual(outputs);

    await sql("extended", "CREATE SCHEMA ext", "DROP EXTENSION pg_trgm");
    expect((await provider.read("Extension", id, outputs, inputs)).id).toBe("");
    const old = await provider.make("Extension", { ...news, version: "1.5", schema: "ext" });
    expect(old.outputs).toMatchObject({ version: "1.5", schema: "ext" });
    const { outputs: updated } = await provider.update("Extension", id, old.outputs, old.inputs, {
      ...news,
      version: "1.6",
      schema: "public",
    });
    expect(updated).toEqual(outputs);
    await provider.delete("Extension", id, updated);
    expect(await sql("extended", "SELECT FROM pg_extension WHERE extname = 'pg_trgm'")).toEqual([]);
  });

  test("an extension that is needed is not dropped, but with dropCascade; one that is not there says so", async () => {
    await sql("postgres", "CREATE DATABASE needing");
    const { id, outputs } = await provider.make("Extension", { name: "citext", database: "needing" });
    await sql("needing", "CREATE TABLE t (a citext)");
    await expect(provider.delete("Extension", id, outputs)).rejects.toThrow(
      /"citext" in the database "needing".*column a of table t/s,
    );
    await provider.delete("Extension", id, { ...outputs, dropCascade: true });
    await expect(provider.make("Extension", { name: "no_such_thing", database: "needing" })).rejects.toThrow(
      /did not create the extension "no_such_thing".*not available/,
    );
  });
});
