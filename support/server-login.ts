import type { PostgresTarget, TlsMode } from "./postgres";

/** How a stack's server is reached, and as whom it is administered: inputs that several resources share. */
export interface ServerLogin {
  host: string;
  port: number;
  tlsMode: TlsMode;
  tlsCaFile: string;
  superuser: string;
  superuserPassword: string;
  /** Project and stack, by which sessions name themselves; absent in states of before they did. */
  stack?: string;
}

/** The administrator's way into a database. */
export function asAdministrator(login: ServerLogin, database = "postgres"): PostgresTarget {
  const { host, port, superuser: user, superuserPassword: password } = login;
  return { host, port, database, user, password, ...tls(login), ...sessionName(login.stack) };
}

/** TLS in the target's form. */
export function tls({ tlsMode, tlsCaFile }: Pick<ServerLogin, "tlsMode" | "tlsCaFile">) {
  return { tls: tlsMode, ...(tlsCaFile === "" ? {} : { tlsCaFile }) };
}

/** How sessions of a stack's own work name themselves, so that a DBA sees in pg_stat_activity where they come from. */
export function sessionName(stack: string | undefined): Pick<PostgresTarget, "applicationName"> {
  return stack === undefined ? {} : { applicationName: `pgstead/${stack}` };
}
