/** `npm start [stack]`: makes the stack what its config says, and shows the proof and where the database is. */
import { spawnSync } from "node:child_process";
import type { ReportDigest } from "../migration/report/digest";
import { UserError } from "../support/errors";
import type { Engine } from "./engine";
import { engineEnvironment } from "./environment";
import { projectRoot } from "./paths";
import { firstStack, main, prepareEngine, runPulumi } from "./run";

main(async () => {
  const stack = process.argv[2] ?? firstStack;
  const engine = await prepareEngine();
  const selected = await runPulumi(engine, ["stack", "select", stack, "--create", "--non-interactive"]);
  if (selected !== 0) return selected;
  const status = await runPulumi(engine, ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack]);
  if (status === 0) show(outputs(engine, stack));
  return status;
});

/** Those outputs of index.ts that are shown. */
interface StackOutputs {
  host: string;
  port: number;
  databaseName: string;
  loginRole: string;
  serverVersion: string;
  report?: ReportDigest | null;
  envFilePath?: string | null;
}

/** The stack's outputs; secrets stay masked. */
function outputs(engine: Engine, stack: string): StackOutputs {
  const run = spawnSync(engine.command, ["stack", "output", "--json", "--stack", stack], {
    cwd: projectRoot,
    env: { ...process.env, ...engineEnvironment(engine) },
    encoding: "utf8",
    maxBuffer: 256 * 2 ** 20,
  });
  if (run.status !== 0)
    throw new UserError(
      `The outputs of '${stack}' cannot be read: ${run.stderr.trim()}`,
      "Try `npm run pulumi -- stack output`.",
    );
  return JSON.parse(run.stdout);
}

function show({ report, envFilePath, ...at }: StackOutputs): void {
  const proof = !report ? "No migration is configured (pgstead:source)." : report.summary;
  const url = `postgresql://${at.loginRole}:***@${at.host}:${at.port}/${at.databaseName}`;
  const password = !envFilePath
    ? "The URL with its password: npm run -s pulumi -- stack output url --show-secrets"
    : `The URL with its password is DATABASE_URL in ${envFilePath}`;
  const queries = (report?.queries ?? []).map(({ name, rows }) => {
    const shown = rows.slice(0, 10).map((row) => row.join(" "));
    return `${name}: ${[...shown, ...(rows.length > shown.length ? ["…"] : [])].join(", ")}`;
  });
  process.stdout.write(
    `\n${[proof, ...queries].join("\n")}\n\nPostgreSQL ${at.serverVersion} is at ${url}\n${password}\n`,
  );
}
