import { spawn } from "node:child_process";
import { join } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import type { Account } from "./account";

/** What a program left behind: its exit code, and what it wrote. */
export interface Outcome {
  code: number;
  output: string;
}

export interface ProgramOptions {
  /** Runs it as this account instead of our own. */
  account: Account | undefined;
  /** Working folder: PostgreSQL's programs refuse one that they cannot enter. */
  cwd: string;
  /** Text for its standard input. */
  input?: string;
}

/**
 * Runs one of PostgreSQL's programs and waits for its end. No shell is involved, and the environment is a bare one: what surrounds us
 * (passphrases, PG* variables, locale) must not reach a server that lives on for months.
 *
 * @throws UserError when the program cannot be started at all
 */
export function run(binFolder: string, program: string, args: string[], options: ProgramOptions): Promise<Outcome> {
  const path = join(binFolder, process.platform === "win32" ? `${program}.exe` : program);
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd: options.cwd,
      env: bareEnvironment(options.cwd),
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", (error) =>
      reject(
        new UserError(
          `PostgreSQL's program ${path} cannot be run: ${messageOf(error)}.`,
          "Run `npm ci` again; if that does not help, check the permissions of that file and of the folders above it.",
          { cause: error },
        ),
      ),
    );
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128, output: signal === null ? output : `${output}\nended by ${signal}` }),
    );
  });
}

function bareEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "LD_LIBRARY_PATH"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), HOME: home, LC_ALL: "C", TZ: "UTC" };
}
