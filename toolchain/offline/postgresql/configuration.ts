import { readFileSync } from "node:fs";
import { UserError } from "../../../support/errors";
import { type PostgresTarget, type TlsMode, tlsModes } from "../../../support/postgres";
import type { PlainValue } from "../property-value";

/** How the provider reaches its server. */
export interface Configuration {
  target: PostgresTarget;
  /** The certificate that the server asks of its clients: paths of PEM files. */
  clientCertificate: { cert: string; key: string } | null;
  /** Whether the user is a superuser: only then can a role's password be read back. */
  superuser: boolean;
  /** Zero waits for ever. */
  connectTimeoutSeconds: number;
}

/**
 * The official provider's keys that are implemented. There is one connection at a time, which is within any
 * maxConnections; expectedVersion saves the official provider a question that is not asked here.
 */
export const configurationKeys = [
  "host",
  "port",
  "database",
  "username",
  "databaseUsername",
  "password",
  "superuser",
  "sslmode",
  "sslMode",
  "sslrootcert",
  "clientcert",
  "connectTimeout",
  "maxConnections",
  "expectedVersion",
  "scheme",
] as const;

/**
 * Reads the provider's configuration, with the official provider's defaults and environment variables (PGHOST and so
 * on). Numbers, booleans and objects come as JSON in a text.
 *
 * @throws UserError naming the key that cannot be used
 */
export function readConfiguration(
  given: { [key: string]: PlainValue },
  environment: NodeJS.ProcessEnv = process.env,
): Configuration {
  const text = (key: Key, variable?: string): string | undefined => {
    const value = given[key] ?? (variable === undefined ? undefined : environment[variable]);
    return value === undefined || value === null || value === "" ? undefined : String(value);
  };
  const number = (key: Key, fallback: number, variable?: string): number => {
    const value = Number(text(key, variable) ?? fallback);
    if (!Number.isInteger(value)) throw wrong(key, "a whole number");
    return value;
  };
  const scheme = text("scheme") ?? "postgres";
  if (scheme !== "postgres") throw wrong("scheme", "postgres: cloud connectors need the official plugin");
  const ca = text("sslrootcert");
  return {
    target: {
      host: text("host", "PGHOST") ?? "localhost",
      port: number("port", 5432, "PGPORT"),
      database: text("database", "PGDATABASE") ?? "postgres",
      user: text("username", "PGUSER") ?? "postgres",
      password: text("password", "PGPASSWORD") ?? "",
      tls: tlsMode(text("sslmode", "PGSSLMODE") ?? text("sslMode") ?? "require"),
      ...(ca === undefined ? {} : { tlsCaFile: ca }),
    },
    clientCertificate: clientCertificate(given.clientcert ?? null),
    superuser: (text("superuser", "PGSUPERUSER") ?? "true") === "true",
    connectTimeoutSeconds: number("connectTimeout", 180, "PGCONNECT_TIMEOUT"),
  };
}

type Key = (typeof configurationKeys)[number];

function tlsMode(mode: string): TlsMode {
  if (tlsModes.includes(mode as TlsMode)) return mode as TlsMode;
  throw wrong("sslmode", `one of ${tlsModes.join(", ")}`);
}

function clientCertificate(given: PlainValue): Configuration["clientCertificate"] {
  if (given === null || given === "") return null;
  const paths = (typeof given === "string" ? JSON.parse(given) : given) as { cert?: string; key?: string } | null;
  if (paths === null) return null;
  if (typeof paths.cert !== "string" || typeof paths.key !== "string")
    throw wrong("clientcert", "an object with the file paths cert and key");
  return { cert: paths.cert, key: paths.key };
}

/** The certificate's files, read when they are needed. */
export function readCertificate(paths: { cert: string; key: string }): { cert: string; key: string } {
  return { cert: readFileSync(paths.cert, "utf8"), key: readFileSync(paths.key, "utf8") };
}

function wrong(key: Key, must: string): UserError {
  return new UserError(
    `The configuration '${key}' of the postgresql provider must be ${must}.`,
    "Correct it where the provider is made.",
  );
}
