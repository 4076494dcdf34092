import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { readKey } from "../../support/env-text";
import { builtEngineFolder } from "../../toolchain/built-engine";
import { kill, withDescendants } from "./processes";

const root = join(__dirname, "..", "..");

/** A checkout of its own: the project's present files in a temporary folder, with nothing brought or made there yet. */
export class TestProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "pgstead-project-")));

  /** Everything that its commands have printed, failed and killed ones too; but for those that were asked for secrets. */
  printed = "";

  /** @param environment variables for every command; `undefined` unsets one */
  constructor(readonly environment: Record<string, string | undefined> = {}) {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
    for (const file of listed.toString().split("\0")) {
      if (file === "" || file.startsWith("tests/") || !existsSync(join(root, file))) continue;
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      copyFileSync(join(root, file), join(this.folder, file));
    }
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Gives the project the engine that was built for this checkout, so that it is not built once more. */
  adoptBuiltEngine(): void {
    const own = builtEngineFolder.replace(root, this.folder);
    mkdirSync(own, { recursive: true });
    if (existsSync(join(builtEngineFolder, "pulumi"))) linkSync(join(builtEngineFolder, "pulumi"), join(own, "pulumi"));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs a script of toolchain/ as npm would. Both streams are kept apart and together. */
  run(script: "start" | "pulumi" | "env", ...args: string[]): Promise<Result> {
    return this.spawn(...scriptCommand(script, args));
  }

  /** Runs a pulumi command. @returns what it prints @throws when it fails */
  async pulumi(...args: string[]): Promise<string> {
    const { code, output } = await this.run("pulumi", ...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  /** Makes the stack what its config says. */
  up(...args: string[]): Promise<string> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  /**
   * Runs a pulumi command, and kills it with all that it has started once it has come so far.
   *
   * @param here ends when it has
   */
  async killedAt(here: () => Promise<void>, ...args: string[]): Promise<void> {
    const { child, result } = this.#start(...scriptCommand("pulumi", args));
    const ended = result.then(({ code, output }) => {
      throw new Error(`pulumi ${args.join(" ")} ended with ${code} before it was killed:\n${output}`);
    });
    try {
      await Promise.race([here(), ended]);
    } finally {
      ended.catch(() => {});
      for (const pid of withDescendants(child.pid ?? 0)) kill(pid);
    }
    await result;
  }

  /** @param onOutput gets what is printed, as it comes */
  spawn(command: string, args: string[], onOutput: (text: string) => void = () => {}): Promise<Result> {
    return this.#start(command, args, onOutput).result;
  }

  #start(command: string, args: string[], onOutput: (text: string) => void = () => {}) {
    const env = { ...process.env, ...this.environment };
    // Variables of the surrounding session must not decide what the project does.
    for (const name of Object.keys(env))
      if ((name.startsWith("PULUMI_") || name.startsWith("PGSTEAD_")) && !(name in this.environment)) delete env[name];
    const child = spawn(command, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const result: Result = { code: 0, stdout: "", stderr: "", output: "" };
    const note = (text: string) => {
      result.output += text;
      if (!args.includes("--show-secrets")) this.printed += text;
    };
    child.stdout.on("data", (data) => {
      result.stdout += data;
      note(String(data));
      onOutput(String(data));
    });
    child.stderr.on("data", (data) => {
      result.stderr += data;
      note(String(data));
    });
    const ended = new Promise<Result>((settle, fail) => {
      child.once("error", fail);
      child.once("close", (code, signal) => settle({ ...result, code: code ?? `killed by ${signal}` }));
    });
    return { child, result: ended };
  }

  /** DATABASE_URL, as the application finds it in its .env. */
  get databaseUrl(): string {
    const url = readKey(readFileSync(this.path(".env"), "utf8"), "DATABASE_URL");
    if (url === undefined) throw new Error("no DATABASE_URL in .env");
    return url;
  }

  /** Asks as the application does. */
  async query(sql: string, url = this.databaseUrl): Promise<Record<string, unknown>[]> {
    const client = new Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Result {
  code: number | string;
  stdout: string;
  stderr: string;
  output: string;
}

function scriptCommand(script: string, args: string[]): [string, string[]] {
  return [process.execPath, ["-r", "./support/typescript.cjs", `toolchain/${script}.ts`, ...args]];
}
