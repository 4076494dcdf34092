/** The command line: `pgstead plan | migrate | verify | retry-rejects`. */
import { existsSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { version } from "../package.json";
import { messageOf, UserError } from "../support/errors";
import { withPassword } from "../support/password";
import { type PostgresTarget, parsePostgresUrl } from "../support/postgres";
import { type Command, commands, takes, usage } from "./cli-usage";
import type { CompareQuery, MigrationOptions } from "./model";
import { type MigrationInput, migrationOptions } from "./options";
import type { RetryInput } from "./retry/retry-rejects";

/** The command was not called as it must be. */
class UsageError extends Error {}

type Invocation = Reading | { command: "retry-rejects"; input: RetryInput; json: boolean };

/** Of a command that reads the SQLite database. */
interface Reading {
  command: Exclude<Command, "retry-rejects">;
  input: MigrationInput;
  /** `plan` can do without. */
  hasTarget: boolean;
  json: boolean;
  report: string | null;
}

const flags = {
  source: { type: "string" },
  target: { type: "string" },
  schema: { type: "string" },
  mode: { type: "string" },
  exclude: { type: "string", multiple: true },
  "batch-size": { type: "string" },
  "bad-rows": { type: "string" },
  verify: { type: "string" },
  type: { type: "string", multiple: true },
  mixed: { type: "string" },
  "max-rejects": { type: "string", multiple: true },
  orphans: { type: "string" },
  "bad-text": { type: "string", multiple: true },
  names: { type: "string" },
  rename: { type: "string", multiple: true },
  distribute: { type: "string", multiple: true },
  overwrite: { type: "boolean" },
  compare: { type: "string", multiple: true },
  "work-folder": { type: "string" },
  report: { type: "string" },
  rejects: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsConfig["options"];

/**
 * Runs one command. The result goes to standard output, progress and errors to standard error.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code: 0 done and verified, 1 the run or the verification failed, 2 wrong usage
 */
export async function main(argv: string[]): Promise<number> {
  try {
    const invocation = read(argv);
    return typeof invocation === "string" ? say(invocation) : await run(invocation);
  } catch (error) {
    const wrong = error instanceof UsageError;
    process.stderr.write(`pgstead: ${messageOf(error)}\n`);
    if (!wrong && !(error instanceof UserError) && process.env.PGSTEAD_DEBUG !== undefined) console.error(error);
    return wrong ? 2 : 1;
  }
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** @returns what to run, or the text that was asked for */
function read([first, ...rest]: string[]): Invocation | string {
  if (first === "--version" || first === "-v") return `${version}\n`;
  if (first === "--help" || first === "-h" || first === "help") return usage();
  const command = commands.find((name) => name === first);
  if (command === undefined)
    throw new UsageError(
      `${first === undefined ? "No command was given" : `There is no command ${first}`}: use ${commands.join(", ")}, or --help.`,
    );
  const values = parse(rest);
  if (values.help === true) return usage(command);
  for (const option of Object.keys(values))
    if (!takes(command, option))
      throw new UsageError(`${command} has no option --${option}. See pgstead ${command} --help.`);
  if (command === "retry-rejects") return { command, input: readRetry(values), json: values.json === true };
  if (command === "verify" && values.verify === "off") throw new UsageError("--verify off would leave nothing to do.");
  const hasTarget = values.target !== undefined || command !== "plan" || values.mode === "existing";
  const input = readInput(values, hasTarget);
  return { command, input, hasTarget, json: values.json === true, report: values.report ?? null };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

const nowhere: PostgresTarget = { host: "", port: 0, database: "", user: "", password: "", tls: "disable" };

function readRetry({ rejects, target, schema }: ReturnType<typeof parse>): RetryInput {
  if (rejects === undefined) throw new UsageError("--rejects is missing: the file of the rows that a run set aside.");
  if (target === undefined) throw new UsageError("--target is missing: postgresql://user@host:port/database.");
  try {
    return { rejects, target: withPassword(parsePostgresUrl(target)), ...defined({ schema }) };
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function readInput(values: ReturnType<typeof parse>, hasTarget: boolean): MigrationInput {
  if (values.source === undefined) throw new UsageError("--source is missing: the SQLite database to read.");
  if (values.target === undefined && hasTarget)
    throw new UsageError("--target is missing: postgresql://user@host:port/database.");
  try {
    const input: MigrationInput = {
      source: values.source,
      target: values.target === undefined ? nowhere : withPassword(parsePostgresUrl(values.target)),
      ...defined({
        schema: values.schema,
        mode: values.mode as MigrationOptions["mode"] | undefined,
        excludeTables: values.exclude?.flatMap((names) => names.split(",")).filter((name) => name !== ""),
        batchSize: values["batch-size"] === undefined ? undefined : Number(values["batch-size"]),
        badRows: values["bad-rows"] as MigrationOptions["badRows"] | undefined,
        verification: values.verify as MigrationOptions["verification"] | undefined,
        types: readMap("type", values.type),
        mixed: values.mixed as MigrationOptions["mixed"] | undefined,
        ...readLimits(values["max-rejects"] ?? []),
        badText: readMap(
          "bad-text",
          values["bad-text"]?.map((text) => (text.includes("=") ? text : `*=${text}`)),
        ) as MigrationOptions["badText"] | undefined,
        names: values.names as MigrationOptions["names"] | undefined,
        rename: readMap("rename", values.rename),
        distribution: readMap("distribute", values.distribute),
        orphans: values.orphans as MigrationOptions["orphans"] | undefined,
        overwrite: values.overwrite,
        compareQueries: values.compare?.map(readCompare),
        workFolder: values["work-folder"],
      }),
    };
    return migrationOptions(input);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** NAME=VALUE, each once. The value holds no `=`, which a name may. */
function readMap(flag: string, entries: string[] | undefined): Record<string, string> | undefined {
  return (
    entries &&
    Object.fromEntries(
      entries.map((text) => {
        const at = text.lastIndexOf("=");
        if (at < 1) throw new UsageError(`--${flag} ${text} is not of the form NAME=VALUE.`);
        return [text.slice(0, at), text.slice(at + 1)];
      }),
    )
  );
}

/** N in total, TABLE=N of one table. */
function readLimits(entries: string[]): Partial<Pick<MigrationOptions, "maxRejects" | "maxRejectsByTable">> {
  const total = entries.filter((text) => !text.includes("="));
  const byTable = Object.entries(
    readMap(
      "max-rejects",
      entries.filter((text) => text.includes("=")),
    ) ?? {},
  );
  return {
    ...(total.length === 0 ? {} : { maxRejects: Number(total.at(-1)) }),
    ...(byTable.length === 0
      ? {}
      : { maxRejectsByTable: Object.fromEntries(byTable.map(([table, count]) => [table, Number(count)])) }),
  };
}

function readCompare(text: string): CompareQuery {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--compare ${text} has no name: write it as NAME=SQL.`);
  return { name: text.slice(0, at), sql: text.slice(at + 1) };
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** Each command loads only what it needs: the help must not wait for it. */
const modules = {
  migrate: () => require("./migrate") as typeof import("./migrate"),
  ledger: () => require("./load/ledger") as typeof import("./load/ledger"),
  verify: () => require("./verify/verify-target") as typeof import("./verify/verify-target"),
  planSource: () => require("./plan-source") as typeof import("./plan-source"),
  retry: () => require("./retry/retry-rejects") as typeof import("./retry/retry-rejects"),
  retryText: () => require("./report/retry") as typeof import("./report/retry"),
  plan: () => require("./report/plan") as typeof import("./report/plan"),
  summary: () => require("./report/summary") as typeof import("./report/summary"),
  verification: () => require("./report/verification") as typeof import("./report/verification"),
};

async function run(invocation: Invocation): Promise<number> {
  const { json } = invocation;
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const show = (value: unknown, text: string) => say(`${json ? JSON.stringify(value, null, 2) : text.trimEnd()}\n`);
  if (invocation.command === "retry-rejects") {
    const retried = await modules.retry().retryRejects(invocation.input, progress);
    show(retried, modules.retryText().renderRetry(retried));
    return retried.rejects === null ? 0 : 1;
  }
  const { command, input, hasTarget, report } = invocation;
  if (command === "plan") {
    const planned = hasTarget
      ? await modules.migrate().plan(input, progress)
      : await modules.planSource().planSource(migrationOptions(input));
    return show(planned, modules.plan().renderPlan(planned));
  }
  if (command === "verify") {
    const verification = await modules.verify().verifyTarget(input, report, progress);
    show(verification, modules.verification().renderVerification(verification));
    return verification.status === "verified" ? 0 : 1;
  }
  const { migrate, MigrationFailed } = modules.migrate();
  const { renderSummary } = modules.summary();
  try {
    const done = await migrate(input, progress);
    return show(done, renderSummary(done));
  } catch (error) {
    const { AlreadyLoaded } = modules.ledger();
    if (error instanceof AlreadyLoaded) {
      const { id, report, files } = error.recorded;
      progress(
        `The data was moved in by the run ${id} already, from this source and with these options: nothing is loaded again.`,
      );
      if (!existsSync(files.html))
        progress("Its report is not where it was to be: this is what the target's ledger has.");
      return show(report, report.summary);
    }
    if (error instanceof MigrationFailed) show(error.report, renderSummary(error.report));
    throw error;
  }
}
