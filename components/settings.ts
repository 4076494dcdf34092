import * as pulumi from "@pulumi/pulumi";
import { reservedSettings } from "../server/embedded/settings";
import { overrideProblems } from "../server/tuning/overrides";
import { MB, parseMemory } from "../server/units";
import { UserError } from "../support/errors";
import { type TlsMode, tlsModes } from "../support/postgres";

/** Where the server comes from. Docker has its place here. */
export const instanceKinds = ["embedded", "external"] as const;
const tunings = ["auto", "phase12"] as const;
const workloads = ["web", "oltp", "dw", "desktop", "mixed"] as const;
const diskTypes = ["ssd", "hdd", "san", "nvme"] as const;
const migrationModes = ["create", "existing"] as const;
const badRowPolicies = ["fail", "skip"] as const;

/** The embedded server's part of the settings. */
export interface EmbeddedSettings {
  instance: "embedded";
  port: number;
  superuser: string;
  dataFolder: string;
  runAs: string;
  locale: string;
  keepData: boolean;
  startFrom: string;
  postgresql: PostgresqlSettings;
}

/** What decides postgresql.conf. */
export interface PostgresqlSettings {
  tuning: (typeof tunings)[number];
  workload: (typeof workloads)[number];
  disk: (typeof diskTypes)[number];
  memory: string;
  cpus: number;
  maxConnections: number;
  overrides: Record<string, string>;
}

/** A server that is there already. */
export interface ExternalSettings {
  instance: "external";
  host: string;
  port: number;
  superuser: string;
  superuserPassword: pulumi.Output<string>;
  tlsMode: TlsMode;
  tlsCaFile: string;
  keepData: boolean;
}

export interface DatabaseSettings {
  database: string;
  role: string;
  /** Locale of the database, and of an embedded server. */
  locale: string;
  extensions: string[];
  secretVersion: number;
}

export interface MigrationSettings {
  source: string;
  mode: (typeof migrationModes)[number];
  excludeTables: string[];
  batchSize: number;
  badRows: (typeof badRowPolicies)[number];
  compareQueries: { name: string; sql: string }[];
  run: number;
  overwrite: boolean;
}

export interface Settings {
  server: EmbeddedSettings | ExternalSettings;
  database: DatabaseSettings;
  /** Absent when no source is configured. */
  migration?: MigrationSettings;
  /** The application's .env, or empty. */
  envFile: string;
}

/**
 * Reads and checks the whole stack config (declared in Pulumi.yaml, which also gives the defaults).
 *
 * @throws UserError that lists every error at once, each with its key and the accepted values
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const read = new Reader(config);
  const server = readServer(read);
  const database: DatabaseSettings = {
    database: read.identifier("database"),
    role: read.identifier("role"),
    locale: read.text("locale"),
    extensions: read.texts("extensions"),
    secretVersion: read.integer("secretVersion", 1, 2 ** 31 - 1),
  };
  if (database.role === server.superuser)
    read.wrong("role", `is '${database.role}', the superuser's own name`, "a name of its own");
  const migration: MigrationSettings = {
    source: read.text("source"),
    mode: read.oneOf("migrationMode", migrationModes),
    excludeTables: read.texts("excludeTables"),
    batchSize: read.integer("batchSize", 1, 1_000_000),
    badRows: read.oneOf("badRows", badRowPolicies),
    compareQueries: read.queries("compareQueries"),
    run: read.integer("migrationRun", 1, 2 ** 31 - 1),
    overwrite: read.flag("overwriteTarget"),
  };
  const envFile = read.text("envFile");
  read.finish();
  return { server, database, ...(migration.source === "" ? {} : { migration }), envFile };
}

function readServer(read: Reader): EmbeddedSettings | ExternalSettings {
  const instance = read.oneOf("instance", instanceKinds);
  const host = read.text("host");
  const common = {
    port: read.integer("port", 1, 65_535),
    superuser: read.identifier("superuser"),
    keepData: read.flag("keepData"),
  };
  const tlsMode = read.oneOf("tlsMode", tlsModes);
  const postgresql: PostgresqlSettings = {
    tuning: read.oneOf("tuning", tunings),
    workload: read.oneOf("workload", workloads),
    disk: read.oneOf("diskType", diskTypes),
    memory: read.memory("memory"),
    cpus: read.integer("cpus", 0, 4_096),
    maxConnections: read.integer("maxConnections", 0, 262_143),
    overrides: read.settings("postgresSettings"),
  };
  for (const problem of overrideProblems(postgresql.overrides, reservedSettings))
    read.wrong("postgresSettings", `cannot be used: ${problem.replace(/\.$/, "")}`, "other settings of PostgreSQL 16");
  if (instance === "external") {
    const superuserPassword = read.secret("superuserPassword", "the external server's superuser needs one");
    if (host === "") read.wrong("host", "is empty", "the external server's name or address");
    return { instance, host, ...common, superuserPassword, tlsMode, tlsCaFile: read.text("tlsCaFile") };
  }
  if (host !== "127.0.0.1") read.wrong("host", `is '${host}'`, "127.0.0.1, where an embedded server listens");
  return {
    instance,
    ...common,
    dataFolder: read.text("dataFolder"),
    runAs: read.text("runAs"),
    locale: read.text("locale"),
    startFrom: read.text("startFrom"),
    postgresql,
  };
}

/** Reads config values, collecting what is wrong with them instead of stopping at the first. */
class Reader {
  private readonly errors: string[] = [];

