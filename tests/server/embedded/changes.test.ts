import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as provider from "../../../providers/embedded-server";
import { writeConfiguration } from "../../../server/embedded/configuration";
import { findServer } from "../../../server/embedded/existing";
import { plannedSettings } from "../../../server/embedded/settings";
import { scramVerifier } from "../../../support/scram";
import { freePort } from "../../support/postgres";
import { ask, capturedConsole, crash, endServers, session, someServer } from "./servers";

let said: () => string[];
beforeEach(() => {
  said = capturedConsole();
});
afterEach(endServers);

const started = (server: Parameters<typeof ask>[0]) => ask(server, "SELECT pg_postmaster_start_time()::text");

describe("settings", () => {
  it("that reload are reloaded: named in the preview, in force, and the server has not stopped", async () => {
    const { id, inputs, outs } = await someServer();
    const before = await started(outs);
    const wanted = { ...inputs, settings: { ...inputs.settings, work_mem: "9MB", log_min_duration_statement: "1s" } };
    said();
    expect(await provider.diff(id, outs, wanted)).toEqual({ changes: true });
    expect(said()).toEqual([
      "work_mem: 16MB -> 9MB (reload)",
      "log_min_duration_statement: PostgreSQL's default -> 1s (reload)",
    ]);
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(
      await ask(after, "SELECT current_setting('work_mem') || ' ' || current_setting('log_min_duration_statement')"),
    ).toBe("9MB 1s");
    expect(await started(after)).toBe(before);
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: false });
  });

  it("that need a restart wait for a transaction that is under way, and go on when it is done", async () => {
    const { id, inputs, outs } = await someServer();
    await session(outs, async (client) => {
      await client.query("BEGIN; CREATE TABLE late (id int)");
      const commit = setTimeout(() => void client.query("COMMIT"), 1500);
      said();
      const wanted = { ...inputs, settings: { max_connections: "37" }, restartWait: "2min" };
      const { outs: after } = await provider.update(id, outs, wanted);
      clearTimeout(commit);
      expect(said()[0]).toMatch(/waits up to 2min for transactions: postgres@postgres \(pgstead\), process \d+/);
      expect(await ask(after, "SELECT count(*)::int FROM late")).toBe(0);
    }).catch((error) => {
      // The restart ends the idle session.
      if (!/terminat|connection/i.test(String(error))) throw error;
    });
  });

  it("that need a restart are given up when a transaction is not done in time, where config says so", async () => {
    const { id, inputs, outs } = await someServer();
    const before = await started(outs);
    await session(outs, async (client) => {
      await client.query("BEGIN; CREATE TABLE kept (id int)");
      const wanted = {
        ...inputs,
        settings: { max_connections: "37" },
        restartWait: "1s",
        restartOverdue: "fail" as const,
      };
      await expect(provider.update(id, outs, wanted)).rejects.toThrow(
        /was not restarted: after 1s transactions were still under way: postgres@postgres.*restartOverdue/s,
      );
      await client.query("COMMIT");
    });
    expect(await started(outs)).toBe(before);
    expect(await ask(outs, "SELECT count(*)::int FROM pg_settings WHERE pending_restart")).toBe(0);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });

  it("that need a restart restart it once, together with the others", async () => {
    const { id, inputs, outs } = await someServer();
    await ask(outs, "CREATE TABLE notes AS SELECT 'here' AS text");
    const before = await started(outs);
    const wanted = { ...inputs, settings: { shared_buffers: "24MB", max_connections: "37", work_mem: "9MB" } };
    said();
    await provider.diff(id, outs, wanted);
    expect(said().sort()).toEqual([
      "max_connections: 100 -> 37 (restart)",
      "shared_buffers: 16MB -> 24MB (restart)",
      "work_mem: 16MB -> 9MB (reload)",
    ]);
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(said()).toEqual([expect.stringMatching(/was restarted once; its \d+ settings are verified/)]);
    expect(await started(after)).not.toBe(before);
    expect(
      readFileSync(outs.paths.logFile, "utf8").match(/database system is ready to accept connections/g),
    ).toHaveLength(2);
    expect(await ask(after, "SELECT count(*)::int FROM pg_settings WHERE pending_restart")).toBe(0);
    expect(await ask(after, "SELECT text FROM notes")).toBe("here");
  });

  it("that are taken out of config go back to their default", async () => {
    const { id, inputs, outs } = await someServer({
      settings: { shared_buffers: "16MB", track_io_timing: "on", max_locks_per_transaction: "99" },
    });
    const { outs: after } = await provider.update(id, outs, { ...inputs, settings: { shared_buffers: "16MB" } });
    expect(
      await ask(after, "SELECT current_setting('track_io_timing') || current_setting('max_locks_per_transaction')"),
    ).toBe("off64");
  });

  it("with quotes, units and spellings of all kinds are verified as what they mean", async () => {
    const settings = {
      shared_buffers: "16384kB",
      search_path: `"it's", public`,
      log_checkpoints: "NO",
      checkpoint_timeout: "0.25h",
      wal_compression: "on",
      shared_preload_libraries: "pg_stat_statements, auto_explain",
      "pg_stat_statements.max": "1000",
      "auto_explain.log_min_duration": "2s",
      "myapp.flavour": "any",
      bgwriter_lru_multiplier: "2.50",
      log_line_prefix: "%m back\\slash ",
    };
    const { id, inputs, outs } = await someServer({ settings });
    expect(await ask(outs, "SELECT current_setting('checkpoint_timeout')")).toBe("15min");
    expect(await ask(outs, "SELECT reset_val FROM pg_settings WHERE name = 'search_path'")).toBe(`"it's", public`);
    expect(await ask(outs, "SELECT current_setting('log_line_prefix')")).toBe("%m back\\slash ");
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });

  it("edited by hand are noticed and written again", async () => {
    const { id, inputs, outs } = await someServer();
    appendFileSync(join(outs.paths.dataFolder, "pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
    said();
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: true });
    expect(said()).toEqual(["postgresql.conf or pg_hba.conf was edited by hand: it is written again"]);
    const { outs: after } = await provider.update(id, outs, inputs);
    expect(await ask(after, "SELECT count(*)::int FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'")).toBe(
      0,
    );
    expect(await provider.diff(id, after, inputs)).toEqual({ changes: false });
  });

  it("whose change was interrupted between writing and reloading are taken by the next one", async () => {
    const { id, inputs, outs } = await someServer();
    const wanted = { ...inputs, settings: { ...inputs.settings, work_mem: "9MB" } };
    const cluster = findServer(outs, wanted, () => {});
    if (cluster === undefined) throw new Error("no server");
    await writeConfiguration(cluster, await plannedSettings(cluster, wanted));
    expect(await provider.diff(id, outs, wanted)).toEqual({ changes: true });
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(await ask(after, "SELECT current_setting('work_mem')")).toBe("9MB");
    rmSync(join(outs.paths.dataFolder, "pg_hba.conf"));
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: true });
    await provider.update(id, after, wanted);
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: false });
  });

  it("that ALTER SYSTEM holds against config are reported, with both ways out, and nobody's word is overwritten", async () => {
    const { id, inputs, outs } = await someServer();
    await session(outs, async (client) => {
      await client.query("ALTER SYSTEM SET work_mem = '5MB'");
      await client.query("SELECT pg_reload_conf()");
    });
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: true });
    await expect(provider.update(id, outs, inputs)).rejects.toThrow(
      /work_mem is 5MB by ALTER SYSTEM, not 16MB: run ALTER SYSTEM RESET work_mem, or put 5MB into/,
    );
    const agreed = { ...inputs, settings: { ...inputs.settings, work_mem: "5MB" } };
    const { outs: after } = await provider.update(id, outs, agreed);
    expect(await provider.diff(id, after, agreed)).toEqual({ changes: false });
  });
});

