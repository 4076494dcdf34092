import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAlive, projectRoot, type StandIns, startPlugin, temporaryStandIns, until } from "./stand-ins";

const names = [
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "pulumi-resource-random",
  "pulumi-resource-postgresql",
];

let standIns: StandIns;
beforeAll(() => {
  standIns = temporaryStandIns();
});
afterAll(() => standIns?.remove());

test.each(names)("%s says its port first, listens on loopback, and ends at an interrupt", async (name) => {
  const plugin = await startPlugin(standIns.launcher(name), { arguments: ["127.0.0.1:9"] });
  expect(plugin.port).toBeGreaterThan(1023);
  await expect(connects("127.0.0.1", plugin.port)).resolves.toBe(true);
  const started = Date.now();
  plugin.process.kill("SIGINT");
  await plugin.ended;
  // The engine kills what has not ended after five seconds.
  expect(Date.now() - started).toBeLessThan(4_000);
});

test.each(names)("%s ends when its engine is killed", async (name) => {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-orphan-"));
  try {
    // An engine that is killed can tell its plugins nothing.
    const engine = spawn(
      "/bin/sh",
      ["-c", `"$0" 127.0.0.1:9 > "$1/port" & echo $! > "$1/pid"; wait`, standIns.launcher(name), folder],
      {
        cwd: projectRoot,
        stdio: "ignore",
      },
    );
    const port = () => read(join(folder, "port"));
    await until("the plugin says its port", () => /^\d+\n/.test(port()));
    const pid = Number(read(join(folder, "pid")));
    expect(isAlive(pid)).toBe(true);
    engine.kill("SIGKILL");
    await until("the plugin has ended", () => !isAlive(pid), 5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("no launcher, nor what it starts, has a path of the project in it: a moved project keeps working", () => {
  for (const name of names) {
    expect(readFileSync(standIns.launcher(name), "utf8")).not.toContain(projectRoot);
    expect(readFileSync(`${standIns.launcher(name)}.js`, "utf8")).not.toContain(projectRoot);
  }
});

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function connects(host: string, port: number): Promise<boolean> {
  // A listener of our own on the same address and port is refused when the plugin has it.
  const probe = createServer();
  return new Promise((done) => {
    probe.once("error", (error: NodeJS.ErrnoException) => done(error.code === "EADDRINUSE"));
    probe.listen(port, host, () => {
      const taken = (probe.address() as AddressInfo).port !== port;
      probe.close(() => done(taken));
    });
  });
}
