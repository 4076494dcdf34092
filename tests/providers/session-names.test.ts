/** A DBA sees in pg_stat_activity, and in the server's log, which stack a session of pgstead's works for. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { defaultPolicies } from "../../migration/policies";
import * as migration from "../../providers/data-migration";
import * as loginRoles from "../../providers/login-roles";
import * as comments from "../../providers/object-comments";
import { connect } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-names-"));
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("every statement that changes a definition comes from a session that carries the stack's name", async () => {
  const target = await server.createDatabase();
  const admin = await connect(server.superuser(target.database), "the test");
  try {
    // What sees every such statement is an event trigger, also those of sessions that are gone by now.
    await admin.query(`CREATE SCHEMA seen; CREATE TABLE seen.sessions (who text, tag text);
      CREATE FUNCTION seen.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN INSERT INTO seen.sessions VALUES (current_setting('application_name'), tg_tag); END $$;
      CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION seen.note()`);
    const source = join(folder, "app.db");
    new Database(source)
      .exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON notes (text)")
      .close();
    const { host, port, user, password } = server.superuser();
    const tls = { tlsMode: "disable" as const, tlsCaFile: "" };
    const address = { stack: "pgstead-prod", host, port, ...tls, database: target.database };
    const login = { ...address, superuser: user, superuserPassword: password };
    await migration.create({
      ...address,
      source,
      mode: "create",
      excludeTables: [],
      batchSize: 1000,
      badRows: "fail",
      verification: "full",
      policies: defaultPolicies,
      compareQueries: [],
      run: 1,
      overwrite: false,
      takeOver: false,
      workFolder: join(folder, "work"),
      server: "7001",
      role: target.user,
      password: target.password,
    });
    await comments.create({ ...login, role: target.user });
    await loginRoles.create({
      ...login,
      owner: target.user,
      password: "new-password",
      version: "1",
      retireAfter: "",
      ownerMayLogIn: true,
      auditFile: "",
    });
    const { rows } = await admin.query("SELECT DISTINCT who FROM seen.sessions");
    expect(rows).toEqual([{ who: "pgstead/pgstead-prod" }]);
    const { rows: tags } = await admin.query("SELECT DISTINCT tag FROM seen.sessions");
    expect(tags.map(({ tag }) => tag)).toEqual(
      expect.arrayContaining(["CREATE TABLE", "CREATE INDEX", "COMMENT", "ALTER TABLE"]),
    );
    const { rows: own } = await admin.query(
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'pgstead%' AND datname = $1",
      [target.database],
    );
    expect(own).toEqual([]);
  } finally {
    await admin.end();
  }
});
