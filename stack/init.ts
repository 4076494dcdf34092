/** `pgstead init`: writes a stack's config for a SQLite file, from what the file and the machine show. It asks nothing. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { detectMachine } from "../server/machine";
import { recommend } from "../server/tuning/recommend";
import { formatMemory } from "../server/units";
import { messageOf, UserError } from "../support/errors";
import { lookAtSource, schemaVersions, suggestedExcludes } from "./look";

const usage = `Usage: pgstead init --source <file> [--stack <name>]

Writes Pulumi.<name>.yaml for a SQLite file. Nothing else is touched; \`npm start <name>\` then makes the stack.`;

const firstPort = 5434;

/** @returns the exit code */
export async function main(args: string[], project = process.cwd()): Promise<number> {
  try {
    const { values } = parseArgs({
      args,
      options: { source: { type: "string" }, stack: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) console.log(usage);
    else if (values.source === undefined) throw new UserError("No SQLite file is named.", usage);
    else for (const line of await init(resolve(values.source), values.stack, project)) console.log(line);
    return 0;
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
    return error instanceof UserError ? 1 : 2;
  }
}

/** @returns what was chosen, in lines. @throws UserError */
export async function init(source: string, wantedName: string | undefined, project: string): Promise<string[]> {
  const look = lookAtSource(source);
  const name = identifier(basename(source, extname(source)));
  const stack = wantedName ?? name.replaceAll("_", "-");
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(stack))
    throw new UserError(
      `'${stack}' cannot be a stack's name.`,
      "Name it with letters, digits, '-', '_' and '.': --stack app.",
    );
  const file = join(project, `Pulumi.${stack}.yaml`);
  if (existsSync(file))
    throw new UserError(`${file} is there already.`, "Choose another name with --stack, or remove it.");

  const others = otherStacks(project);
  const port = await freePort(portsOf(others));
  const excludes = suggestedExcludes(look.tables);
  const envFile = envFileFor(source, stack, project, others);
  const config: Record<string, unknown> = {
    instance: "embedded",
    port,
    database: name,
    role: name === "postgres" ? "app" : name,
    source: fromProject(source, project),
    ...(excludes.length === 0 ? {} : { excludeTables: excludes.map(({ table }) => table) }),
    badRows: "fail",
    verification: "full",
    envFile,
  };
  writeFileSync(file, yaml(config), { flag: "wx" });
  const machine = detectMachine();
  const settings = recommend({
    memoryBytes: machine.memoryBytes,
    cpus: machine.cpus,
    workload: "web",
    disk: "ssd",
    platform: process.platform,
    lz4: false,
  });
  const setting = (wanted: string) => settings.find((s) => s.name === wanted)?.value;
  const kept = schemaVersions(look.tables);
  return [
    `${basename(file)} is written for ${source} (${formatMemory(look.bytes)}, ${look.tables.length} tables).`,
    `Server: PostgreSQL 16 on this machine, port ${port}${port === firstPort ? "" : ` (the first free one from ${firstPort})`}.`,
    `Tuning for this machine: ${formatMemory(machine.memoryBytes)}, ${machine.cpus} processors: shared_buffers ${setting("shared_buffers")}, max_connections ${setting("max_connections")}.`,
    `Database ${config.database}, role ${config.role}; DATABASE_URL goes into ${envFile}.`,
    ...excludes.map(({ table, reason }) => `Stays behind: ${table} (${reason}).`),
    ...(look.virtual.length === 0 ? [] : [`Left by itself, as virtual tables are: ${look.virtual.join(", ")}.`]),
    ...(kept.length === 0
      ? []
      : [`Comes along: ${kept.join(", ")} (else your framework would make its tables again).`]),
    "A row that cannot be carried over fails the migration (badRows: fail); nothing is lost then.",
    "Every cell is compared before your application sees a table (verification: full; thorough counts the different values of large tables too).",
    `Change what you like in ${basename(file)}, look with \`npx pgstead plan --source ${fromProject(source, project)}\`, then run: npm start ${stack}`,
  ];
}

/** A name for database and role that needs no quotes: lower case, as PostgreSQL folds it. */
function identifier(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 50);
  return /^[a-z]/.test(name) && !name.startsWith("pg_") ? name : `app_${name}`.replace(/_$/, "");
}

function fromProject(path: string, project: string): string {
  const short = relative(project, path);
  return short.startsWith("..") ? path : short;
}

/** The other stacks' config, as text: a port or an .env of theirs is not this one's. */
function otherStacks(project: string): string[] {
  return readdirSync(project)
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .map((name) => readFileSync(join(project, name), "utf8"));
}

function portsOf(stacks: readonly string[]): number[] {
  return stacks.map((text) => Number(/^\s*pgstead:port:\s*["']?(\d+)/m.exec(text)?.[1] ?? firstPort));
}

async function freePort(taken: readonly number[]): Promise<number> {
  for (let port = firstPort; port < firstPort + 200; port++)
    if (!taken.includes(port) && (await isFree(port))) return port;
  throw new UserError(`No port from ${firstPort} on is free.`, "Set pgstead:port in the stack's file yourself.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once("error", () => settle(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => settle(true)));
  });
}

/** The application's own, where there is one beside the SQLite file. */
function envFileFor(source: string, stack: string, project: string, others: readonly string[]): string {
  const beside = join(dirname(source), ".env");
  if (existsSync(beside) && dirname(source) !== project) return fromProject(beside, project);
  return others.some((text) => /^\s*pgstead:envFile:\s*["']?\.env["']?\s*$/m.test(text)) ? `.env.${stack}` : ".env";
}

/** YAML of which every scalar is JSON, so that no name is taken for something else. */
function yaml(config: Record<string, unknown>): string {
  const lines = ["config:"];
  for (const [key, value] of Object.entries(config))
    if (Array.isArray(value)) lines.push(`  pgstead:${key}:`, ...value.map((item) => `    - ${JSON.stringify(item)}`));
    else lines.push(`  pgstead:${key}: ${JSON.stringify(value)}`);
  return `${lines.join("\n")}\n`;
}