  constructor(private readonly config: pulumi.Config) {}

  wrong(key: string, problem: string, accepted: string): void {
    this.errors.push(`${this.config.name}:${key} ${problem}; accepted: ${accepted}.`);
  }

  finish(): void {
    if (this.errors.length === 0) return;
    const count = this.errors.length === 1 ? "One value" : `${this.errors.length} values`;
    throw new UserError(
      `${count} in the stack's config cannot be used:\n${this.errors.map((e) => `  - ${e}`).join("\n")}\n`,
      "Set each with `pulumi config set <key> <value>`; Pulumi.yaml describes them all.",
    );
  }

  text(key: string): string {
    return this.config.get(key) ?? "";
  }

  secret(key: string, need: string): pulumi.Output<string> {
    if ((this.config.get(key) ?? "") === "")
      this.wrong(key, `is not set, and ${need}`, `any password, by \`pulumi config set --secret ${key}\``);
    else if (!secretKeys().includes(`${this.config.name}:${key}`))
      this.wrong(key, "is kept in plain text", `an encrypted one, by \`pulumi config set --secret ${key}\``);
    return this.config.getSecret(key) ?? pulumi.secret("");
  }

  /** The name of a role or database: any that PostgreSQL takes, quoted where it is used. */
  identifier(key: string): string {
    const name = this.text(key);
    if (name === "" || name.includes("\0") || Buffer.byteLength(name) > 63)
      this.wrong(key, name === "" ? "is empty" : `is '${name}'`, "a name of 1 to 63 bytes");
    else if (name.startsWith("pg_")) this.wrong(key, `is '${name}'`, "a name that does not begin with pg_");
    return name;
  }

  oneOf<T extends string>(key: string, accepted: readonly T[]): T {
    const value = this.text(key);
    if (!accepted.includes(value as T)) this.wrong(key, `is '${value}'`, accepted.join(", "));
    return value as T;
  }

  integer(key: string, least: number, most: number): number {
    const text = this.text(key);
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      this.wrong(key, `is '${text}'`, `a whole number from ${least} to ${most}`);
    return value;
  }

  flag(key: string): boolean {
    const text = this.text(key);
    if (text !== "true" && text !== "false") this.wrong(key, `is '${text}'`, "true or false");
    return text === "true";
  }

  memory(key: string): string {
    const text = this.text(key);
    if (text !== "" && !isMemory(text))
      this.wrong(key, `is '${text}'`, "a size of at least 128MB, such as 8GB, or empty");
    return text;
  }

  texts(key: string): string[] {
    const value = this.json(key, "a list of names");
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((v) => typeof v === "string" && v !== "")) return value;
    this.wrong(key, "is not a list of names", "a list such as [one, two]");
    return [];
  }

  settings(key: string): Record<string, string> {
    const accepted = "names of PostgreSQL settings with their values";
    const value = this.json(key, accepted);
    if (value === undefined) return {};
    const scalar = (v: unknown) => ["string", "number", "boolean"].includes(typeof v);
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.values(value).every(scalar)) {
      this.wrong(key, "is not a map of single values", accepted);
      return {};
    }
    return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, pgValue(v)]));
  }

  queries(key: string): { name: string; sql: string }[] {
    const accepted = "a list of {name, sql}";
    const value = this.json(key, accepted);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every(isQuery)) return value.map(({ name, sql }) => ({ name, sql }));
    this.wrong(key, "is not a list of named queries", accepted);
    return [];
  }

  private json(key: string, accepted: string): unknown {
    const text = this.config.get(key);
    if (text === undefined || text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      this.wrong(key, "cannot be read", accepted);
      return undefined;
    }
  }
}

function isMemory(text: string): boolean {
  try {
    return parseMemory(text) >= 128 * MB;
  } catch {
    return false;
  }
}

/** The keys whose values are encrypted in the stack's config, as the language host hands them over. */
function secretKeys(): string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]");
}

function isQuery(value: unknown): value is { name: string; sql: string } {
  if (typeof value !== "object" || value === null) return false;
  const { name, sql } = value as Record<string, unknown>;
  return typeof name === "string" && name !== "" && typeof sql === "string" && sql !== "";
}

/** PostgreSQL writes a truth value as on or off. */
function pgValue(value: unknown): string {
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}
