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
  /** Seconds by resource, as the engine tells them. */
  parts: [string, number][];
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
    await pulumi(stack, "config", "set", "port", String(await freePort()));
    await pulumi(stack, "config", "set", "keepData", "false");
    const first = await up(stack);
    console.log(`The sample stack's first up: ${first.wall.toFixed(2)} s\n`);
    for (const [resource, seconds] of first.parts) console.log(`${seconds.toFixed(2).padStart(6)} s  ${resource}`);
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

async function pulumi(project: TestProject, ...args: string[]): Promise<string> {
  const { code, output } = await project.run("pulumi", ...args);
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`);
  return output;
}

async function up(project: TestProject): Promise<Up> {
  const started = performance.now();
  const output = await pulumi(project, "up", "--yes", "--skip-preview", "--suppress-outputs");
  const wall = (performance.now() - started) / 1000;
  const lines = output.matchAll(/^ *\+ +(\S+) (\S+) created \(([\d.]+)s\)/gm);
  const parts = [...lines].map(([, type, name, seconds]): [string, number] => [`${name} (${type})`, Number(seconds)]);
  return { wall, parts: parts.sort(([, a], [, b]) => b - a) };
}

const best = (seconds: number[] = []) => Math.min(...seconds);

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
