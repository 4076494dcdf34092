import { Client, DatabaseError, escapeIdentifier } from "pg";
import { messageOf, UserError } from "../../../support/errors";
import { clientConfig, describeTarget } from "../../../support/postgres";
import { type Configuration, readCertificate } from "./configuration";

/**
 * The provider's way to its server. One operation at a time: PostgreSQL turns concurrent changes of one catalog row
 * away ("tuple concurrently updated"), and the engine works on many resources at once.
 */
export class DatabaseAccess {
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly configuration: Configuration) {}

  /**
   * Runs an operation in a session of its own, in the provider's own database or in another one. No session is kept:
   * an idle one would stand in the way of dropping its database.
   */
  session<Result>(operation: (client: Client) => Promise<Result>, database?: string): Promise<Result> {
    const turn = this.#last.then(() => this.#run(operation, database));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** As `session`, in one transaction. */
  transaction<Result>(operation: (client: Client) => Promise<Result>, database?: string): Promise<Result> {
    return this.session(async (client) => {
      await client.query("BEGIN");
      const result = await operation(client);
      await client.query("COMMIT");
      return result;
    }, database);
  }

  async #run<Result>(operation: (client: Client) => Promise<Result>, database?: string): Promise<Result> {
    const { target, clientCertificate, connectTimeoutSeconds } = this.configuration;
    const reached = database === undefined ? target : { ...target, database };
    const config = clientConfig(reached, "pgstead");
    const ssl = typeof config.ssl === "object" && clientCertificate !== null;
    const client = new Client({
      ...config,
      ...(ssl ? { ssl: { ...(config.ssl as object), ...readCertificate(clientCertificate) } } : {}),
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
    });
    // Without a listener, a connection that the server ends between two queries would end the process.
    client.on("error", () => {});
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => {});
      throw new UserError(
        `Cannot connect to ${describeTarget(reached)}: ${messageOf(error) || (error as { code?: string }).code}.`,
        "Check that the server runs there, and the user, password and TLS mode of the provider.",
        { cause: error },
      );
    }
    try {
      return await operation(client);
    } finally {
      // What was begun and not committed, the server rolls back.
      await client.end().catch(() => {});
    }
  }
}

/**
 * Says of which object an error of the server is. Its message, detail and hint never hold what was sent, so no secret.
 *
 * @param deed such as `create the role "app"`
 */
export async function attempt<Result>(deed: string, next: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const parts = [error.message, error.detail, error.hint].filter((part) => part !== undefined && part !== "");
    throw new UserError(`PostgreSQL did not ${deed}: ${parts.join(". ")} (${error.code}).`, next, { cause: error });
  }
}

/** Whether the server says that what was named is not there. */
export function isMissing(error: unknown, ...codes: string[]): boolean {
  const cause = error instanceof UserError ? error.cause : error;
  return cause instanceof DatabaseError && codes.includes(cause.code ?? "");
}

export async function currentUser(client: Client): Promise<{ name: string; superuser: boolean }> {
  const { rows } = await client.query<{ name: string; superuser: boolean }>(
    "SELECT rolname AS name, rolsuper AS superuser FROM pg_catalog.pg_roles WHERE rolname = current_user",
  );
  return rows[0] ?? { name: "", superuser: false };
}

/**
 * Runs something as a member of these roles. A superuser needs no membership; managed servers hand out users who are
 * none, and who must be members of a role to give it objects or to take its objects' privileges.
 */
export async function asMemberOf<Result>(
  client: Client,
  roles: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const user = await currentUser(client);
  const granted: string[] = [];
  if (!user.superuser)
    for (const role of roles) {
      if (role === user.name || (await cannotOrNeedNotJoin(client, role, user.name))) continue;
      await client.query(`GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(user.name)}`);
      granted.push(role);
    }
  try {
    return await work();
  } finally {
    for (const role of granted)
      await client
        .query(`REVOKE ${escapeIdentifier(role)} FROM ${escapeIdentifier(user.name)}`)
        // After a failed statement the transaction takes no more: then the grant is rolled back with it.
        .catch((error) => {
          if (!isMissing(error, "25P02", "42704")) throw error;
        });
  }
}

async function cannotOrNeedNotJoin(client: Client, role: string, user: string): Promise<boolean> {
  const { rows } = await client.query<{ skip: boolean }>(
    `SELECT rolsuper OR EXISTS (
       SELECT FROM pg_catalog.pg_auth_members m
       JOIN pg_catalog.pg_roles u ON u.oid = m.member
       WHERE m.roleid = r.oid AND u.rolname = $2 AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
     ) AS skip
     FROM pg_catalog.pg_roles r WHERE rolname = $1`,
    [role, user],
  );
  return rows[0]?.skip ?? true;
}
