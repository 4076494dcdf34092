import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { version as randomVersion } from "@pulumi/random/package.json";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installStandIns, standInMarker } from "../../../toolchain/offline/install";
import { projectRoot, type StandIns, startPlugin, temporaryStandIns } from "./stand-ins";

let standIns: StandIns;
beforeEach(() => {
  standIns = temporaryStandIns();
});
afterEach(() => standIns.remove());

function again(): void {
  installStandIns({ projectRoot, binFolder: standIns.binFolder, pluginFolder: standIns.pluginFolder });
}

const random = () => standIns.launcher("pulumi-resource-random");

test("a second time writes nothing", () => {
  const before = statSync(random()).mtimeMs;
  again();
  expect(statSync(random()).mtimeMs).toBe(before);
});

test("what is missing, damaged by an interruption, or of an older source is made again", async () => {
  rmSync(random());
  again();
  expect(existsSync(random())).toBe(true);

  // Interrupted: the marker is there, but says nothing yet.
  const script = `${standIns.launcher("pulumi-language-nodejs")}.js`;
  writeFileSync(script, "half of it");
  writeFileSync(join(standIns.binFolder, `pulumi-language-nodejs.${standInMarker}`), "");
  again();
  expect(readFileSync(script, "utf8")).not.toBe("half of it");

  const marker = join(dirname(random()), standInMarker);
  writeFileSync(marker, "older");
  writeFileSync(`${random()}.js`, "older");
  again();
  const plugin = await startPlugin(random());
  await plugin.stop();
});

test("stand-ins work from wherever their folder is moved to", async () => {
  const moved = join(standIns.folder, "moved here");
  renameSync(dirname(random()), moved);
  const plugin = await startPlugin(join(moved, "pulumi-resource-random"), { cwd: standIns.folder });
  expect(plugin.port).toBeGreaterThan(0);
  await plugin.stop();
});

test("an official plugin is left alone, and only the plugins that are asked for are put there", () => {
  const pluginFolder = join(standIns.folder, "others");
  const folder = join(pluginFolder, `resource-random-v${randomVersion}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pulumi-resource-random"), "the official one");
  installStandIns({ projectRoot, binFolder: undefined, pluginFolder, plugins: ["random"] });
  expect(readFileSync(join(folder, "pulumi-resource-random"), "utf8")).toBe("the official one");
  expect(existsSync(join(folder, standInMarker))).toBe(false);
  expect(existsSync(join(pluginFolder, "resource-postgresql-v3.18.1"))).toBe(false);
});

test("packages that are not installed are named, with what to do", () => {
  expect(() =>
    installStandIns({ projectRoot: standIns.folder, binFolder: undefined, pluginFolder: standIns.pluginFolder }),
  ).toThrow(/@pulumi\/pulumi is not installed.*npm ci/);
});
