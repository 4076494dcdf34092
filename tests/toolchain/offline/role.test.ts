import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { type PropertyMap, reveal, Secret, unknown } from "../../../toolchain/offline/property-value";
import { canLogIn, provider, providerFor, server, sql } from "./postgresql-provider";

describe("roles", () => {
  test("a role has the official provider's id, defaults, outputs and secrets", async () => {
    const { id, inputs, outputs } = await provider.make("Role", {
      name: "shape",
      login: true,
      password: new Secret("s3cret"),
    });
    expect(id).toBe("shape");
    expect(inputs).toEqual({
      __defaults: ["connectionLimit", "encryptedPassword", "inherit", "validUntil"],
      connectionLimit: -1,
      encryptedPassword: true,
      inherit: true,
      login: true,
      name: "shape",
      password: new Secret("s3cret"),
      validUntil: "infinity",
    });
    expect(outputs).toEqual({
      __pulumi_raw_state_delta: {
        obj: { ps: { roles: { arr: {} }, searchPaths: { arr: {} } }, renamed: { searchPaths: "search_path" } },
      },
      assumeRole: "",
      bypassRowLevelSecurity: false,
      connectionLimit: -1,
      createDatabase: false,
      createRole: false,
      encrypted: null,
      encryptedPassword: true,
      id: "shape",
      idleInTransactionSessionTimeout: 0,
      inherit: true,
      login: true,
      name: "shape",
      password: new Secret("s3cret"),
      passwordWo: new Secret(null),
      passwordWoVersion: null,
      replication: false,
      roles: [],
      searchPaths: [],
      skipDropRole: false,
      skipReassignOwned: false,
      statementTimeout: 0,
      superuser: false,
      validUntil: "infinity",
    });
    expect(await canLogIn("shape", "s3cret")).toBe(true);
    expect(await provider.diff("Role", outputs, inputs)).toMatchObject({ changed: false });
    expect(await provider.read("Role", id, outputs, inputs)).toEqual({ id, outputs, inputs });
  });

  test("everything that the official provider takes is set, and read back the same", async () => {
    await sql("postgres", "CREATE ROLE parent_one", "CREATE ROLE parent_two");
    const news: PropertyMap = {
      name: 'od"d Näme',
      createDatabase: true,
      createRole: true,
      inherit: false,
      replication: true,
      bypassRowLevelSecurity: true,
      connectionLimit: 7,
      validUntil: "2031-05-06 07:08:09+00",
      roles: ["parent_two", "parent_one"],
      searchPaths: ["app", 'we"ird', "public"],
      statementTimeout: 30_000,
      idleInTransactionSessionTimeout: 60_000,
      assumeRole: "parent_one",
    };
    const { id, inputs, outputs } = await provider.make("Role", news);
    expect(outputs).toMatchObject({ ...news, roles: ["parent_one", "parent_two"] });
    expect(await provider.read("Role", id, outputs, inputs)).toEqual({ id, outputs, inputs });
    expect(await provider.diff("Role", outputs, inputs)).toMatchObject({ changed: false });

    const plain = { name: 'od"d Näme' };
    const checked = await provider.check("Role", plain);
    const changes = await provider.diff("Role", outputs, checked.inputs);
    expect(changes.replaces).toEqual([]);
    expect(Object.keys(changes.detail).sort()).toEqual(
      Object.keys(news)
        .filter((name) => name !== "name")
        .sort(),
    );
    const updated = await provider.update("Role", id, outputs, inputs, checked.inputs);
    expect(updated.outputs).toMatchObject({ roles: [], searchPaths: [], statementTimeout: 0, assumeRole: "" });
    expect(await provider.diff("Role", updated.outputs, checked.inputs)).toMatchObject({ changed: false });
    expect(await sql("postgres", `SELECT rolconfig FROM pg_roles WHERE rolname = 'od"d Näme'`)).toEqual([
      { rolconfig: null },
    ]);
  });

  test("memberships follow the program, whatever was granted or taken by hand meanwhile", async () => {
    await sql("postgres", "CREATE ROLE group_a", "CREATE ROLE group_b", "CREATE ROLE group_c");
    const made = await provider.make("Role", { name: "member", roles: ["group_a", "group_b"] });
    await sql("postgres", "REVOKE group_a FROM member", "GRANT group_c TO member");
    const { inputs: news } = await provider.check("Role", { name: "member", roles: ["group_b", "group_c"] });
    const { outputs } = await provider.update("Role", made.id, made.outputs, made.inputs, news);
    expect(outputs.roles).toEqual(["group_b", "group_c"]);
  });

  test("a new password is set in place: the old one stops working", async () => {
    const { id, inputs, outputs } = await provider.make("Role", { name: "rotated", login: true, password: "first" });
    const { inputs: news } = await provider.check("Role", { name: "rotated", login: true, password: "second" }, inputs);
    expect(await provider.diff("Role", outputs, news)).toMatchObject({ detail: { password: "UPDATE" }, replaces: [] });
    const updated = await provider.update("Role", id, outputs, inputs, news);
    expect(updated.outputs.password).toEqual(new Secret("second"));
    expect([await canLogIn("rotated", "first"), await canLogIn("rotated", "second")]).toEqual([false, true]);
  });

  test("no password travels to the server: it is sent only what it stores, so no log of it can hold one", async () => {
    const tap = await tapOn(server.port);
    const tapped = await providerFor({ port: String(tap.port) });
    try {
      const { id, inputs, outputs } = await tapped.make("Role", {
        name: "tapped",
        login: true,
        password: "never-Sent-1",
      });
      const { inputs: news } = await tapped.check("Role", { name: "tapped", login: true, password: "never-Sent-2" });
      await tapped.update("Role", id, outputs, inputs, news);
    } finally {
      await tapped.stop();
      tap.close();
    }
    expect(tap.sent()).toContain('CREATE ROLE "tapped"');
    expect(tap.sent()).toContain('ALTER ROLE "tapped"');
    expect(tap.sent()).not.toContain("never-Sent");
    expect(await canLogIn("tapped", "never-Sent-2")).toBe(true);
  });

  test("a password changed by hand is seen at a refresh and put right", async () => {
    const { id, inputs, outputs } = await provider.make("Role", { name: "by_hand", login: true, password: "agreed" });
    await sql("postgres", "ALTER ROLE by_hand PASSWORD 'other'");
    const read = await provider.read("Role", id, outputs, inputs);
    expect(reveal(read.outputs.password ?? null)).toMatch(/^SCRAM-SHA-256\$/);
    expect(read.outputs.password).toBeInstanceOf(Secret);
    expect(await provider.diff("Role", read.outputs, inputs)).toMatchObject({ detail: { password: "UPDATE" } });
    await provider.update("Role", id, read.outputs, read.inputs, inputs);
    expect(await canLogIn("by_hand", "agreed")).toBe(true);
  });

  test("a write-only password is set, never stored, and set again when its version changes", async () => {
    const news = { name: "wo", login: true, passwordWo: new Secret("one"), passwordWoVersion: "1" };
    const { id, inputs, outputs } = await provider.make("Role", news);
    expect(JSON.stringify(reveal(outputs))).not.toContain('"one"');
    expect(await canLogIn("wo", "one")).toBe(true);
    expect(await provider.read("Role", id, outputs, inputs)).toEqual({ id, outputs, inputs });
    const again = await provider.check("Role", { ...news, passwordWo: new Secret("two"), passwordWoVersion: "2" });
    expect(await provider.diff("Role", outputs, again.inputs)).toMatchObject({
      detail: { passwordWoVersion: "UPDATE" },
    });
    await provider.update("Role", id, outputs, inputs, again.inputs);
    expect(await canLogIn("wo", "two")).toBe(true);
  });

  test("a renamed role keeps its password, and is read, changed and dropped under its new name", async () => {
    const { id, inputs, outputs } = await provider.make("Role", { name: "before", login: true, password: "kept" });
    const { inputs: news } = await provider.check("Role", { name: "after", login: true, password: "kept" });
    const { outputs: renamed } = await provider.update("Role", id, outputs, inputs, news);
    expect(await canLogIn("after", "kept")).toBe(true);
    // The engine goes on with the old id: a resource's id never changes in an update.
    expect((await provider.read("Role", id, renamed, news)).id).toBe("after");
    await provider.delete("Role", id, renamed);
    expect(await sql("postgres", "SELECT FROM pg_roles WHERE rolname = 'after'")).toEqual([]);
  });

  test("a role dropped by hand is gone at a refresh, and dropping it again is no error", async () => {
    const { id, inputs, outputs } = await provider.make("Role", { name: "dropped" });
    await sql("postgres", "DROP ROLE dropped");
    expect(await provider.read("Role", id, outputs, inputs)).toEqual({ id: "", outputs: {}, inputs: {} });
    await provider.delete("Role", id, outputs);
  });

  test("what a role owns is given to the provider's user when it is dropped", async () => {
    const { id, outputs } = await provider.make("Role", { name: "owning" });
    await sql("postgres", "CREATE TABLE kept_table (a int)", "ALTER TABLE kept_table OWNER TO owning");
    await provider.delete("Role", id, outputs);
    expect(await sql("postgres", "SELECT tableowner FROM pg_tables WHERE tablename = 'kept_table'")).toEqual([
      { tableowner: "postgres" },
    ]);
  });

  test("a role that owns things in another database is not dropped, and the error says what they are", async () => {
    const { id, outputs } = await provider.make("Role", { name: "elsewhere" });
    await sql("postgres", "CREATE DATABASE held OWNER elsewhere");
    await sql("held", "CREATE TABLE t (a int)", "ALTER TABLE t OWNER TO elsewhere");
    await expect(provider.delete("Role", id, outputs)).rejects.toThrow(
      /did not drop the role "elsewhere".*in database held.*REASSIGN OWNED/s,
    );
  });

  test("an existing role is not taken over in silence, but can be imported", async () => {
    await sql("postgres", "CREATE ROLE standing LOGIN CONNECTION LIMIT 4 PASSWORD 'unseen'");
    await expect(provider.make("Role", { name: "standing", password: "mine" })).rejects.toThrow(
      /did not create the role "standing".*already exists.*import it/,
    );
    const { id, inputs, outputs } = await provider.read("Role", "standing");
    expect(id).toBe("standing");
    expect(outputs).toMatchObject({ name: "standing", login: true, connectionLimit: 4 });
    expect(inputs).toEqual({
      __defaults: ["encryptedPassword", "inherit", "validUntil"],
      name: "standing",
      login: true,
      connectionLimit: 4,
      encryptedPassword: true,
      inherit: true,
      validUntil: "infinity",
      password: outputs.password,
    });
    expect(reveal(outputs.password ?? null)).toMatch(/^SCRAM-SHA-256\$/);
  });

  test("an end of validity is no change where the server writes the same moment otherwise", async () => {
    await sql("postgres", "ALTER SYSTEM SET timezone = 'Asia/Tokyo'", "SELECT pg_reload_conf()");
    try {
      const { id, inputs, outputs } = await provider.make("Role", {
        name: "temporary",
        validUntil: "2030-01-01T00:00:00Z",
      });
      const read = await provider.read("Role", id, outputs, inputs);
      expect(await provider.diff("Role", read.outputs, inputs)).toMatchObject({ changed: false });
      await sql("postgres", "ALTER ROLE temporary VALID UNTIL '2031-01-01T00:00:00Z'");
      const changed = await provider.read("Role", id, outputs, inputs);
      expect(changed.outputs.validUntil).toBe("2031-01-01 09:00:00+09");
    } finally {
      await sql("postgres", "ALTER SYSTEM RESET timezone", "SELECT pg_reload_conf()");
    }
  });

  test("a name is generated once and then kept", async () => {
    const first = await provider.check("Role", {});
    expect(first.inputs.name).toMatch(/^it-[0-9a-f]{7}$/);
    expect((await provider.check("Role", {}, first.inputs)).inputs).toEqual(first.inputs);
  });

  test("a preview says what is known and connects to nothing", async () => {
    const nowhere = await providerFor({ port: "1" });
    const { inputs } = await nowhere.check("Role", { name: unknown, login: true, password: new Secret(unknown) });
    const { outputs } = await nowhere.create("Role", inputs, true);
    expect(outputs).toMatchObject({ name: unknown, password: new Secret(unknown), connectionLimit: -1, login: true });
    await expect(nowhere.create("Role", { name: "x" })).rejects.toThrow(
      /Cannot connect to postgresql:\/\/postgres@127\.0\.0\.1:1\/postgres/,
    );
    await nowhere.stop();
  });

  test.each<[string, PropertyMap, string, RegExp]>([
    [
      "a property that does not exist",
      { name: "a", loginn: true },
      "loginn",
      /'loginn' .*not implemented.*PGSTEAD_PLUGINS/,
    ],
    ["the deprecated encrypted", { name: "a", encrypted: "true" }, "encrypted", /deprecated/],
    ["an unencrypted password", { name: "a", encryptedPassword: false }, "encryptedPassword", /must be true/],
    ["a limit below -1", { name: "a", connectionLimit: -2 }, "connectionLimit", /at least -1/],
    ["two passwords", { name: "a", password: "p", passwordWo: "q" }, "passwordWo", /both given/],
  ])("%s is refused by name", async (_what, news, property, reason) => {
    const { failures } = await provider.check("Role", news);
    expect(failures[property]).toMatch(reason);
  });
});

/** A port that leads to the server and keeps what is sent there. */
async function tapOn(port: number): Promise<{ port: number; sent(): string; close(): void }> {
  let sent = "";
  const tap = createServer((client) => {
    const onward = connect(port, "127.0.0.1");
    client.on("data", (bytes) => {
      sent += bytes.toString("latin1");
    });
    client.pipe(onward).pipe(client);
    for (const socket of [client, onward]) socket.on("error", () => {});
  });
  await new Promise<void>((done) => tap.listen(0, "127.0.0.1", done));
  return { port: (tap.address() as AddressInfo).port, sent: () => sent, close: () => tap.close() };
}
