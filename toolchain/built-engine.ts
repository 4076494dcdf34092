/** The engine for closed networks: the CLI built from its own Go module, pinned in toolchain/go.mod. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../support/errors";
import { engineVersion } from "./official-engine";
import { projectRoot, toolchainFolder } from "./paths";

const mainPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const goFolder = join(projectRoot, "toolchain");

/** Folder of the built CLI and of the stand-ins that the engine expects beside it. */
export const builtEngineFolder = join(toolchainFolder, `built-v${engineVersion}`);

/**
 * Builds the CLI, or finds it built: about ten CPU-minutes once. Go's own build cache keeps what is compiled, so that an
 * interrupted build goes on where it stopped. @returns the CLI's path. @throws UserError without a usable Go.
 */
export async function buildEngine(): Promise<string> {
  const command = join(builtEngineFolder, process.platform === "win32" ? "pulumi.exe" : "pulumi");
  if (existsSync(command)) return command;
  requireGo();
  mkdirSync(builtEngineFolder, { recursive: true });
  const say = progress(`Building Pulumi ${engineVersion} from its Go module`);
  say("looking for its modules");
  let total = 0;
  let fetched = 0;
  // Lists what has to be compiled, and fetches just the modules that this takes: `go mod download` would fetch all that
  // any of them names.
  await go(
    ["list", "-deps", mainPackage],
    () => total++,
    (line) => {
      if (line.startsWith("go: downloading")) say(`${++fetched} modules fetched`);
    },
  );
  let compiled = 0;
  const partial = `${command}.partial-${process.pid}`;
  try {
    // -v names every package as it is compiled; those in the build cache already are not named.
    await go(
      [
        "build",
        "-v",
        "-trimpath",
        "-ldflags",
        `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`,
        "-o",
        partial,
        mainPackage,
      ],
      () => {},
      () => say(`${++compiled} of at most ${total} packages compiled`),
    );
    renameSync(partial, command);
  } finally {
    rmSync(partial, { force: true });
    say.end(existsSync(command) ? "built" : "stopped");
  }
  return command;
}

function requireGo(): void {
  const wanted = /^go (\S+)/m.exec(readFileSync(join(goFolder, "go.mod"), "utf8"))?.[1] ?? "";
  const found = spawnSync("go", ["env", "GOVERSION"], { cwd: goFolder, encoding: "utf8" });
  if (found.status === 0) return;
  const problem =
    found.error === undefined
      ? `the Go on PATH cannot build it: ${(found.stderr ?? "").trim()}`
      : `there is no Go on PATH to build it with`;
  throw new UserError(
    `Pulumi's engine is not on this machine, its download site cannot be reached, and ${problem}.`,
    `Either install Go ${wanted} or later and run this again, or bring Pulumi's official archives in a folder and name it in PGSTEAD_PLUGINS (README, "Closed networks").`,
  );
}

/** Runs go in toolchain/, handing over its lines; its last lines become the error where it fails. */
function go(
  args: string[],
  onLine: (line: string) => void,
  onErrorLine: (line: string) => void = () => {},
): Promise<void> {
  return new Promise((settle, fail) => {
    const child = spawn("go", args, {
      cwd: goFolder,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const tail: string[] = [];
    createInterface({ input: child.stdout }).on("line", onLine);
    createInterface({ input: child.stderr }).on("line", (line) => {
      tail.push(line);
      if (tail.length > 12) tail.shift();
      onErrorLine(line);
    });
    child.once("error", fail);
    child.once("close", (code) => {
      if (code === 0) settle();
      else
        fail(
          new UserError(
            `go ${args[0]} ended with ${code} while building Pulumi's engine:\n${tail.join("\n")}`,
            "Mend what it says (disk, memory, module proxy) and run this again: what is compiled is kept.",
          ),
        );
    });
  });
}

/** A line of progress with the time gone: rewritten in place on a terminal, every 15 s where output goes to a file. */
function progress(title: string): { (state: string): void; end(state: string): void } {
  const started = Date.now();
  const interactive = process.stderr.isTTY === true;
  let state = "";
  const line = () => `${title}: ${state} (${elapsed(Date.now() - started)})`;
  const write = () => process.stderr.write(interactive ? `\r\x1b[K${line()}` : `${line()}\n`);
  const timer = setInterval(write, interactive ? 1_000 : 15_000);
  const say = (next: string) => {
    const first = state === "";
    state = next;
    if (first) write();
  };
  return Object.assign(say, {
    end(last: string) {
      clearInterval(timer);
      state = last;
      write();
      if (interactive) process.stderr.write("\n");
    },
  });
}

function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
