import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as provider from "../../../providers/embedded-server";
import { writeNote } from "../../../server/embedded/creation-note";
import { processesIn } from "../../../server/embedded/postmaster";
import {
  ask,
  capturedConsole,
  crash,
  endServers,
  password,
  postmasterPid,
  someInputs,
  someServer,
  temporaryFolder,
} from "./servers";

let said: () => string[];
beforeEach(() => {
  said = capturedConsole();
});
afterEach(endServers);

describe("a new server", () => {
  it("has UTF8, the C locale, checksums, scram passwords, UTC, and listens on loopback only", async () => {
    const { outs } = await someServer();
    const show = (name: string) => ask(outs, `SELECT current_setting('${name}')`);
    expect(
      await ask(
        outs,
        "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = 'template1'",
      ),
    ).toBe("UTF8 C");
    expect(await show("data_checksums")).toBe("on");
    expect(await show("password_encryption")).toBe("scram-sha-256");
    expect(await show("listen_addresses")).toBe("127.0.0.1");
    expect(await ask(outs, "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres'")).toBe(
      true,
    );
    expect(await ask(outs, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules")).toBe(
      "scram-sha-256",
    );
    expect(await ask(outs, "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'")).toBe("UTC");
    expect(String(await ask(outs, "SELECT system_identifier FROM pg_control_system()"))).toBe(outs.systemIdentifier);
    expect(await show("server_version")).toBe(outs.version);
    expect(outs).toMatchObject({ running: true, major: "16" });
  });

  it("is recorded as plain JSON, and is as config says at the second look", async () => {
    const { id, inputs, outs } = await someServer();
    expect(JSON.parse(JSON.stringify(outs))).toEqual(outs);
    expect(outs.applied.work_mem).toEqual({ value: "16MB", reason: "phase12 profile: for each sort or hash" });
    said();
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
    expect(said()).toEqual([]);
    expect(await provider.read(id, outs)).toEqual({ id, props: outs });
  });

  it("tuned for the machine, it is the same at the second look", async () => {
    const { id, inputs, outs } = await someServer({ tuning: "auto", memory: "256MB", cpus: 2 });
    expect(outs.applied.work_mem?.value).toBe("4MB");
    expect(await ask(outs, "SELECT current_setting('max_connections')")).toBe("27");
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
    expect(await provider.diff(id, outs, { ...inputs, memory: "512MB" })).toEqual({ changes: true });
  });

  it("runs in a session of its own, without our environment", async () => {
    process.env.PGSTEAD_TEST_SECRET = "must-not-leak";
    const { outs } = await someServer();
    delete process.env.PGSTEAD_TEST_SECRET;
    const pid = postmasterPid(outs.paths.dataFolder);
    if (process.platform !== "linux") return;
    // Field 6 of stat, after the name in parentheses: the session.
    expect(Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3])).toBe(pid);
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain("must-not-leak");
  });

  it("leaves its password in no file and no log", async () => {
    const { outs } = await someServer({ settings: { log_statement: "all", shared_buffers: "16MB" } });
    await ask(outs, "SELECT 1");
    const files = readdirSync(outs.paths.home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(500);
    const holding = files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(password));
    expect(holding).toEqual([]);
  });

  it("can have another superuser, locale and data folder", async () => {
    const inputs = await someInputs({ superuser: "Odd name", locale: "icu:de-AT" });
    const dataFolder = join(dirname(inputs.home), "own data");
    const { outs } = await someServer({ ...inputs, dataFolder });
    expect(outs.paths.dataFolder).toBe(dataFolder);
    expect(await ask(outs, "SELECT daticulocale FROM pg_database WHERE datname = 'template1'")).toBe("de-AT");
    expect(await ask(outs, "SELECT current_user")).toBe("Odd name");
  });
});

describe("a home with spaces, quotes and commas in its path", () => {
  it("makes a server with a socket there", async () => {
    const { id, inputs, outs } = await someServer({ home: join(temporaryFolder(), "it's 100% ours, ü") });
    expect(existsSync(join(outs.paths.socketFolder, `.s.PGSQL.${outs.port}`))).toBe(process.platform !== "win32");
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
    await provider.delete(id, outs);
  });
});