describe("a configuration that the server does not start with", () => {
  it("is rolled back: the former one runs, and the error has the log's last lines", async () => {
    const { id, inputs, outs } = await someServer();
    const wanted = {
      ...inputs,
      port: await freePort(),
      settings: { ...inputs.settings, shared_preload_libraries: "no_such_library" },
    };
    await expect(provider.update(id, outs, wanted)).rejects.toThrow(
      /did not start[\s\S]*could not access file "no_such_library"[\s\S]*The former configuration was put back, and the server runs with it/,
    );
    expect(await ask(outs, "SELECT current_setting('shared_preload_libraries')")).toBe("");
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });

  it("is rolled back when the server was dead before, too", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const wanted = { ...inputs, settings: { shared_preload_libraries: "no_such_library" } };
    await expect(provider.update(id, outs, wanted)).rejects.toThrow(
      /The former configuration was put back, and the server runs with it/,
    );
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });

  it("is not even tried when PostgreSQL refuses to read it", async () => {
    const { id, inputs, outs } = await someServer();
    const before = await started(outs);
    const wanted = { ...inputs, settings: { no_such_setting: "1" } };
    await expect(provider.update(id, outs, wanted)).rejects.toThrow(
      /PostgreSQL does not accept the settings; nothing was changed[\s\S]*unrecognized configuration parameter "no_such_setting"/,
    );
    expect(await started(outs)).toBe(before);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });
});

