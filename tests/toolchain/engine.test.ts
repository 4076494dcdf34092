import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadSiteReachable } from "../../toolchain/official-engine";
import { TestProject } from "../support/project";

/** A pulumi that says which version it is, and otherwise what it was called with and which environment it got. */
const fakePulumi = (version: string) => `#!/bin/sh
if [ "$1" = version ]; then echo v${version}; exit 0; fi
echo "called: $*"
echo "home: $PULUMI_HOME"
echo "backend: $PULUMI_BACKEND_URL"
echo "passphrase file: $PULUMI_CONFIG_PASSPHRASE_FILE"
echo "no downloads: $PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"
if [ "$1" = fail ]; then exit 7; fi
`;

let folder: string;
let projects: TestProject[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-engine-"));
  projects = [];
});
afterEach(() => {
  for (const project of projects) project.remove();
  rmSync(folder, { recursive: true, force: true });
});

function project(environment: Record<string, string | undefined>): TestProject {
  // A home of its own: a login of whoever runs the tests must not choose the backend.
  const made = new TestProject({ HOME: folder, ...environment });
  projects.push(made);
  return made;
}

/** A PATH on which pulumi is of that version, or none at all. */
function pathWith(version?: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  if (version !== undefined) writeFileSync(join(bin, "pulumi"), fakePulumi(version), { mode: 0o755 });
  return [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
}

/** An archive as Pulumi publishes it. */
function archive(name: string, files: Record<string, string>): void {
  const content = mkdtempSync(join(folder, "content-"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(content, file)), { recursive: true });
    writeFileSync(join(content, file), text, { mode: 0o755 });
  }
  mkdirSync(join(folder, "archives"), { recursive: true });
  execFileSync("tar", ["-czf", join(folder, "archives", name), "-C", content, ...Object.keys(files)]);
}

const arch = process.arch === "x64" ? "amd64" : process.arch;
const system = process.platform;

describe("the engine", () => {
  it("is the one on PATH where it is of a supported version, run with the project's home, backend and passphrase", async () => {
    const p = project({ PATH: pathWith("3.200.1"), PGSTEAD_PLUGINS: undefined });
    const run = await p.run("pulumi", "about", "--json");
    expect(run.output).toContain("Pulumi 3.200.1, from PATH");
    expect(run.stdout).toContain("called: about --json");
    expect(run.stdout).toContain(`home: ${p.path(".pulumi", "home")}`);
    expect(run.stdout).toContain(`backend: file://${p.path(".pulumi", "state")}`);
    expect(run.stdout).toContain(`passphrase file: ${p.path(".pulumi", "passphrase")}`);
    expect(statSync(p.path(".pulumi", "passphrase")).mode & 0o777).toBe(0o600);
    expect(run.code).toBe(0);
  });

  it("is looked for again when the one on PATH was updated, and not before", async () => {
    const p = project({ PATH: pathWith("3.200.1") });
    await p.run("pulumi", "about");
    expect((await p.run("pulumi", "about")).output).not.toContain("from PATH");
    pathWith("3.201.0");
    expect((await p.run("pulumi", "about")).output).toContain("Pulumi 3.201.0, from PATH");
  });

  it("hands on the exit code", async () => {
    expect((await project({ PATH: pathWith("3.200.1") }).run("pulumi", "fail")).code).toBe(7);
  });

  it("is refused, with both ways out, where the one on PATH is too old", async () => {
    const run = await project({ PATH: pathWith("3.1.0") }).run("pulumi", "about");
    expect(run.output).toMatch(
      /error: The pulumi on PATH \(.*\) has version 3\.1\.0; .*Update it, or take it off PATH/,
    );
    expect(run.code).toBe(1);
  });

  it("comes from the operator's archive before PATH, and its plugins with it", async () => {
    archive(`pulumi-v3.300.0-${system}-${process.arch}.tar.gz`, { "pulumi/pulumi": fakePulumi("3.300.0") });
    archive(`pulumi-resource-random-v4.99.0-${system}-${arch}.tar.gz`, { "pulumi-resource-random": "official" });
    archive(`pulumi-resource-postgresql-v3.99.0-${system}-${arch}.tar.gz`, {
      "pulumi-resource-postgresql": "official",
    });
    archive(`pulumi-resource-random-v9.0.0-plan9-${arch}.tar.gz`, { "pulumi-resource-random": "of another system" });
    const p = project({ PATH: pathWith("3.200.1"), PGSTEAD_PLUGINS: join(folder, "archives") });
    const run = await p.run("pulumi", "about");
    expect(run.output).toContain("Pulumi 3.300.0, from the official archive.");
    const plugins = p.path(".pulumi", "home", "plugins");
    expect(readFileSync(join(plugins, "resource-random-v4.99.0", "pulumi-resource-random"), "utf8")).toBe("official");
    expect(readFileSync(join(plugins, "resource-postgresql-v3.99.0", "pulumi-resource-postgresql"), "utf8")).toBe(
      "official",
    );
    expect((await p.run("pulumi", "about")).output).not.toContain("from the official archive");
  });

  it("is refused where only official parts may be used and the archives lack a plugin", async (context) => {
    if (await downloadSiteReachable()) context.skip("Pulumi's download site has what the archives lack");
    archive(`pulumi-v3.300.0-${system}-${process.arch}.tar.gz`, { "pulumi/pulumi": fakePulumi("3.300.0") });
    archive(`pulumi-resource-random-v4.99.0-${system}-${arch}.tar.gz`, { "pulumi-resource-random": "official" });
    const p = project({ PATH: pathWith(), PGSTEAD_PLUGINS: join(folder, "archives"), PGSTEAD_ENGINE: "official" });
    const run = await p.run("pulumi", "about");
    expect(run.output).toMatch(
      /error: PGSTEAD_ENGINE=official, but the archives hold no fitting plugin for postgresql/,
    );
    expect(run.code).toBe(1);
  });

  it("says so when an archive is damaged, and leaves nothing half-unpacked", async () => {
    mkdirSync(join(folder, "archives"));
    writeFileSync(join(folder, "archives", `pulumi-v3.300.0-${system}-${process.arch}.tar.gz`), "not an archive");
    const p = project({ PATH: pathWith(), PGSTEAD_PLUGINS: join(folder, "archives") });
    const run = await p.run("pulumi", "about");
    expect(run.output).toMatch(/error: .*pulumi-v3\.300\.0.* could not be unpacked.*Fetch that archive again/s);
    expect(run.code).toBe(1);
  });

  it.each([
    [{ PGSTEAD_PLUGINS: "/no/such/folder" }, /PGSTEAD_PLUGINS names \/no\/such\/folder, which is not a folder/],
    [{ PGSTEAD_ENGINE: "offical" }, /PGSTEAD_ENGINE is 'offical'\. Set it to official or closed/],
  ])("is not looked for under a wish that cannot be met: %j", async (environment, message) => {
    const run = await project({ PATH: pathWith("3.200.1"), ...environment }).run("pulumi", "about");
    expect(run.output).toMatch(message);
    expect(run.code).toBe(1);
  });

  it("names the two ways out where it has to be built and there is no Go", async () => {
    const bare = join(folder, "bare");
    mkdirSync(bare);
    for (const tool of ["sh", "git", "tar"]) {
      const found = execFileSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
      writeFileSync(join(bare, tool), `#!/bin/sh\nexec ${found} "$@"\n`);
      chmodSync(join(bare, tool), 0o755);
    }
    const run = await project({ PATH: bare, PGSTEAD_ENGINE: "closed" }).run("pulumi", "about");
    expect(run.output).toMatch(
      /there is no Go on PATH.*install Go 1\.\S+ or later.*official archives.*PGSTEAD_PLUGINS/s,
    );
    expect(run.code).toBe(1);
  });
});

