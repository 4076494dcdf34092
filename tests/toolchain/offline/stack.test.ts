/** A stack's whole life with the real CLI, the stand-ins and a real server; each test goes on where the one before ended. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtEngineFolder } from "../../../toolchain/built-engine";
import { type TestServer, testServer } from "../../support/postgres";
import { isAlive, projectRoot, type StandIns, temporaryStandIns, until } from "./stand-ins";

const cli = process.env.PGSTEAD_TEST_PULUMI ?? join(builtEngineFolder, "pulumi");
if (!existsSync(cli))
  console.warn(`No Pulumi CLI at ${cli}: the stack tests are skipped. Run npm start once, or set PGSTEAD_TEST_PULUMI.`);

const program = `
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as postgresql from "@pulumi/postgresql";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
const provider = new postgresql.Provider("server", {
  host: "127.0.0.1",
  port: config.requireNumber("port"),
  username: "postgres",
  password: config.requireSecret("superuserPassword"),
  sslmode: "disable",
  superuser: true,
});
const to = { provider };
const secret = new random.RandomPassword("secret", {
  length: 24, special: false, keepers: { version: config.get("secretVersion") ?? "1" },
});
const role = new postgresql.Role("role", { name: "keeper", login: true, password: secret.result }, to);
const database = new postgresql.Database("database", {
  name: "archive", owner: role.name, encoding: "UTF8", lcCollate: "C", lcCtype: "C", template: "template0",
}, to);
new postgresql.Extension("extension", { name: "pg_trgm", database: database.name }, to);
new postgresql.Grant("closed", { role: "public", database: database.name, objectType: "database", privileges: [] }, to);
if (config.getBoolean("adopt")) {
  new postgresql.Role("adopted", { name: "veteran", login: true, connectionLimit: 4 },
    { ...to, import: "veteran", ignoreChanges: ["password"] });
  new random.RandomPassword("chosen", { length: 16 }, { import: "Chosen-by-hand-1" });
}
console.log("the program has run");
export const name = database.name;
export const password = secret.result;
if (config.getBoolean("hang")) {
  writeFileSync("hanging.pid", String(process.pid));
  setTimeout(() => {}, 120_000);
}
`;

describe.skipIf(!existsSync(cli))("a stack", { timeout: 240_000 }, () => {
  let standIns: StandIns;
  let server: TestServer;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let printed = "";

  beforeAll(async () => {
    standIns = temporaryStandIns();
    server = await testServer();
    const command = join(standIns.binFolder, "pulumi");
    // The engine looks for its plugins beside the file that a link leads to, so a link will not do.
    try {
      linkSync(cli, command);
    } catch {
      copyFileSync(cli, command);
    }
    folder = join(standIns.folder, "program");
    mkdirSync(folder);
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "index.ts"), program);
    writeFileSync(
      join(folder, "package.json"),
      '{"name":"trial","main":"index.ts","dependencies":{"@pulumi/random":"*"}}',
    );
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      `name: trial\nruntime: { name: nodejs, options: { typescript: false, nodeargs: "-r ${join(projectRoot, "support/typescript.cjs")}" } }\nmain: index.ts\n`,
    );
    const state = join(standIns.folder, "state");
    mkdirSync(state);
    environment = {
      ...process.env,
      PULUMI_HOME: dirname(standIns.pluginFolder),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    await pulumi("stack", "init", "dev");
    await pulumi("config", "set", "port", String(server.port));
    await pulumi("config", "set", "--secret", "superuserPassword", server.superuser().password);
  });
  afterAll(async () => {
    await server?.stop();
    standIns?.remove();
  });

  async function run(...args: string[]): Promise<{ failed: boolean; output: string }> {
    return new Promise((done) =>
      execFile(
        join(standIns.binFolder, "pulumi"),
        args,
        { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          printed += stdout + stderr;
          done({ failed: error !== null, output: stdout + stderr });
        },
      ),
    );
  }

  async function pulumi(...args: string[]): Promise<string> {
    const { failed, output } = await run(...args);
    if (failed) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`);
    return output;
  }

  const up = () => pulumi("up", "--yes", "--skip-preview");

  /** The counts below the last "Resources:", such as `5 created`. */
  const counts = (output: string) =>
    output
      .slice(output.lastIndexOf("Resources:"))
      .match(/\d+ (created|updated|replaced|deleted|unchanged|imported|to create)/g);

  async function sql(...statements: string[]): Promise<unknown[]> {
    const client = new Client({ ...server.superuser(), ssl: false });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  async function canLogIn(password: string): Promise<boolean> {
    const client = new Client({ ...server.superuser("archive"), user: "keeper", password, ssl: false });
    client.on("error", () => {});
    return client
      .connect()
      .then(
        () => true,
        () => false,
      )
      .finally(() => client.end().catch(() => {}));
  }

  const password = async () => (await pulumi("stack", "output", "password", "--show-secrets")).trim();

  test("preview shows what would be made, makes nothing, and passes the program's words on", async () => {
    const output = await pulumi("preview");
    expect(counts(output)).toEqual(["7 to create"]);
    expect(output).toContain("the program has run");
    expect(output).not.toMatch(/warning|download|installing/i);
    expect(await sql("SELECT FROM pg_roles WHERE rolname = 'keeper'")).toEqual([]);
  });

  test("up makes everything, and a second up and a refresh change nothing", async () => {
    expect(counts(await up())).toEqual(["7 created"]);
    expect(await canLogIn(await password())).toBe(true);
    expect(counts(await up())).toEqual(["7 unchanged"]);
    const refreshed = await pulumi("refresh", "--yes", "--skip-preview");
    expect(refreshed).not.toMatch(/updated|deleted/);
    expect(counts(await up())).toEqual(["7 unchanged"]);
  });

  test("plugins are listed as installed, and about knows program and versions", async () => {
    const plugins = JSON.parse(await pulumi("plugin", "ls", "--json"));
    expect(plugins.map((plugin: { name: string }) => plugin.name).sort()).toEqual(["postgresql", "random"]);
    const about = await pulumi("about");
    expect(about).toContain(process.version);
    expect(about).toMatch(/@pulumi\/random/);
  });

  test("a new secret version makes a new password and changes the role in place", async () => {
    const old = await password();
    await pulumi("config", "set", "secretVersion", "2");
    expect(counts(await up())).toEqual(["1 updated", "1 replaced", "5 unchanged"]);
    const now = await password();
    expect(now).not.toBe(old);
    expect([await canLogIn(old), await canLogIn(now)]).toEqual([false, true]);
  });

  test("what was changed or dropped by hand is seen by refresh and put right by up", async () => {
    await sql("DROP DATABASE archive", "DROP ROLE keeper");
    const refreshed = await pulumi("refresh", "--yes", "--skip-preview");
    expect(counts(refreshed)).toContain("4 deleted");
    expect(counts(await up())).toEqual(["4 created", "3 unchanged"]);
    await sql("ALTER ROLE keeper CONNECTION LIMIT 3", "GRANT CONNECT ON DATABASE archive TO PUBLIC");
    await pulumi("refresh", "--yes", "--skip-preview");
    expect(counts(await up())).toEqual(["2 updated", "5 unchanged"]);
    expect(await canLogIn(await password())).toBe(true);
  });

  test("a role and a password that are there already are imported, then left alone", async () => {
    await sql("CREATE ROLE veteran LOGIN CONNECTION LIMIT 4 PASSWORD 'only the veteran knows'");
    await pulumi("config", "set", "adopt", "true");
    expect(counts(await up())).toEqual(["2 imported", "7 unchanged"]);
    expect(counts(await up())).toEqual(["9 unchanged"]);
    await pulumi("refresh", "--yes", "--skip-preview");
    expect(counts(await up())).toEqual(["9 unchanged"]);
  });

  test("an error of the server reaches the user with the object's name", async () => {
    await sql("CREATE ROLE standing_in_the_way");
    const source = readFileSync(join(folder, "index.ts"), "utf8");
    writeFileSync(
      join(folder, "index.ts"),
      `${source}\nnew postgresql.Role("clash", { name: "standing_in_the_way", password: secret.result }, to);`,
    );
    const { failed, output } = await run("up", "--yes", "--skip-preview");
    expect(failed).toBe(true);
    expect(output).toMatch(/did not create the role "standing_in_the_way": .*already exists/);
    writeFileSync(join(folder, "index.ts"), `${source}\nnew postgresql.Schema("schema", { name: "s" }, to);`);
    const refused = await run("preview");
    expect(refused.output).toMatch(/postgresql:index\/schema:Schema is not implemented by the stand-in/);
    writeFileSync(join(folder, "index.ts"), source);
  });

  test("an interrupted update ends the program and every plugin", async () => {
    await pulumi("config", "set", "hang", "true");
    const update: ChildProcess = spawn(join(standIns.binFolder, "pulumi"), ["up", "--yes", "--skip-preview"], {
      cwd: folder,
      env: environment,
      stdio: "ignore",
    });
    const ended = new Promise((done) => update.once("exit", done));
    const pidFile = join(folder, "hanging.pid");
    await until("the program hangs", () => existsSync(pidFile), 60);
    const pid = Number(readFileSync(pidFile, "utf8"));
    update.kill("SIGINT");
    await ended;
    await until("the program has ended", () => !isAlive(pid));
    await pulumi("config", "rm", "hang");
    expect(counts(await up())).toEqual(["9 unchanged"]);
  });

  test("nothing that was printed or stored holds a secret in plain text", async () => {
    // Not the imported password: the engine itself keeps the id of an import, which is what is imported here.
    const secrets = [await password(), server.superuser().password];
    const exported = await pulumi("stack", "export");
    const shown = printed.replaceAll(/^\S{24}$/gm, "");
    expect(secrets.filter((secret) => exported.includes(secret))).toEqual([]);
    expect(exported).not.toMatch(/SCRAM-SHA-256\$|\$2[aby]\$/);
    expect(shown).not.toContain(secrets[0] as string);
  });

  test("destroy leaves nothing of it", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(await sql("SELECT rolname FROM pg_roles WHERE rolname IN ('keeper', 'veteran')")).toEqual([]);
    expect(await sql("SELECT datname FROM pg_database WHERE datname = 'archive'")).toEqual([]);
  });
});
