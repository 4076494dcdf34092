/** What a program and its providers load when they start. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

/** Runs a script in a process of its own, as the project's TypeScript is run, and gives what it prints. */
function run(script: string): string {
  return execFileSync(process.execPath, ["-r", "./support/typescript.cjs", "-e", script], {
    cwd: resolve(__dirname, "../.."),
    encoding: "utf8",
  });
}

it("what a program loads of this project takes no driver for a server", () => {
  const loaded = run(
    `for (const name of ["application-database", "postgres-server", "settings"]) require("./components/" + name + ".ts"); console.log(Object.keys(require.cache).filter((path) => /node_modules.pg.lib/.test(path)))`,
  );
  expect(loaded).toBe("[]\n");
});

it("the driver is loaded without what fetch needs", () => {
  const loaded = run(`require("pg"); console.log(process.moduleLoadList.filter((name) => /undici/.test(name)))`);
  expect(loaded).toBe("[]\n");
});