describe("a lock in the local backend", () => {
  function lock(p: TestProject, name: string, pid: number, host = hostname()): string {
    const locks = p.path(".pulumi", "state", ".pulumi", "locks", "organization", "pgstead", "dev");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, `${name}.json`), JSON.stringify({ pid, username: "someone", hostname: host }));
    return join(locks, `${name}.json`);
  }

  it("is removed when the engine that made it was killed, and stays while it may still work", async () => {
    const p = project({ PATH: pathWith("3.200.1") });
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const [ofDead, ofLiving, ofElsewhere] = [
      lock(p, "dead", dead),
      lock(p, "living", process.pid),
      lock(p, "elsewhere", dead, "another.example"),
    ];
    const run = await p.run("pulumi", "about");
    expect(run.stderr).toContain(`The pulumi process ${dead}, which held the stack's lock, does not run any more`);
    expect([ofDead, ofLiving, ofElsewhere].map((path) => existsSync(path))).toEqual([false, true, true]);
  });
});

describe("an empty file of attributes in the local backend", () => {
  it("is removed, and one that is whole stays", async () => {
    const p = project({ PATH: pathWith("3.200.1") });
    const stacks = p.path(".pulumi", "state", ".pulumi", "stacks", "pgstead");
    mkdirSync(stacks, { recursive: true });
    const [cut, whole] = [join(stacks, "dev.json.attrs"), join(stacks, "prod.json.attrs")];
    writeFileSync(cut, "");
    writeFileSync(whole, '{"md5":null}\n');
    const run = await p.run("pulumi", "about");
    expect(run.stderr).toContain("killed while it wrote stacks/pgstead/dev.json.attrs");
    expect([cut, whole].map((path) => existsSync(path))).toEqual([false, true]);
  });
});

describe("npm run env", () => {
  it("prints what makes plain `pulumi` the project's engine, and nothing else on stdout", async () => {
    const p = project({ PATH: pathWith("3.200.1") });
    const run = await p.run("env");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^(export [A-Z_]+=.*\n)+$/);
    const shell = await p.spawn("/bin/sh", ["-c", `${run.stdout}\npulumi about`]);
    expect(shell.stdout).toContain(`home: ${p.path(".pulumi", "home")}`);
  });
});

describe("a user's own choices", () => {
  it.each([
    ["a backend of their own", { PULUMI_BACKEND_URL: "s3://bucket" }, "backend: s3://bucket"],
    ["an access token", { PULUMI_ACCESS_TOKEN: "pul-invented" }, "backend: \n"],
    ["a passphrase file of their own", { PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" }, "passphrase file: /mine"],
  ])("win: %s", async (_what, environment, line) => {
    const run = await project({ PATH: pathWith("3.200.1"), ...environment }).run("pulumi", "about");
    expect(run.stdout).toContain(line);
  });

  it("win: a login made with `pulumi login`", async () => {
    mkdirSync(join(folder, ".pulumi"));
    writeFileSync(join(folder, ".pulumi", "credentials.json"), '{"current":"https://api.example.com"}');
    const run = await project({ PATH: pathWith("3.200.1") }).run("pulumi", "about");
    expect(run.stdout).toContain("backend: \n");
  });
});
