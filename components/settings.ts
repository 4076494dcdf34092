import * as pulumi from "@pulumi/pulumi";
import type { Policies } from "../migration/model";
import { policyErrors } from "../migration/policies";
import { archivesByConfig } from "../server/archiving";
import { reservedSettings } from "../server/embedded/settings";
import { overrideProblems } from "../server/tuning/overrides";
import { type TlsMode, tlsModes } from "../support/postgres";
import { ConfigReader } from "./config-reader";

/** Where the server comes from. */
export const instanceKinds = ["embedded", "docker", "external"] as const;
const tunings = ["auto", "phase12"] as const;
const workloads = ["web", "oltp", "dw", "desktop", "mixed"] as const;
const diskTypes = ["ssd", "hdd", "san", "nvme"] as const;
const migrationModes = ["create", "existing"] as const;
const imageSources = ["registry", "local"] as const;
const overduePolicies = ["end", "fail"] as const;
const rotationModes = ["in-place", "alternating"] as const;
const agePolicies = ["warn", "rotate"] as const;
const secretFileContents = ["url", "password"] as const;
/** Who makes backups of the data. */
const backupMakers = ["none", "provider", "archiving", "elsewhere"] as const;
const badRowPolicies = ["fail", "skip"] as const;
/** Without `off`: what a stack has moved in is proved. */
const verifications = ["full", "thorough"] as const;

/** The embedded server's part of the settings. */
export interface EmbeddedSettings {
  instance: "embedded";
  port: number;
  superuser: string;
  superuserSecretVersion: number;
  dataFolder: string;
  runAs: string;
  locale: string;
  keepData: boolean;
  protect: boolean;
  backups: (typeof backupMakers)[number];
  restart: RestartSettings;
  startFrom: string;
  postgresql: PostgresqlSettings;
}

/** A server in a container. */
export interface DockerSettings {
  instance: "docker";
  /** Where the published port is reached from here. */
  host: string;
  port: number;
  superuser: string;
  superuserSecretVersion: number;
  locale: string;
  keepData: boolean;
  protect: boolean;
  backups: (typeof backupMakers)[number];
  restart: RestartSettings;
  /** As DOCKER_HOST; empty for this machine's Docker. */
  dockerHost: string;
  image: string;
  imageSource: (typeof imageSources)[number];
  publishAddress: string;
  postgresql: PostgresqlSettings;
}

/** What a restart does about transactions that are under way. */
export interface RestartSettings {
  /** How long they are waited for; empty for not at all. */
  wait: string;
  overdue: (typeof overduePolicies)[number];
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
  /** What its machine has and does, as config says it: for recommendations. */
  postgresql: PostgresqlSettings;
  keepData: boolean;
  protect: boolean;
  backups: (typeof backupMakers)[number];
  restart: RestartSettings;
}

export interface DatabaseSettings {
  database: string;
  role: string;
  /** Locale of the database, and of an embedded server. */
  locale: string;
  extensions: string[];
  secretVersion: number;
  rotation: RotationSettings;
}

/** How the application's password is renewed. */
export interface RotationSettings {
  mode: (typeof rotationModes)[number];
  /** How long the previous login works, with alternating roles; empty for until the next rotation. */
  retireAfter: string;
  /** Empty for no age that is too old. */
  maxAge: string;
  onAge: (typeof agePolicies)[number];
}

/** How the application is given what it connects with. */
export interface HandOutSettings {
  /** The application's .env, or empty. */
  envFile: string;
  /** A file with the secret alone, or empty. */
  secretFile: string;
  secretFileContent: (typeof secretFileContents)[number];
  /** Program and arguments; empty for none. */
  notifyCommand: string[];
}

export interface MigrationSettings {
  source: string;
  mode: (typeof migrationModes)[number];
  excludeTables: string[];
  batchSize: number;
  badRows: (typeof badRowPolicies)[number];
  verification: (typeof verifications)[number];
  policies: Policies;
  compareQueries: { name: string; sql: string }[];
  run: number;
  overwrite: boolean;
}

export interface Settings {
  server: EmbeddedSettings | DockerSettings | ExternalSettings;
  database: DatabaseSettings;
  /** Absent when no source is configured. */
  migration?: MigrationSettings;
  handOut: HandOutSettings;
}

