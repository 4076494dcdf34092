/**
 * Two login roles for one owner that cannot log in itself. Each enters its sessions as the owner (ALTER ROLE … SET role), so that
 * whatever they make is the owner's; NOINHERIT, so that a session that leaves the owner (SET ROLE NONE) can make nothing of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { UserError } from "../../support/errors";
import { inSession, type PostgresTarget } from "../../support/postgres";
import { scramVerifier } from "../../support/scram";
import { asMemberOf } from "./membership";

/** The names of an owner's two login roles. */
export function loginNames(owner: string): { a: string; b: string } {
  return { a: `${owner}_a`, b: `${owner}_b` };
}

/**
 * Makes the login roles that are missing, without a password, and gives both what the owner's sessions begin with.
 *
 * @throws UserError when a role of that name is there and is not the owner's
 */
export async function ensureLogins(client: Client, owner: string, database: string): Promise<void> {
  for (const login of Object.values(loginNames(owner))) {
    const { rows } = await client.query<{ member: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid
         WHERE m.member = r.oid AND o.rolname = $2) AS member FROM pg_roles r WHERE r.rolname = $1`,
      [login, owner],
    );
    if (rows[0]?.member === false)
      throw new UserError(
        `The role ${login} is there already, and is no login role of ${owner}.`,
        "Drop or rename it, or choose another pgstead:role.",
      );
    const [name, of] = [escapeIdentifier(login), escapeIdentifier(owner)];
    if (rows.length === 0) await client.query(`CREATE ROLE ${name} NOLOGIN NOINHERIT IN ROLE ${of}`);
    await copySettings(client, owner, login);
    await client.query(`ALTER ROLE ${name} SET role TO ${of}`);
    // Not by way of the owner: the login itself inherits nothing.
    await asMemberOf(client, [owner], () =>
      client.query(`GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${name}`),
    );
  }
}

/** What was set for the owner's sessions (ALTER ROLE … SET) holds for a login's too: a session takes the settings of the role that logs in. */
async function copySettings(client: Client, owner: string, login: string): Promise<void> {
  const { rows } = await client.query<{ database: string | null; setting: string }>(
    `SELECT d.datname AS database, unnest(s.setconfig) AS setting FROM pg_db_role_setting s
     LEFT JOIN pg_database d ON d.oid = s.setdatabase
     WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = $1)`,
    [owner],
  );
  for (const { database, setting } of rows) {
    const [name, value] = [setting.slice(0, setting.indexOf("=")), setting.slice(setting.indexOf("=") + 1)];
    if (name === "role") continue;
    const where = database === null ? "" : ` IN DATABASE ${escapeIdentifier(database)}`;
    // A list such as search_path is stored as it was written, each element quoted where it has to be.
    const written = /^(?:search_path|temp_tablespaces|session_preload_libraries|local_preload_libraries)$/.test(name)
      ? value
      : escapeLiteral(value);
    await client.query(`ALTER ROLE ${escapeIdentifier(login)}${where} SET ${escapeIdentifier(name)} TO ${written}`);
  }
}

/** Gives a login its password, and lets it in for good. The server is given a verifier only. */
export async function issue(client: Client, login: string, password: string): Promise<void> {
  await client.query(
    `ALTER ROLE ${escapeIdentifier(login)} LOGIN PASSWORD ${escapeLiteral(scramVerifier(password))} VALID UNTIL 'infinity'`,
  );
}

/** Lets a role in until a time of which the server itself takes care; empty for no end. */
export async function limit(client: Client, role: string, until: string): Promise<void> {
  await client.query(
    `ALTER ROLE ${escapeIdentifier(role)} VALID UNTIL ${escapeLiteral(until === "" ? "infinity" : until)}`,
  );
}

/** Lets a role in no more, its former password forgotten. Its sessions stay until they are ended. */
export async function retire(client: Client, role: string): Promise<void> {
  await client.query(`ALTER ROLE ${escapeIdentifier(role)} NOLOGIN PASSWORD NULL VALID UNTIL 'infinity'`);
}

const endSeconds = 30;

/** Ends every session that was opened as this role, and waits until they are gone. @returns how many there were */
export async function endSessions(client: Client, role: string): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()",
    [role],
  );
  const pids = rows.map((row) => row.pid);
  if (pids.length > 0)
    await asMemberOf(client, [role], () =>
      client.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [pids]),
    );
  for (const deadline = Date.now() + endSeconds * 1000; ; await sleep(50)) {
    const left = await client.query("SELECT FROM pg_stat_activity WHERE usename = $1 AND pid = ANY ($2)", [role, pids]);
    if (left.rowCount === 0) return pids.length;
    if (Date.now() > deadline)
      throw new UserError(
        `${left.rowCount} sessions of the retired role ${role} do not end.`,
        "Look at them in pg_stat_activity, then run `pulumi up` again.",
      );
  }
}

/** Proves that a login gets in, and works as the owner. @throws UserError */
export async function proveLogin(target: PostgresTarget, owner: string): Promise<void> {
  const { rows } = await inSession(target, (client) => client.query<{ me: string }>("SELECT current_user AS me"));
  if (rows[0]?.me !== owner)
    throw new UserError(
      `The role ${target.user} gets in, but works as ${rows[0]?.me} instead of ${owner}.`,
      "A pooler in between, or another setting of the role, changes its role: remove that.",
    );
}

/** Drops the login roles with what was granted to them; the owner's objects are not theirs. Missing ones are fine. */
export async function dropLogins(client: Client, owner: string): Promise<void> {
  for (const login of Object.values(loginNames(owner))) {
    const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [login]);
    if (rowCount === 0) continue;
    await client.query(`ALTER ROLE ${escapeIdentifier(login)} NOLOGIN`);
    await endSessions(client, login);
    await asMemberOf(client, [login, owner], () => client.query(`DROP OWNED BY ${escapeIdentifier(login)}`));
    await client.query(`DROP ROLE ${escapeIdentifier(login)}`);
  }
}
