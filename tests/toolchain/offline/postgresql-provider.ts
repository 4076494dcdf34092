/** For tests of the postgresql stand-in: importing this starts a server and the plugin before the tests of a file, and ends them after. */
import { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { type PropertyMap, Secret } from "../../../toolchain/offline/property-value";
import { type TestServer, testServer } from "../../support/postgres";
import { ProviderUnderTest, type StandIns, temporaryStandIns } from "./stand-ins";

const types = {
  Role: "postgresql:index/role:Role",
  Database: "postgresql:index/database:Database",
  Grant: "postgresql:index/grant:Grant",
  Extension: "postgresql:index/extension:Extension",
};

let standIns: StandIns;
export let server: TestServer;
/** The stand-in, connected as the superuser. */
export let provider: ProviderUnderTest;
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

export function providerFor(configuration: PropertyMap): Promise<ProviderUnderTest> {
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
export async function sql<Row = Record<string, unknown>>(database: string, ...statements: string[]): Promise<Row[]> {
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

export async function canLogIn(user: string, password: string, database = "postgres"): Promise<boolean> {
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
