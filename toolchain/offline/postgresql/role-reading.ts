import type { Client } from "pg";
import { matchesStored } from "../../../support/scram";
import type { Live } from "../resource-type";
import { currentUser, type DatabaseAccess } from "./database-session";
import type { RoleState } from "./role-properties";

interface RoleRow {
  state: Pick<
    RoleState,
    | "name"
    | "superuser"
    | "inherit"
    | "createRole"
    | "createDatabase"
    | "login"
    | "replication"
    | "bypassRowLevelSecurity"
    | "connectionLimit"
    | "validUntil"
  >;
  roles: string[];
  settings: string[] | null;
}

/** The role as it is, with what only the state knows of it; null when it is not there. */
export async function readRole(
  client: Client,
  access: DatabaseAccess,
  id: string,
  known: RoleState | null,
): Promise<Live<RoleState> | null> {
  const { rows } = await client.query<RoleRow>(
    `SELECT json_build_object(
       'name', rolname, 'superuser', rolsuper, 'inherit', rolinherit, 'createRole', rolcreaterole,
       'createDatabase', rolcreatedb, 'login', rolcanlogin, 'replication', rolreplication,
       'bypassRowLevelSecurity', rolbypassrls, 'connectionLimit', rolconnlimit,
       'validUntil', CASE WHEN rolvaliduntil = nullif($2, '')::timestamptz THEN $2
                          ELSE coalesce(rolvaliduntil::text, 'infinity') END) AS state,
       ARRAY(SELECT DISTINCT pg_catalog.pg_get_userbyid(roleid)::text FROM pg_catalog.pg_auth_members
             WHERE member = r.oid) AS roles,
       rolconfig AS settings
     FROM pg_catalog.pg_roles r WHERE rolname = $1`,
    // The same moment in other words, as another time zone writes it, is no change.
    [id, known?.validUntil ?? null],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const setting = (name: string) => row.settings?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  const state: RoleState = {
    ...row.state,
    password: await readPassword(client, access, id, row.state.login, known),
    passwordWo: null,
    passwordWoVersion: known?.passwordWoVersion ?? null,
    encrypted: null,
    encryptedPassword: true,
    roles: row.roles.sort(),
    searchPaths: setting("search_path")?.split(", ").map(unquoted) ?? [],
    statementTimeout: milliseconds(setting("statement_timeout")),
    idleInTransactionSessionTimeout: milliseconds(setting("idle_in_transaction_session_timeout")),
    assumeRole: setting("role") ?? "",
    skipDropRole: known?.skipDropRole ?? false,
    skipReassignOwned: known?.skipReassignOwned ?? false,
  };
  return { id: row.state.name, state };
}

/**
 * The password that the state knows, as long as what the server stores was made of it; else what the server stores, so that
 * a password changed by hand is seen and put right. Only a superuser may look, and only roles that log in are looked at,
 * as the official provider does it.
 */
async function readPassword(
  client: Client,
  access: DatabaseAccess,
  name: string,
  login: boolean,
  state: RoleState | null,
): Promise<string> {
  const known = state?.password ?? "";
  const kept = !login || (state?.passwordWo ?? null) !== null || !access.configuration.superuser;
  if (kept || !(await currentUser(client)).superuser) return known;
  const { rows } = await client.query<{ stored: string | null }>(
    "SELECT rolpassword AS stored FROM pg_catalog.pg_authid WHERE rolname = $1",
    [name],
  );
  const stored = rows[0]?.stored ?? "";
  return known !== "" && stored !== "" && matchesStored(stored, known, name) ? known : stored;
}

/** A name as it stands in a list of names: quoted, or plain. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

const units: Record<string, number> = { "": 1, ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A timeout as it was set: a number of milliseconds, or with a unit when set by hand. */
function milliseconds(setting: string | undefined): number {
  const [, digits, unit] = /^(\d+)\s*([a-z]*)$/.exec(setting ?? "") ?? [];
  return Number(digits ?? 0) * (units[unit ?? ""] ?? 1);
}