describe("a new minor version of the programs", () => {
  it("is said, and taken with one restart", async () => {
    const { id, inputs, outs } = await someServer();
    const before = await started(outs);
    const recorded = { ...outs, version: "16.1" };
    said();
    expect(await provider.diff(id, recorded, inputs)).toEqual({ changes: true });
    expect(said()).toEqual([`PostgreSQL 16.1 becomes ${outs.version} (restart)`]);
    const { outs: after } = await provider.update(id, recorded, inputs);
    expect(after).toEqual(outs);
    expect(await started(after)).not.toBe(before);
  });
});

describe("address and port", () => {
  it("change with one restart", async () => {
    const { id, inputs, outs } = await someServer();
    const wanted = {
      ...inputs,
      port: await freePort(),
      host: process.platform === "darwin" ? "127.0.0.1" : "127.0.0.2",
    };
    said();
    await provider.diff(id, outs, wanted);
    expect(said()).toContain(`port: ${inputs.port} -> ${wanted.port} (restart)`);
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(await ask(after, "SELECT inet_server_port()")).toBe(wanted.port);
    await expect(ask(inputs, "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: false });
  });

  it("that are taken leave the server as it was", async () => {
    const { id, inputs, outs } = await someServer();
    const before = await started(outs);
    const listener = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const port = (listener.address() as { port: number }).port;
    await expect(provider.update(id, outs, { ...inputs, port })).rejects.toThrow(/is taken by/);
    listener.close();
    expect(await started(outs)).toBe(before);
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
  });
});

describe("the superuser's password", () => {
  it("changes in the running server: the old one stops working, and the log never sees it", async () => {
    const { id, inputs, outs } = await someServer({ settings: { shared_buffers: "16MB", log_statement: "all" } });
    const before = await started(outs);
    const wanted = { ...inputs, superuserPassword: "the/Next=one" };
    said();
    expect(await provider.diff(id, outs, wanted)).toEqual({ changes: true });
    expect(said()).toEqual(["the superuser postgres gets another password"]);
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(await ask(after, "SELECT 1")).toBe(1);
    await expect(ask(outs, "SELECT 1")).rejects.toThrow(/password authentication failed/);
    expect(await started(after)).toBe(before);
    const log = readFileSync(outs.paths.logFile, "utf8");
    expect(log).toContain("ALTER ROLE");
    expect(log).not.toContain("the/Next=one");
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: false });
  });

  it("heals when a crash came between the server and the record, and when someone else changed it", async () => {
    const { id, inputs, outs } = await someServer();
    const wanted = { ...inputs, superuserPassword: "next" };
    await provider.update(id, outs, wanted);
    // The record still has the first password.
    const { outs: healed } = await provider.update(id, outs, wanted);
    expect(await ask(healed, "SELECT 1")).toBe(1);
    await ask(healed, "ALTER ROLE postgres PASSWORD 'by hand'");
    expect(await provider.diff(id, healed, wanted)).toEqual({ changes: true });
    said();
    const { outs: again } = await provider.update(id, healed, wanted);
    expect(said()[0]).toContain("changed by other means: the server is stopped for a moment");
    expect(await ask(again, "SELECT 1")).toBe(1);
  });

  it("and settings change together while the server is down", async () => {
    const { id, inputs, outs } = await someServer();
    await crash(outs);
    const wanted = { ...inputs, superuserPassword: "next", settings: { shared_buffers: "24MB" } };
    expect(await provider.diff(id, outs, wanted)).toEqual({ changes: true });
    const { outs: after } = await provider.update(id, outs, wanted);
    expect(await ask(after, "SELECT current_setting('shared_buffers')")).toBe("24MB");
    expect(await provider.diff(id, after, wanted)).toEqual({ changes: false });
  });

  it("is sent as the verifier that PostgreSQL itself would keep", async () => {
    // The example of RFC 7677, section 3: its salt, and the server key that gives its server signature.
    const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
    expect(scramVerifier("pencil", 4096, salt)).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
    const { outs } = await someServer();
    await ask(outs, "SET password_encryption = 'scram-sha-256'; CREATE ROLE twin LOGIN PASSWORD 'pencil'").catch(
      () => {},
    );
    const kept = String(await ask(outs, "SELECT rolpassword FROM pg_authid WHERE rolname = 'twin'"));
    expect(scramVerifier("pencil", 4096, Buffer.from(kept.split(/[:$]/)[2] ?? "", "base64"))).toBe(kept);
  });
});
