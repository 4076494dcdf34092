/** A program's start: what only the serialization of functions needs is loaded when that is asked for, and works then. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

/** Runs a script with the SDK's heavy parts put off, and gives what it prints. */
function run(script: string): string {
  return execFileSync(process.execPath, ["-r", "./support/lazy-sdk.cjs", "-e", script], {
    cwd: resolve(__dirname, "../.."),
    encoding: "utf8",
  });
}

it("the SDK is there without the compiler and the reader of dependencies", () => {
  // Only a module that has been read has folders in which its own modules are looked for.
  const read = run(
    `require("@pulumi/pulumi"); console.log(["typescript", "@npmcli/arborist", "@pulumi/pulumi"].filter((name) => require.cache[require.resolve(name)].paths !== undefined))`,
  );
  expect(read).toBe("[ '@pulumi/pulumi' ]\n");
});

it("a function is serialized as without it", () => {
  const script = (free: string) =>
    `${free}; const pulumi = require("@pulumi/pulumi"); const by = 3; pulumi.runtime.serializeFunction((x) => x * by + require("node:os").EOL.length).then(({ text }) => console.log(text))`;
  const plain = execFileSync(process.execPath, ["-e", script("")], {
    cwd: resolve(__dirname, "../.."),
    encoding: "utf8",
  });
  expect(run(script(""))).toBe(plain);
  expect(plain).toContain("x * by");
});
