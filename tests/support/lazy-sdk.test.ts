/** A program's start: what few programs need is loaded when it is asked for, and works then. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = resolve(__dirname, "../..");

/** Runs a script with the SDK's heavy parts put off, and gives what it prints. */
function run(script: string, environment: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, ["-r", "./support/lazy-sdk.cjs", "-e", script], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
}

it("the SDK and its runner's tracing are there without the compiler, the reader of dependencies, what sends traces and the Automation API", () => {
  // Only a module that has been read has folders in which its own modules are looked for.
  const read = run(
    `require("@pulumi/pulumi/cmd/run/tracing"); require("@pulumi/pulumi"); console.log(["typescript", "@npmcli/arborist", "@opentelemetry/sdk-trace-node", "@opentelemetry/instrumentation-grpc", "@pulumi/pulumi/automation", "@pulumi/pulumi"].filter((name) => require.cache[require.resolve(name)].paths !== undefined))`,
  );
  expect(read).toBe("[ '@pulumi/pulumi' ]\n");
});

it("a function is serialized as without it", () => {
  const script = (free: string) =>
    `${free}; const pulumi = require("@pulumi/pulumi"); const by = 3; pulumi.runtime.serializeFunction((x) => x * by + require("node:os").EOL.length).then(({ text }) => console.log(text))`;
  const plain = execFileSync(process.execPath, ["-e", script("")], { cwd: root, encoding: "utf8" });
  expect(run(script(""))).toBe(plain);
  expect(plain).toContain("x * by");
});

it("a program's trace is sent where --tracing says", async () => {
  const received: string[] = [];
  const collector = createServer(async (request, response) => {
    received.push(await text(request));
    response.statusCode = 202;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  try {
    const script = `const tracing = require("@pulumi/pulumi/cmd/run/tracing"); require("@pulumi/pulumi"); tracing.start("http://127.0.0.1:${(collector.address() as AddressInfo).port}/api/v2/spans"); tracing.newSpan("a part of the program").end(); tracing.stop();`;
    await promisify(execFile)(process.execPath, ["-r", "./support/lazy-sdk.cjs", "-e", script], { cwd: root });
  } finally {
    collector.close();
  }
  const names = received.flatMap((body) => JSON.parse(body).map((span: { name: string }) => span.name));
  expect(names.sort()).toEqual(["a part of the program", "nodejs-runtime-root"]);
});

it("the Automation API is whole", () => {
  const script = `const { automation } = require("@pulumi/pulumi"); console.log(Object.keys(require("@pulumi/pulumi/automation")).length, typeof automation.LocalWorkspace.createOrSelectStack)`;
  const plain = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
  expect(run(script)).toBe(plain);
  expect(plain).toMatch(/^\d\d function\n$/);
});

it("where a promise was made is noted only for the search for leaks; where a resource was, always", () => {
  const script = `const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable"); const { Resource } = require("@pulumi/pulumi"); const made = Promise.resolve(1); function here() { debuggablePromise(made, "one"); } here(); console.log(/at here/.test(made._debugStackTrace), Resource.callsites().length > 0, /at /.test(new Error().stack))`;
  expect(run(script)).toBe("false true true\n");
  expect(run(script, { PULUMI_DEBUG_PROMISE_LEAKS: "true" })).toBe("true true true\n");
});

it("a function that cannot be serialized is told with its file and line, as without it", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-lazy-"));
  try {
    const file = join(folder, "free.js");
    writeFileSync(file, "const bound = JSON.stringify.bind(null);\nexports.free = () => bound(1);\n");
    const script = `const { serializeFunction } = require("@pulumi/pulumi").runtime; require("@pulumi/pulumi/runtime/closure/v8Hooks").isInitializedAsync().then(() => serializeFunction(require(${JSON.stringify(file)}).free)).catch(({ message }) => console.log(message))`;
    const plain = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8", stdio: "pipe" });
    expect(plain).toContain("free.js(2,");
    expect(run(script)).toBe(plain);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("to say where a resource was made, no source map of a package is read, and a program's own is", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-lazy-"));
  try {
    const map = { version: 3, sources: ["own.ts"], names: [], mappings: "AAEA" };
    const file = join(folder, "own.js");
    writeFileSync(file, "exports.callsites = (of) => of.callsites();\n//# sourceMappingURL=own.js.map\n");
    writeFileSync(`${file}.map`, JSON.stringify(map));
    const script = `const fs = require("node:fs"); const { readFileSync } = fs; const maps = []; fs.readFileSync = (path, ...more) => { if (String(path).endsWith(".map")) maps.push(path); return readFileSync(path, ...more); }; require("source-map-support/register"); const { Resource } = require("@pulumi/pulumi"); const sites = require(${JSON.stringify(file)}).callsites(Resource); console.log(maps.length, sites.some(({ file, line }) => /own[.]ts$/.test(file) && line === 3))`;
    const plain = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    expect(plain).toMatch(/^[2-9] true\n$/);
    expect(run(script)).toBe("1 true\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
