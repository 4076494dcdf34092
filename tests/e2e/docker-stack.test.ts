/**
 * A stack with `instance: docker`. Its whole life needs a Docker Engine and Pulumi's docker plugin, which no package registry holds: name a folder with its
 * official archive in PGSTEAD_PLUGINS. Without the plugin, that `up` says so before anything changes is what can be seen here.
 */
import { existsSync, statSync } from "node:fs";
import { version as wanted } from "@pulumi/docker/package.json";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { archivesIn, bestArchive } from "../../toolchain/archives";
import { buildImage, docker, noDocker, testImage } from "../support/docker";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
const newer = "pgstead-test/postgres:16-newer";
const reason = noDocker() ?? noPlugin();
if (reason !== undefined) console.warn(`The life of a stack in a container did not run: ${reason}.`);

function noPlugin(): string | undefined {
  const folder = process.env.PGSTEAD_PLUGINS ?? "";
  const there = folder !== "" && existsSync(folder) && statSync(folder).isDirectory();
  if (there && bestArchive(archivesIn(folder), "docker", wanted) !== undefined) return undefined;
  return `Pulumi's docker plugin is not here: PGSTEAD_PLUGINS names no folder with pulumi-resource-docker-v${wanted}-<os>-<arch>.tar.gz`;
}

let project: TestProject;
beforeEach(async () => {
  project = new TestProject();
  project.adoptBuiltEngine();
  for (const [key, value] of Object.entries({
    instance: "docker",
    image: testImage,
    imageSource: "local",
    memory: "512MB",
    workload: "desktop",
    port: String(await freePort()),
    keepData: "false",
  }))
    await pulumi("config", "set", key, value);
}, 5 * minutes);
afterEach(() => project.remove());

async function pulumi(...args: string[]): Promise<string> {
  const { code, output } = await project.run("pulumi", ...args);
  expect(code, output).toBe(0);
  return output;
}

const up = (...args: string[]) => pulumi("up", "--yes", "--skip-preview", ...args);

/** What the stack's record holds. */
async function resources(): Promise<{ type: string; id?: string }[]> {
  const { stdout } = await project.run("pulumi", "stack", "export");
  return JSON.parse(stdout).deployment.resources ?? [];
}

it(
  "without the docker plugin says so, and what to do, before anything is made",
  async () => {
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const refused = await project.run("pulumi", ...command);
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/needs Pulumi's Docker plugin .*Nothing was changed.*PGSTEAD_PLUGINS/s);
    }
    expect((await resources()).map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
    expect(existsSync(project.path(".env"))).toBe(false);
  },
  5 * minutes,
);

describe.skipIf(reason !== undefined)("a stack in a container", () => {
  afterAll(() => {
    for (const image of [testImage, newer])
      try {
        docker("rmi", "-f", image);
      } catch {
        // It was not made.
      }
  });

  const container = async () => (await resources()).find(({ type }) => type === "docker:index/container:Container")?.id;

  it(
    "is made, changed in place, given a newer image with its data, and ends with nothing left",
    async () => {
      buildImage();
      buildImage(newer, { PG_VERSION: "16.99" });
      project.environment.PGSTEAD_PLUGINS = process.env.PGSTEAD_PLUGINS;
      expect(await up()).toMatch(/verified/);
      expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
      await up("--expect-no-changes");
      const first = await container();
      await pulumi("config", "set", "--path", "postgresSettings.max_connections", "33");
      await up();
      expect(await project.query("SHOW max_connections")).toEqual([{ max_connections: "33" }]);
      expect(await container()).toBe(first);
      await pulumi("config", "set", "image", newer);
      await up();
      expect(await container()).not.toBe(first);
      expect(await project.query("SELECT count(*)::int AS n FROM audit_logs")).toEqual([{ n: 32 }]);
      expect(await project.query("SHOW max_connections")).toEqual([{ max_connections: "33" }]);
      await pulumi("destroy", "--yes", "--skip-preview");
      for (const kind of ["container", "volume", "network"])
        expect(docker(kind, "ls", "--quiet", "--filter", "label=pgstead.stack=pgstead-dev")).toBe("");
    },
    15 * minutes,
  );
});
