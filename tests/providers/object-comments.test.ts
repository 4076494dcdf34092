import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as comments from "../../providers/object-comments";
import { connect } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";

let server: TestServer;
let client: Client;
let database: string;

beforeAll(async () => {
  server = await testServer();
  database = (await server.createDatabase()).database;
  client = await connect(server.superuser(database));
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

const inputs = () => {
  const { host, port, user, password } = server.superuser();
  return {
    stack: "pgstead-o'stack",
    host,
    port,
    tlsMode: "disable" as const,
    tlsCaFile: "",
    superuser: user,
    superuserPassword: password,
    database,
    role: "app",
  };
};

async function read(): Promise<Record<string, string>> {
  const { rows } = await client.query(`SELECT
    shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database') AS database,
    shobj_description((SELECT oid FROM pg_roles WHERE rolname = 'app'), 'pg_authid') AS role,
    obj_description('public'::regnamespace, 'pg_namespace') AS schema`);
  return rows[0];
}

describe("comments on what a stack made", () => {
  it("name the stack on database, role and schema, and sessions that say nothing are seen as its", async () => {
    const { outs } = await comments.create(inputs());
    const all = await read();
    for (const text of Object.values(all))
      expect(text).toMatch(/^pgstead: .* the stack pgstead-o'stack;|, of the stack pgstead-o'stack;/);
    expect((await comments.diff("", outs, inputs())).changes).toBe(false);
    const other = await connect({ ...server.superuser(database) }, "");
    const { rows } = await other.query("SHOW application_name").finally(() => other.end());
    expect(rows[0].application_name).toBe("pgstead-o'stack");
  });

  it("leave a comment alone that somebody wrote", async () => {
    await client.query("COMMENT ON ROLE app IS 'ask Kim'");
    await comments.update("", inputs(), inputs());
    expect((await read()).role).toBe("ask Kim");
  });
});
