import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { version as randomVersion } from "@pulumi/random/package.json";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installStandIns, standInMarker } from "../../../toolchain/offline/install";
import { call, projectRoot, type StandIns, startPlugin, temporaryStandIns } from "./stand-ins";

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
  const script = `${standIns.launcher("pulumi-language-nodejs")}.bundle.js`;
  writeFileSync(script, "half of it");
  writeFileSync(join(standIns.binFolder, `pulumi-language-nodejs.${standInMarker}`), "");
  again();
  expect(readFileSync(script, "utf8")).not.toBe("half of it");

  const marker = join(dirname(random()), standInMarker);
  writeFileSync(marker, "older");
  for (const file of [".js", ".bundle.js"]) writeFileSync(`${random()}${file}`, "older");
  again();
  const plugin = await startPlugin(random());
  await plugin.stop();
});

test("what V8 made of a stand-in is kept for its next start", async () => {
  const kept = `${random()}.bundle.v8`;
  expect(await versionSaid()).toBe(randomVersion);
  const made = statSync(kept).mtimeMs;
  const longEnough = Date.now() + 2_000;
  expect(await versionSaid(() => Date.now() > longEnough)).toBe(randomVersion);
  expect(statSync(kept).mtimeMs).toBe(made);
});

test.each([
  ["of another bundle", (_kept: string) => rewrite(`${random()}.bundle.js`, randomVersion, otherVersion)],
  ["cut off", (kept: string) => truncateSync(kept, 100_000)],
  ["damaged", (kept: string) => damage(kept, 200_000)],
  ["empty", (kept: string) => writeFileSync(kept, "")],
])("what was kept is not used and made again where it is %s", async (_, happens) => {
  const kept = `${random()}.bundle.v8`;
  await versionSaid();
  happens(kept);
  const spoilt = readFileSync(kept);
  const bundle = readFileSync(`${random()}.bundle.js`, "utf8");
  expect(await versionSaid(() => !readFileSync(kept).equals(spoilt))).toBe(
    bundle.includes(`"${otherVersion}"`) ? otherVersion : randomVersion,
  );
});

/** As long as the real one: V8 by itself tells sources apart by their length alone. */
const otherVersion = randomVersion.replace(/\d/g, "9");

/** Starts the stand-in, and asks it which version it is; it ends when something is there, by default what V8 made of it. */
async function versionSaid(isThere = () => existsSync(`${random()}.bundle.v8`)): Promise<string> {
  const plugin = await startPlugin(random());
  const client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, credentials.createInsecure());
  try {
    const info: PluginInfo = await call(client, client.getPluginInfo, new Empty());
    await vi.waitUntil(isThere, { timeout: 20_000 });
    return info.getVersion();
  } finally {
    client.close();
    await plugin.stop();
  }
}

function rewrite(file: string, from: string, to: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to));
}

function damage(file: string, at: number): void {
  const content = readFileSync(file);
  content.writeUInt8(content.readUInt8(at) ^ 0xff, at);
  writeFileSync(file, content);
}

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
