import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "@pulumi/docker/package.json";
import { archivesIn, bestArchive } from "../../../toolchain/archives";
import { bundlePlugin, launcherText } from "../../../toolchain/offline/install";

const name = "pulumi-resource-docker";

/** The folder of PGSTEAD_PLUGINS where it holds the official docker plugin. */
export function officialPlugin(): string | undefined {
  const folder = process.env.PGSTEAD_PLUGINS ?? "";
  const there = folder !== "" && existsSync(folder) && statSync(folder).isDirectory();
  return there && bestArchive(archivesIn(folder), "docker", version) !== undefined ? folder : undefined;
}

/** Packs the stand-in under the official archive's name, into a folder as an operator brings it. @returns the folder, to be removed */
export function packStandIn(): string {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-plugins-"));
  const content = join(folder, "content");
  mkdirSync(content);
  writeFileSync(
    join(content, `${name}.js`),
    bundlePlugin(join(__dirname, "main.ts"), join(__dirname, "..", "..", "..")),
  );
  writeFileSync(join(content, name), launcherText(name));
  chmodSync(join(content, name), 0o755);
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const archive = join(folder, `${name}-v${version}-${process.platform}-${arch}.tar.gz`);
  execFileSync("tar", ["-C", content, "-czf", archive, "."]);
  rmSync(content, { recursive: true });
  return folder;
}
