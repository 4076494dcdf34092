import { type AddressInfo, connect, createServer } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PropertyMap, reveal, Secret, unknown } from "../../../toolchain/offline/property-value";
import { type TestServer, testServer } from "../../support/postgres";
import { ProviderUnderTest, type StandIns, temporaryStandIns } from "./stand-ins";

const types = {
  Role: "postgresql:index/role:Role",
  Database: "postgresql:index/database:Database",
  Grant: "postgresql:index/grant:Grant",
  Extension: "postgresql:index/extension:Extension",
};

let standIns: StandIns;
let server: TestServer;
let provider: ProviderUnderTest;
beforeAll(async () => {
  standIns = temporaryStandIns();
  server = await testServer();
  provider = await providerFor({ username: "postgres", superuser: "true" });
});
afterAll(async () => {
  await provider?.stop();
  await server?.stop();
  standIns?.remove();
});

function providerFor(configuration: PropertyMap): Promise<ProviderUnderTest> {
  return ProviderUnderTest.start(standIns.launcher("pulumi-resource-postgresql"), types, {
    host: "127.0.0.1",
    port: String(server.port),
    password: new Secret(server.superuser().password),
    sslmode: "disable",
    connectTimeout: "20",
    ...configuration,
  });
}

/** Runs statements as the superuser, and returns the rows of the last one. */
async function sql<Row = Record<string, unknown>>(database: string, ...statements: string[]): Promise<Row[]> {
  const client = new Client({ ...server.superuser(database), ssl: false });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Row[];
    return rows;
  } finally {
    await client.end();
  }
}

async function canLogIn(user: string, password: string, database = "postgres"): Promise<boolean> {
  const client = new Client({ ...server.superuser(database), user, password, ssl: false });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

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
