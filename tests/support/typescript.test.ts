/** How the project's TypeScript is loaded, and what is kept of it for the next time. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = resolve(__dirname, "../..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-typescript-"));
  mkdirSync(join(folder, "support"));
  for (const name of ["typescript.cjs", "kept-script.cjs"])
    copyFileSync(join(root, "support", name), join(folder, "support", name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  write("one");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A module that another loads. Texts of one length, for V8 by itself tells sources apart by that alone. */
function write(text: string): void {
  writeFileSync(join(folder, "said.ts"), `export const said: string = "${text}";\nexport const say = () => said;\n`);
  writeFileSync(join(folder, "program.ts"), `import { say } from "./said";\nconsole.log(say());\n`);
}

function run(...options: string[]): string {
  return execFileSync(process.execPath, [...options, "-r", "./support/typescript.cjs", "program.ts"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

const cache = () => join(folder, ".pulumi", "typescript");
const kept = (end: string) =>
  readdirSync(cache())
    .filter((name) => name.endsWith(end))
    .map((name) => join(cache(), name));

/** Of `said.ts` in JavaScript, of which V8 made the one in question. */
function keptOfSaid(end: string): string {
  const script = kept(".cjs").find((path) => readFileSync(path, "utf8").includes("const said"));
  return String(script).replace(/\.cjs$/, end);
}

test("what V8 made of a module is kept when the program ends, and not made again", () => {
  expect(run()).toBe("one");
  expect(kept(".v8")).toHaveLength(2);
  const made = kept(".v8").map((path) => readFileSync(path));
  expect(run()).toBe("one");
  expect(kept(".v8").map((path) => readFileSync(path))).toEqual(made);
  expect(readdirSync(cache()).filter((name) => !/\.(cjs|map|v8)$/.test(name))).toEqual([]);
});

test("a module that was changed is read as it is now", () => {
  expect(run()).toBe("one");
  write("two");
  expect(run()).toBe("two");
  write("one");
  expect(run()).toBe("one");
});

test.each([
  ["damaged", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 500 ? byte ^ 0xff : byte)))],
  ["cut off", (bytes: Buffer) => bytes.subarray(0, 300)],
  ["empty", () => Buffer.alloc(0)],
])("what was kept is not used, and made again, where it is %s", (_, spoil) => {
  run();
  const spoilt = spoil(readFileSync(keptOfSaid(".v8")));
  writeFileSync(keptOfSaid(".v8"), spoilt);
  expect(run()).toBe("one");
  const again = readFileSync(keptOfSaid(".v8"));
  expect(again).not.toEqual(spoilt);
  expect(run()).toBe("one");
  expect(readFileSync(keptOfSaid(".v8"))).toEqual(again);
});

test("what was kept of another text is not used in its place", () => {
  run();
  const ofOne = readFileSync(keptOfSaid(".v8"));
  rmSync(cache(), { recursive: true });
  write("two");
  run();
  writeFileSync(keptOfSaid(".v8"), ofOne);
  expect(run()).toBe("two");
});

test("where nothing can be kept the program runs all the same", () => {
  writeFileSync(join(folder, ".pulumi"), "no folder");
  expect(run()).toBe("one");
  expect(readFileSync(join(folder, ".pulumi"), "utf8")).toBe("no folder");
});

test("a module may import another when it needs it, also the next time", () => {
  writeFileSync(join(folder, "program.ts"), `void import("pg").then(({ Client }) => console.log(typeof Client));\n`);
  expect(run()).toBe("function");
  expect(run()).toBe("function");
});

test("an error says its place in the TypeScript to who asks for it", () => {
  writeFileSync(
    join(folder, "program.ts"),
    `interface Left {\n  out: string;\n}\nexport type Both = Left | null;\nconsole.log(new Error("here").stack);\n`,
  );
  expect(run("--enable-source-maps")).toContain("program.ts:5:13");
  expect(run("--enable-source-maps")).toContain("program.ts:5:13");
});
