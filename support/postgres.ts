import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ClientConfig } from "pg";
import { messageOf, UserError } from "./errors";

/** TLS modes, with libpq's names and meanings; `disable` is for loopback. */
export const tlsModes = ["disable", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = (typeof tlsModes)[number];

/** Where a PostgreSQL server is, and as whom to connect to which of its databases. */
export interface PostgresTarget {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: TlsMode;
  /** Path of a PEM file with the certificate authority to trust; the system's authorities when absent. */
  tlsCaFile?: string;
  /** How its sessions name themselves (application_name); PostgreSQL shows the first 63 bytes. */
  applicationName?: string;
}

/** Parses a `postgres://` or `postgresql://` URL (`sslmode`, `sslrootcert` and `application_name` honoured). @throws UserError naming what is missing, never the password. */
export function parsePostgresUrl(text: string): PostgresTarget {
  const form = "Write it as postgresql://user:password@host:port/database[?sslmode=require].";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UserError("The target is not a PostgreSQL URL.", form);
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    throw new UserError(`The target's scheme is ${url.protocol}//, not postgresql://.`, form);
  const tls = url.searchParams.get("sslmode") ?? "disable";
  if (!tlsModes.includes(tls as TlsMode))
    throw new UserError(`The target's sslmode is '${tls}'.`, `Use one of ${tlsModes.join(", ")}.`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === "" || url.username === "" || database === "")
    throw new UserError("The target names no host, user or database.", form);
  const ca = url.searchParams.get("sslrootcert");
  const applicationName = url.searchParams.get("application_name");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 5432 : Number(url.port),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tls: tls as TlsMode,
    ...(ca === null ? {} : { tlsCaFile: ca }),
    ...(applicationName === null ? {} : { applicationName }),
  };
}

/** The target as a URL with its password: a secret. */
export function postgresUrl(target: PostgresTarget): string {
  return renderUrl(target, `:${encode(target.password)}`);
}

/** The target as a URL for people and logs: the password is not in it. */
export function describeTarget(target: PostgresTarget): string {
  return renderUrl(target, "");
}

function renderUrl(target: PostgresTarget, password: string): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const query = new URLSearchParams();
  if (target.tls !== "disable") query.set("sslmode", target.tls);
  if (target.tlsCaFile !== undefined) query.set("sslrootcert", target.tlsCaFile);
  const suffix = query.size === 0 ? "" : `?${query}`;
  return `postgresql://${encode(target.user)}${password}@${host}:${target.port}/${encodePath(target.database)}${suffix}`;
}

/** Percent-encodes also what URLs allow but shells and .env readers take as quotes. */
function encode(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, percent);
}

/** As `encode`, but leaves what a path may hold: some drivers (node-postgres) do not decode it there. */
function encodePath(part: string): string {
  return encodeURI(part).replace(/[!'()*?#/]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** node-postgres's form of the target. @param applicationName for a target that has no name of its own for its sessions */
export function clientConfig(target: PostgresTarget, applicationName: string): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    ssl: tlsOptions(target),
    application_name: target.applicationName ?? applicationName,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  };
}

function tlsOptions(target: PostgresTarget): ClientConfig["ssl"] {
  if (target.tls === "disable") return false;
  const ca = target.tlsCaFile === undefined ? {} : { ca: readFileSync(target.tlsCaFile, "utf8") };
  if (target.tls === "require")
    return { ...ca, rejectUnauthorized: target.tlsCaFile !== undefined, checkServerIdentity: () => undefined };
  if (target.tls === "verify-ca") return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { ...ca, rejectUnauthorized: true };
}

/** What the server said when it ended a connection, or the network where it said nothing. */
const endings = new WeakMap<Client, Error>();

/** What is known of a connection that is gone, and is not why: from the system, and from node-postgres. */
const noReason = /\b(EPIPE|ECONNRESET)\b|is not queryable|terminated unexpectedly/;

/**
 * The error in words, with the reason, where it is nothing but that a connection is gone.
 *
 * @param client the connection, or one of the same run that was idle meanwhile: who writes when the server hangs up does not read why
 */
export async function explainLoss(error: unknown, client: Client): Promise<unknown> {
  if (!noReason.test(messageOf(error))) return error;
  // Its end is on the way too.
  for (let waited = 0; !endings.has(client) && waited < 1000; waited += 50) await sleep(50);
  const reason = endings.get(client);
  // Explained before, as well as may be.
  if (reason === undefined && error instanceof UserError) return error;
  return new UserError(
    `The connection to the server was lost: ${messageOf(reason ?? error)}.`,
    "Find the reason in the server's log, then run again.",
    { cause: error },
  );
}

/** What to do, by SQLSTATE, where a server that runs there takes no connection. */
const whenRefused: Record<string, string> = {
  "53300": "End other sessions, or raise the limit of connections of the role or the server: a run needs two at least.",
  "57P03": "The server is starting or stopping: wait, then run again.",
};

/**
 * Connects, with a session in which no local setting can change a value or end it early: UTC, ISO dates, full float precision,
 * standard strings, no time limits. @throws UserError that names the server and the reason, never the password.
 */
export async function connect(target: PostgresTarget, applicationName = "pgstead"): Promise<Client> {
  // Loaded here: a program that only hands the address on does without it.
  const pg = require("pg") as typeof import("pg");
  const client = new pg.Client(clientConfig(target, applicationName));
  // Without a listener, a connection that the server ends between two queries would end the process.
  client.on("error", (error) => {
    const known = endings.get(client);
    if (known === undefined || noReason.test(known.message)) endings.set(client, error);
  });
  try {
    await client.connect();
    await client.query(
      "SET TIME ZONE 'UTC'; SET datestyle TO 'ISO, YMD'; SET intervalstyle TO 'iso_8601'; SET extra_float_digits TO 1; SET bytea_output TO 'hex'; SET standard_conforming_strings TO on; SET client_encoding TO 'UTF8'; SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; SET idle_session_timeout TO 0",
    );
  } catch (error) {
    await client.end().catch(() => {});
    throw new UserError(
      `Cannot connect to ${describeTarget(target)}: ${error instanceof Error && error.message !== "" ? error.message : ((error as { code?: string }).code ?? error)}.`,
      whenRefused[(error as { code?: string }).code ?? ""] ??
        "Check that the server runs there, and the user, password and TLS mode.",
      { cause: error },
    );
  }
  return client;
}

/** Works in a session of its own, which ends with the work. @throws UserError where there is none to be had; whatever the work throws */
export async function inSession<T>(target: PostgresTarget, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(target);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
