/**
 * `npm run bench:up -- [--times N]`: what `pulumi up` costs. The parts of the sample stack's first `up`, the engine being there; then a `up` with nothing
 * to change beside that of an empty program with the same engine, alternating, best of five.
 */
import { rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../tests/support/postgres";
import { TestProject } from "../tests/support/project";

interface Up {
  /** Seconds. */
  wall: number;
  /** For each resource, the seconds at which it was begun and done. */
  parts: { resource: string; begun: number; done: number }[];
}

interface Program {
  /** Of Pulumi.yaml. */
  runtime: string;
  main: string;
  text: string;
}

/** Programs that make nothing. */
const empty: Record<string, Program> = {
  "an empty program in TypeScript, as `pulumi new typescript` makes it": {
    runtime: "nodejs",
    main: "index.ts",
    text: 'import * as pulumi from "@pulumi/pulumi";\n',
  },
  "a JavaScript program of one line, which loads the SDK": {
    runtime: "{ name: nodejs, options: { typescript: false } }",
    main: "index.js",
    text: 'require("@pulumi/pulumi");\n',
  },
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { times: { type: "string", default: "5" } } });
  const stack = new TestProject();
  const projects = new Map([["the sample stack", stack]]);
  try {
    stack.adoptBuiltEngine();
    await stack.pulumi("config", "set", "port", String(await freePort()));
    await stack.pulumi("config", "set", "keepData", "false");
    const first = await up(stack);
    console.log(`The sample stack's first up: ${first.wall.toFixed(2)} s\n`);
    for (const { resource, begun, done } of first.parts)
      console.log(`${(done - begun).toFixed(2).padStart(6)} s, from ${begun.toFixed(2)} s on  ${resource}`);
    for (const [name, program] of Object.entries(empty)) {
      const project = emptyProject(program);
      projects.set(name, project);
      await up(project);
    }
    const walls = new Map([...projects.keys()].map((name) => [name, [] as number[]]));
    for (let time = 1; time <= Number(values.times); time++)
      for (const [name, project] of projects) walls.get(name)?.push((await up(project)).wall);
    console.log("\nup with nothing to change:\n");
    const own = best(walls.get("the sample stack"));
    for (const [name, all] of walls)
      console.log(
        `${best(all).toFixed(2).padStart(6)} s  ${name} (the sample stack: ${(own / best(all)).toFixed(2)} ×)`,
      );
  } finally {
    const { stdout } = await stack.run("pulumi", "stack", "output", "dataFolder");
    await stack.run("pulumi", "destroy", "--yes", "--skip-preview");
    // As root the server's files may be outside the project.
    if (stdout.trim().startsWith("/")) rmSync(dirname(stdout.trim()), { recursive: true, force: true });
    for (const project of projects.values()) project.remove();
  }
}

function emptyProject({ runtime, main, text }: Program): TestProject {
  const project = new TestProject();
  project.adoptBuiltEngine();
  writeFileSync(project.path("Pulumi.yaml"), `name: empty\nruntime: ${runtime}\nmain: ${main}\n`);
  rmSync(project.path("Pulumi.dev.yaml"));
  writeFileSync(project.path(main), text);
  return project;
}

async function up(project: TestProject): Promise<Up> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const begun = new Map<string, number>();
  const parts: Up["parts"] = [];
  const { code, output } = await project.spawn(
    process.execPath,
    [
      "-r",
      "./support/typescript.cjs",
      "toolchain/pulumi.ts",
      ...["up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink"],
    ],
    (text) => {
      for (const [, type, name, state] of text.matchAll(/^ *\+ +(\S+) (\S+) (creating|created)/gm)) {
        const resource = `${name} (${type})`;
        if (state === "creating") begun.set(resource, seconds());
        else parts.push({ resource, begun: begun.get(resource) ?? 0, done: seconds() });
      }
    },
  );
  if (code !== 0) throw new Error(`up failed:\n${output}`);
  return { wall: seconds(), parts: parts.sort((a, b) => a.begun - b.begun) };
}

const best = (seconds: number[] = []) => Math.min(...seconds);

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
