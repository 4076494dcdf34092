/** Tells the application that it has a new secret: runs the operator's command, without a shell, whenever one was handed out. */
import { spawn } from "node:child_process";
import { audit } from "../support/audit";
import { messageOf, UserError } from "../support/errors";
import { isUnknown } from "../support/unknown-value";

interface Inputs {
  /** Program and arguments. */
  command: string[];
  role: string;
  version: string;
  /** Changes with everything that the application connects with; no secret. */
  trigger: string;
  /** The files that hold the secret by now, for the command's environment; empty for none. */
  envFile: string;
  secretFile: string;
  auditFile: string;
}

const timeoutSeconds = 60;
const shownLines = 10;

export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  await tell(inputs);
  return { id: inputs.command[0] ?? "", outs: inputs };
}

/** A changed command alone tells nobody anything new; it is recorded for the next time. */
export async function diff(_id: string, olds: Inputs, news: Inputs) {
  if (isUnknown(news)) return { changes: true };
  const names = ["command", "trigger", "envFile", "secretFile"] as const;
  return { changes: names.some((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name])) };
}

/** When the command fails, nothing is recorded, and the next `up` runs it again. */
export async function update(_id: string, olds: Inputs, news: Inputs) {
  if (olds.trigger !== news.trigger) await tell(news);
  return { outs: news };
}

async function tell(inputs: Inputs): Promise<void> {
  const [program = "", ...args] = inputs.command;
  // Pulumi's own variables hold the stack's config, secrets too.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
  const said = await run(program, args, {
    ...Object.fromEntries(inherited),
    PGSTEAD_ROLE: inputs.role,
    PGSTEAD_SECRET_VERSION: inputs.version,
    PGSTEAD_ENV_FILE: inputs.envFile,
    PGSTEAD_SECRET_FILE: inputs.secretFile,
  });
  for (const line of said) console.log(`${program}: ${line}`);
  audit(inputs.auditFile, { event: "told", version: inputs.version, role: inputs.role, to: inputs.command.join(" ") });
}

/** @returns the last lines of what it printed. @throws UserError when it could not be run, failed, or did not end */
function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const next =
    "Mend the command (pgstead:notifyCommand); `pulumi up` runs it again. The new secret is in place already.";
  return new Promise((settle, fail) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutSeconds * 1000 });
    let output = "";
    const collect = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) =>
      fail(new UserError(`The command ${program} cannot be run: ${messageOf(error)}.`, next)),
    );
    child.once("close", (code, signal) => {
      const lines = output.trimEnd().split(/\r?\n/).slice(-shownLines);
      if (code === 0) return settle(output === "" ? [] : lines);
      const how = signal === null ? `ended with ${code}` : `did not end within ${timeoutSeconds} s`;
      fail(new UserError(`The command ${program} ${how}: ${lines.join("\n")}`, next));
    });
  });
}