/**
 * Reads and checks the whole stack config (declared in Pulumi.yaml, which also gives the defaults).
 *
 * @throws UserError that lists every error at once, each with its key and the accepted values
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const read = new ConfigReader(config);
  const server = readServer(read);
  const database: DatabaseSettings = {
    database: read.identifier("database"),
    role: read.identifier("role"),
    locale: read.text("locale"),
    extensions: read.texts("extensions"),
    secretVersion: read.integer("secretVersion", 1, 2 ** 31 - 1),
    rotation: {
      mode: read.oneOf("rotation", rotationModes),
      retireAfter: read.duration("retireAfter"),
      maxAge: read.duration("maxSecretAge"),
      onAge: read.oneOf("secretAgePolicy", agePolicies),
    },
  };
  if (database.rotation.mode === "alternating" && Buffer.byteLength(database.role) > 61)
    read.wrong(
      "role",
      "is too long for two login roles beside it",
      "a name of at most 61 bytes with rotation: alternating",
    );
  if (database.role === server.superuser)
    read.wrong("role", `is '${database.role}', the superuser's own name`, "a name of its own");
  const migration: MigrationSettings = {
    source: read.text("source"),
    mode: read.oneOf("migrationMode", migrationModes),
    excludeTables: read.texts("excludeTables"),
    batchSize: read.integer("batchSize", 1, 1_000_000),
    badRows: read.oneOf("badRows", badRowPolicies),
    verification: read.oneOf("verification", verifications),
    policies: readPolicies(read),
    compareQueries: read.queries("compareQueries"),
    run: read.integer("migrationRun", 1, 2 ** 31 - 1),
    overwrite: read.flag("overwriteTarget"),
  };
  const handOut: HandOutSettings = {
    envFile: read.text("envFile"),
    secretFile: read.text("secretFile"),
    secretFileContent: read.oneOf("secretFileContent", secretFileContents),
    notifyCommand: read.texts("notifyCommand"),
  };
  read.finish();
  return { server, database, ...(migration.source === "" ? {} : { migration }), handOut };
}

function readPolicies(read: ConfigReader): Policies {
  const policies: Policies = {
    types: read.map("types"),
    mixed: read.text("mixed") as Policies["mixed"],
    badText: read.map("badText") as Policies["badText"],
    names: read.text("names") as Policies["names"],
    rename: read.map("rename"),
    distribution: read.map("distribution"),
    maxRejects: read.integer("maxRejects", 0, Number.MAX_SAFE_INTEGER),
    maxRejectsByTable: read.numbers("maxRejectsByTable"),
    orphans: read.text("orphans") as Policies["orphans"],
  };
  for (const { policy, problem, accepted } of policyErrors(policies)) read.wrong(policy, problem, accepted);
  return policies;
}

function readServer(read: ConfigReader): Settings["server"] {
  const instance = read.oneOf("instance", instanceKinds);
  const host = read.text("host");
  const common = {
    port: read.integer("port", 1, 65_535),
    superuser: read.identifier("superuser"),
    keepData: read.flag("keepData"),
    protect: read.flag("protect"),
    backups: read.oneOf("backups", backupMakers),
    restart: { wait: read.duration("restartWait"), overdue: read.oneOf("restartOverdue", overduePolicies) },
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
    return { instance, host, ...common, superuserPassword, tlsMode, tlsCaFile: read.text("tlsCaFile"), postgresql };
  }
  if (common.backups === "archiving" && !archivesByConfig(postgresql.overrides))
    read.wrong(
      "backups",
      "is 'archiving', and the server does not archive",
      "archiving with archive_mode: on and an archive_command or archive_library in pgstead:postgresSettings",
    );
  const superuserSecretVersion = read.integer("superuserSecretVersion", 1, 2 ** 31 - 1);
  const locale = read.text("locale");
  if (instance === "docker") {
    if (host === "") read.wrong("host", "is empty", "the address at which the published port is reached");
    if (read.text("startFrom") !== "")
      read.wrong("startFrom", "is set", "nothing with instance: docker; restore a dump into the new server instead");
    return {
      instance,
      host,
      ...common,
      superuserSecretVersion,
      locale,
      dockerHost: read.dockerHost("dockerHost"),
      image: read.image("image"),
      imageSource: read.oneOf("imageSource", imageSources),
      publishAddress: read.address("publishAddress"),
      postgresql,
    };
  }
  if (host !== "127.0.0.1") read.wrong("host", `is '${host}'`, "127.0.0.1, where an embedded server listens");
  return {
    instance,
    ...common,
    superuserSecretVersion,
    dataFolder: read.text("dataFolder"),
    runAs: read.text("runAs"),
    locale,
    startFrom: read.text("startFrom"),
    postgresql,
  };
}