describe("a home with a path too long for a Unix socket", () => {
  it("makes a server that listens on its port only", async () => {
    const home = join(temporaryFolder(), "a-very-long-name-".repeat(6), "home");
    const { id, inputs, outs } = await someServer({ home });
    expect(outs.paths.socketFolder).toBe("");
    expect(await ask(outs, "SELECT current_setting('unix_socket_directories')")).toBe("");
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });
});

describe("a creation that cannot be", () => {
  const refused = async (changed: Parameters<typeof someInputs>[0], message: RegExp) => {
    const inputs = await someInputs(changed);
    await expect(provider.create(inputs)).rejects.toThrow(message);
    return inputs;
  };

  it("names the program that has the port, and leaves nothing", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const port = (listener.address() as { port: number }).port;
    const inputs = await refused(
      { port },
      process.platform === "linux" ? /Port \d+ on 127.0.0.1 is taken by .*\(process \d+\)/ : /is taken by/,
    );
    expect(existsSync(join(inputs.home, "data"))).toBe(false);
    listener.close();
  });

  it("does not touch a folder that is not ours", async () => {
    const inputs = await someInputs();
    const dataFolder = join(dirname(inputs.home), "photos");
    mkdirSync(dataFolder);
    writeFileSync(join(dataFolder, "cat.jpg"), "cat");
    const before = statSync(dataFolder);
    await refused({ ...inputs, dataFolder }, /photos is not empty, and pgstead did not make what is in it/);
    expect(readdirSync(dataFolder)).toEqual(["cat.jpg"]);
    expect([statSync(dataFolder).uid, statSync(dataFolder).mode]).toEqual([before.uid, before.mode]);
  });

  it("does not take over another server's data in silence", async () => {
    const { inputs, outs } = await someServer();
    await refused(
      { ...inputs, instance: "other" },
      /already holds the data of the pgstead server 'test'.*set startFrom to/,
    );
    expect(await ask(outs, "SELECT 1")).toBe(1);
  });

  it("says which setting PostgreSQL does not take, and leaves nothing", async () => {
    const inputs = await refused(
      { settings: { work_mem: "a lot" } },
      /invalid value for parameter "work_mem": "a lot"[\s\S]*Correct that setting/,
    );
    expect(existsSync(inputs.home)).toBe(false);
  });

  it("shows the log's last lines when the server does not come up, and leaves nothing", async () => {
    const inputs = await refused(
      { settings: { shared_preload_libraries: "no_such_library" } },
      /did not start[\s\S]*could not access file "no_such_library"[\s\S]*Correct shared_preload_libraries/,
    );
    expect(readdirSync(inputs.home).filter((name) => name !== "server.log")).toEqual([]);
  });

  it("says what is wrong with a locale", async () => {
    await refused({ locale: "xx_XX.nonsense" }, /invalid locale name "xx_XX.nonsense"[\s\S]*Set locale to/);
  });

  it("undoes one that was killed on the way, before it starts again", async () => {
    const inputs = await someInputs();
    const script = `require(${JSON.stringify(join(__dirname, "../../../providers/embedded-server.ts"))}).create(${JSON.stringify(inputs)})`;
    const child = spawn(process.execPath, ["-r", "./support/typescript.cjs", "-e", script], {
      stdio: "ignore",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    const partial = join(inputs.home, "data", "base");
    while (!existsSync(partial)) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    expect(existsSync(join(inputs.home, "creating.json"))).toBe(true);
    const { outs } = await provider.create(inputs);
    expect(await ask(outs, "SELECT 1")).toBe(1);
    expect(existsSync(join(inputs.home, "creating.json"))).toBe(false);
  });

  it("never removes a folder that someone put in the place of a half-made one", async () => {
    const inputs = await someInputs();
    const dataFolder = join(inputs.home, "data");
    mkdirSync(dataFolder, { recursive: true });
    const cluster = { instance: "test", home: inputs.home, dataFolder, binFolder: "", logFile: "", socketFolder: "" };
    writeNote({ ...cluster, host: inputs.host, port: inputs.port, account: undefined }, undefined);
    renameSync(dataFolder, `${dataFolder}.old`);
    mkdirSync(dataFolder);
    writeFileSync(join(dataFolder, "thesis.txt"), "mine");
    await refused(inputs, /is not empty, and pgstead did not make what is in it/);
    expect(readdirSync(dataFolder)).toEqual(["thesis.txt"]);
  });

  it("never removes a complete data folder, even with a note of its creation beside it", async () => {
    const { inputs, outs } = await someServer();
    writeNote({ ...outs.paths, instance: "test", host: outs.host, port: outs.port, account: undefined }, undefined);
    await refused(inputs, /already holds the data/);
    expect(existsSync(join(outs.paths.dataFolder, "PG_VERSION"))).toBe(true);
  });
});

describe("an initdb that fails", () => {
  it("does not show the password in its error", async () => {
    const inputs = await someInputs({ superuser: 'a"b' });
    const error = await provider.create(inputs).catch((thrown: Error) => thrown);
    expect(String(error)).toContain("cannot be made");
    expect(JSON.stringify(error) + String(error)).not.toContain(password);
    expect(existsSync(inputs.home)).toBe(false);
  });
});

describe("what the inputs may be", () => {
  it("is checked before anything is done, all of it at once", async () => {
    const inputs = await someInputs();
    const bad = {
      ...inputs,
      host: "0.0.0.0",
      port: 0,
      home: "/a$b",
      memory: "much",
      superuser: "pg_admin",
      settings: { port: "1", include: "x" },
    };
    const { failures } = await provider.check({}, bad);
    expect(failures.map(({ property }) => property)).toEqual([
      "home",
      "host",
      "port",
      "superuser",
      "memory",
      "settings",
      "settings",
    ]);
    expect((await provider.check({}, inputs)).failures).toEqual([]);
  });

  it("waits for what a preview does not know yet", async () => {
    const { id, inputs, outs } = await someServer();
    const preview = {
      ...inputs,
      superuserPassword: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      port: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as never,
    };
    expect((await provider.check({}, preview)).failures).toEqual([]);
    expect(await provider.diff(id, outs, preview)).toEqual({ changes: true });
  });

  it("cannot lose the data of a living server", async () => {
    const { id, inputs, outs } = await someServer();
    for (const [changed, message] of [
      [{ locale: "C.UTF-8" }, /locale cannot change from C to C.UTF-8/],
      [{ superuser: "admin" }, /superuser cannot change from postgres to admin/],
      [{ dataFolder: "/elsewhere" }, /dataFolder cannot change.*set startFrom/],
      [{ instance: "renamed" }, /instance cannot change/],
      [{ runAs: "daemon" }, /runAs cannot change/],
    ] as const)
      await expect(provider.diff(id, outs, { ...inputs, ...changed })).rejects.toThrow(message);
    expect(await provider.diff(id, outs, { ...inputs, dataFolder: outs.paths.dataFolder, startFrom: "any" })).toEqual({
      changes: false,
    });
  });
});

describe("the end", () => {
  it("sets the data aside under a dated name, and nothing runs", async () => {
    const { id, outs } = await someServer();
    said();
    await provider.delete(id, outs);
    const kept = readdirSync(outs.paths.home).filter((name) => name.startsWith("data"));
    expect(kept).toEqual([expect.stringMatching(/^data\.kept-\d{8}-\d{6}$/)]);
    expect(said()).toEqual([`The server is stopped; its data is kept in ${join(outs.paths.home, kept[0] ?? "")}.`]);
    expect(processesIn(join(outs.paths.home, kept[0] ?? ""))).toEqual([]);
    expect(existsSync(outs.paths.socketFolder)).toBe(false);
    await expect(ask(outs, "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
    await provider.delete(id, outs);
    expect(await provider.read(id, outs)).toEqual({});
  });

  it("removes all when config says so, also of a crashed server", async () => {
    const { id, outs } = await someServer({ keepData: false });
    await crash(outs);
    await provider.delete(id, outs);
    expect(existsSync(outs.paths.home)).toBe(false);
    await provider.delete(id, outs);
  });
});

describe("data that was set aside", () => {
  const withNotes = async () => {
    const { id, inputs, outs } = await someServer();
    await ask(outs, "CREATE TABLE notes AS SELECT 'kept' AS text");
    await provider.delete(id, outs);
    const kept = readdirSync(inputs.home).find((name) => name.startsWith("data.kept-")) as string;
    return { inputs, outs, kept };
  };

  it("is not adopted in silence: a new server is empty, and says where the data is", async () => {
    const { inputs, kept } = await withNotes();
    said();
    const { outs } = await provider.create(inputs);
    expect(said().join("\n")).toContain(`kept in ${join(inputs.home, kept)}; set startFrom to it`);
    expect(await ask(outs, "SELECT to_regclass('notes')")).toBe(null);
  });

  it("can be started from, with another password, port and settings", async () => {
    const { inputs, outs, kept } = await withNotes();
    const again = {
      ...inputs,
      startFrom: kept,
      superuserPassword: "another one",
      settings: { shared_buffers: "24MB" },
    };
    const made = await provider.create(again);
    expect(await ask(made.outs, "SELECT text FROM notes")).toBe("kept");
    expect(await ask(made.outs, "SELECT current_setting('shared_buffers')")).toBe("24MB");
    expect(made.outs.systemIdentifier).toBe(outs.systemIdentifier);
    await expect(ask(inputs, "SELECT 1")).rejects.toThrow(/password authentication failed/);
    expect(existsSync(join(inputs.home, kept))).toBe(false);
    expect(await provider.diff("test", made.outs, again)).toEqual({ changes: false });
  });

  it("goes back to where it was when the server cannot be made from it", async () => {
    const { inputs, kept } = await withNotes();
    const bad = { ...inputs, startFrom: kept, settings: { shared_preload_libraries: "no_such_library" } };
    await expect(provider.create(bad)).rejects.toThrow(/no_such_library/);
    expect(readdirSync(inputs.home).filter((name) => name.startsWith("data"))).toEqual([kept]);
    const made = await provider.create({ ...inputs, startFrom: join(inputs.home, kept) });
    expect(await ask(made.outs, "SELECT text FROM notes")).toBe("kept");
  });

  it("is refused when it is of another major version, not ours, or not there", async () => {
    const { inputs, kept } = await withNotes();
    const folder = join(inputs.home, kept);
    await expect(provider.create({ ...inputs, startFrom: "data.kept-1" })).rejects.toThrow(
      new RegExp(`does not exist.*${kept}`),
    );
    await expect(provider.create({ ...inputs, startFrom: kept, locale: "C.UTF-8" })).rejects.toThrow(
      /Set locale to C\./,
    );
    writeFileSync(join(folder, "PG_VERSION"), "15\n");
    await expect(provider.create({ ...inputs, startFrom: kept })).rejects.toThrow(
      /is of PostgreSQL 15.*cannot read it. It was not touched/,
    );
    writeFileSync(join(folder, "PG_VERSION"), "16\n");
    writeFileSync(join(folder, "pgstead.json"), "");
    await expect(provider.create({ ...inputs, startFrom: kept })).rejects.toThrow(/was not set aside by pgstead/);
    expect(existsSync(join(folder, "PG_VERSION"))).toBe(true);
  });

  it("that lies in the data folder's own place, its server still running, is gone on with when it is named", async () => {
    const { inputs, outs } = await someServer();
    await ask(outs, "CREATE TABLE notes AS SELECT 'lost state' AS text");
    const made = await provider.create({ ...inputs, startFrom: outs.paths.dataFolder });
    expect(await ask(made.outs, "SELECT text FROM notes")).toBe("lost state");
  });
});
