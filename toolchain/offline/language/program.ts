import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../../../support/errors";
import type { RuntimeOptions } from "./runtime-options";

/** What the engine asks to be run. */
export interface ProgramRequest {
  programFolder: string;
  rootFolder: string;
  entryPoint: string;
  arguments: string[];
  organization: string;
  project: string;
  stack: string;
  /** Keys as `namespace:name`. */
  config: Map<string, string>;
  secretConfigKeys: string[];
  dryRun: boolean;
  parallel: number;
  monitorAddress: string;
  engineAddress: string;
}

/** How a program ended: `bail` when it has told the user already what is wrong. */
export interface ProgramResult {
  error: string;
  bail: boolean;
}

/** The SDK's own exit code for an error that it has shown (nodeJSProcessExitedAfterLoggingUserActionableMessage). */
const alreadyReported = 32;
const killMilliseconds = 5_000;

/**
 * Runs the SDK's own runner, as the official host does. The SDK talks to the engine directly: the official host's
 * proxy and pipes are for synchronous invokes, which the SDK gave up (nothing in 3.248.0 reads them). What the program
 * writes goes to this process's own output, which the engine shows.
 */
export class Program {
  readonly #child: ChildProcess;
  readonly result: Promise<ProgramResult>;

  constructor(request: ProgramRequest, options: RuntimeOptions, environment: NodeJS.ProcessEnv) {
    const runner = environment.PULUMI_LANGUAGE_NODEJS_RUN_PATH ?? "@pulumi/pulumi/cmd/run";
    this.#child = spawn(
      process.execPath,
      [...options.nodeArguments, locate(runner, request.programFolder), ...runnerArguments(request)],
      { stdio: ["ignore", "inherit", "inherit"], env: { ...environment, ...runnerEnvironment(request, options) } },
    );
    this.result = new Promise((resolve) => {
      this.#child.once("error", (error) =>
        resolve({ error: `Problem executing program (could not run node): ${error.message}`, bail: false }),
      );
      this.#child.once("exit", (code, signal) => resolve(resultOf(code, signal)));
    });
  }

  /** Interrupts the program, and kills it when it does not end within five seconds. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGINT");
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), killMilliseconds);
    await this.result;
    clearTimeout(kill);
  }
}

/** The file that a module's name means in a program's folder. @throws UserError when the packages are not installed */
export function locate(module: string, programFolder: string): string {
  try {
    return createRequire(join(programFolder, "package.json")).resolve(module);
  } catch (error) {
    throw new UserError(`The Pulumi SDK is not installed in ${programFolder}.`, "Run npm ci there.", { cause: error });
  }
}

function runnerArguments(request: ProgramRequest): string[] {
  const named: [string, string][] = [
    ["monitor", request.monitorAddress],
    ["engine", request.engineAddress],
    ["organization", request.organization],
    ["project", request.project],
    ["root-directory", request.rootFolder],
    ["stack", request.stack],
    ["pwd", request.programFolder],
    ["parallel", String(request.parallel)],
  ];
  return [
    ...named.flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.dryRun ? ["--dry-run"] : []),
    request.entryPoint,
    ...request.arguments,
  ];
}

/** Config travels in the environment, so that no secret is on a command line. */
function runnerEnvironment(request: ProgramRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  const config = Object.fromEntries([...request.config].map(([key, value]) => [runnerKey(key), value]));
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.secretConfigKeys),
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** `namespace:name` as `namespace:config:name`, which every version of the SDK reads. */
function runnerKey(key: string): string {
  const [namespace, ...rest] = key.split(":");
  const name = rest[0] === "config" && rest.length > 1 ? rest.slice(1) : rest;
  return `${namespace}:config:${name.join(":")}`;
}

function resultOf(code: number | null, signal: NodeJS.Signals | null): ProgramResult {
  if (code === 0) return { error: "", bail: false };
  if (code === alreadyReported) return { error: "", bail: true };
  const how = signal === null ? `with non-zero exit code: ${code}` : `on signal ${signal}`;
  return { error: `Program exited ${how}`, bail: false };
}
