/** Runs the engine's command line for the project's scripts. */
import { spawn } from "node:child_process";
import { messageOf, UserError } from "../support/errors";
import { removeCutAttributes } from "./cut-attributes";
import { type Engine, findEngine } from "./engine";
import { engineEnvironment, localBackendIsEmpty, usesLocalBackend, usesOwnPassphrase } from "./environment";
import { projectRoot } from "./paths";
import { dropNewSalts, saltedStackFiles } from "./stack-files";
import { removeStaleLocks } from "./stale-locks";

/** The stack that a fresh checkout starts with. */
export const firstStack = "dev";

/** Finds or brings the engine, and makes the first stack of a checkout whose local backend has none. */
export async function prepareEngine(): Promise<Engine> {
  const engine = await findEngine();
  if (usesLocalBackend())
    for (const line of [...removeCutAttributes(), ...removeStaleLocks()]) process.stderr.write(`${line}\n`);
  if (usesLocalBackend() && localBackendIsEmpty()) {
    const status = await runPulumi(engine, ["stack", "init", firstStack, "--non-interactive"], "stderr");
    if (status !== 0)
      throw new UserError(`The stack '${firstStack}' could not be made.`, "Mend what Pulumi says above and try again.");
  }
  return engine;
}

/**
 * Runs one pulumi command in the project's folder, its input and output being ours. Ctrl-C reaches it from the terminal;
 * it is waited for, so that the engine can end in order. @param output where its output goes @returns its exit code
 */
export async function runPulumi(
  engine: Engine,
  args: string[],
  output: "stdout" | "stderr" = "stdout",
): Promise<number> {
  const salted = saltedStackFiles();
  const keepFiles = usesLocalBackend() && usesOwnPassphrase();
  const child = spawn(engine.command, args, {
    cwd: projectRoot,
    env: { ...process.env, ...engineEnvironment(engine) },
    stdio: ["inherit", output === "stdout" ? "inherit" : process.stderr, "inherit"],
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const ignore = () => {};
  process.on("SIGTERM", forward);
  process.on("SIGINT", ignore);
  try {
    return await new Promise((settle, fail) => {
      child.once("error", fail);
      child.once("close", (code, signal) => settle(code ?? (signal === "SIGINT" ? 130 : 143)));
    });
  } finally {
    process.off("SIGTERM", forward);
    process.off("SIGINT", ignore);
    if (keepFiles) dropNewSalts(salted);
  }
}

/** Runs a script's main function: its result is the exit code; an error is shown as one message. */
export function main(script: () => Promise<number>): void {
  script().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      const known = error instanceof UserError;
      process.stderr.write(`error: ${known ? error.message : (error?.stack ?? messageOf(error))}\n`);
      process.exitCode = 1;
    },
  );
}
