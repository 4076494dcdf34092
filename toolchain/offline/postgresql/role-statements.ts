import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { isStoredForm, scramVerifier } from "../../../support/scram";
import { sameValue } from "../inputs";
import { asMemberOf, currentUser } from "./database-session";
import { type RoleState, roleProperties } from "./role-properties";

/**
 * The password to set in an update; undefined leaves it as it is. A renamed role gets its password again: an md5 hash
 * holds the name.
 */
export function newPassword(previous: RoleState, desired: RoleState): string | null | undefined {
  const renamed = desired.name !== previous.name;
  if (desired.passwordWo !== null)
    return renamed || desired.passwordWoVersion !== previous.passwordWoVersion ? desired.passwordWo : undefined;
  return renamed || (previous.password ?? "") !== (desired.password ?? "") ? desired.password : undefined;
}

/** The attributes of CREATE ROLE and ALTER ROLE. What only superusers may say is said where it is needed, and by them. */
export async function attributes(
  client: Client,
  previous: RoleState | null,
  desired: RoleState,
  password: string | null | undefined,
): Promise<string> {
  const user = await currentUser(client);
  const words = [
    desired.createDatabase ? "CREATEDB" : "NOCREATEDB",
    desired.createRole ? "CREATEROLE" : "NOCREATEROLE",
    desired.inherit ? "INHERIT" : "NOINHERIT",
    desired.login ? "LOGIN" : "NOLOGIN",
    `CONNECTION LIMIT ${desired.connectionLimit}`,
    `VALID UNTIL ${escapeLiteral(desired.validUntil || "infinity")}`,
  ];
  const restricted = {
    superuser: "SUPERUSER",
    replication: "REPLICATION",
    bypassRowLevelSecurity: "BYPASSRLS",
  } as const;
  for (const [property, word] of Object.entries(restricted) as [keyof typeof restricted, string][])
    if (user.superuser || desired[property] || previous?.[property]) words.push(desired[property] ? word : `NO${word}`);
  if (password !== undefined) words.push(await passwordClause(client, password));
  return words.join(" ");
}

async function passwordClause(client: Client, password: string | null): Promise<string> {
  if (password === null || password === "" || password.toUpperCase() === "NULL") return "PASSWORD NULL";
  if (isStoredForm(password)) return `PASSWORD ${escapeLiteral(password)}`;
  const { rows } = await client.query<{ iterations: string | null }>(
    "SELECT current_setting('scram_iterations', true) AS iterations",
  );
  const iterations = rows[0]?.iterations;
  return `PASSWORD ${escapeLiteral(scramVerifier(password, iterations == null ? undefined : Number(iterations)))}`;
}

/** Grants the roles that are wanted and not held, and takes away those that were wanted and are still held. */
export async function setMemberships(client: Client, name: string, old: string[], now: string[]): Promise<void> {
  const { rows } = await client.query<{ held: string }>(
    `SELECT pg_catalog.pg_get_userbyid(roleid)::text AS held FROM pg_catalog.pg_auth_members
     WHERE member = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1)`,
    [name],
  );
  const held = new Set(rows.map((row) => row.held));
  for (const other of old)
    if (held.has(other) && !now.includes(other))
      await client.query(`REVOKE ${escapeIdentifier(other)} FROM ${escapeIdentifier(name)}`);
  for (const other of now)
    if (!held.has(other)) await client.query(`GRANT ${escapeIdentifier(other)} TO ${escapeIdentifier(name)}`);
}

/** The settings that the role's sessions begin with. */
export async function setSessionDefaults(
  client: Client,
  name: string,
  old: RoleState | null,
  now: RoleState,
): Promise<void> {
  const quoted = escapeIdentifier(name);
  const set = async (property: keyof RoleState, setting: string, value: string | null) => {
    if (sameValue(roleProperties[property], old?.[property] ?? null, now[property])) return;
    await client.query(
      value === null ? `ALTER ROLE ${quoted} RESET ${setting}` : `ALTER ROLE ${quoted} SET ${setting} TO ${value}`,
    );
  };
  const milliseconds = (timeout: number | null) => (timeout ? String(timeout) : null);
  await set("searchPaths", "search_path", now.searchPaths?.map((path) => escapeIdentifier(path)).join(", ") || null);
  await set("statementTimeout", "statement_timeout", milliseconds(now.statementTimeout));
  await set(
    "idleInTransactionSessionTimeout",
    "idle_in_transaction_session_timeout",
    milliseconds(now.idleInTransactionSessionTimeout),
  );
  await set("assumeRole", "role", now.assumeRole ? escapeIdentifier(now.assumeRole) : null);
}

/** What the role owns here goes to the provider's user; what it may do here, with it. */
export async function dropRole(client: Client, state: RoleState): Promise<void> {
  const { name } = state;
  const quoted = escapeIdentifier(name);
  const { rowCount } = await client.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [name]);
  if (rowCount === 0) return;
  if (!state.skipReassignOwned)
    await asMemberOf(client, [name], async () => {
      await client.query(`REASSIGN OWNED BY ${quoted} TO CURRENT_USER`);
      await client.query(`DROP OWNED BY ${quoted}`);
    });
  if (!state.skipDropRole) await client.query(`DROP ROLE ${quoted}`);
}
