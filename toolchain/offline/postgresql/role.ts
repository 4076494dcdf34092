import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { sameValue } from "../inputs";
import type { Live, ResourceType } from "../resource-type";
import { asMemberOf, attempt, currentUser, type DatabaseAccess, isMissing } from "./database-session";
import { isStoredForm, matchesStored, scramVerifier } from "./scram";

export interface RoleState {
  name: string;
  login: boolean;
  password: string | null;
  passwordWo: string | null;
  passwordWoVersion: string | null;
  encrypted: null;
  encryptedPassword: boolean;
  validUntil: string;
  connectionLimit: number;
  superuser: boolean;
  createDatabase: boolean;
  createRole: boolean;
  inherit: boolean;
  replication: boolean;
  bypassRowLevelSecurity: boolean;
  roles: string[] | null;
  searchPaths: string[] | null;
  statementTimeout: number | null;
  idleInTransactionSessionTimeout: number | null;
  assumeRole: string | null;
  skipDropRole: boolean;
  skipReassignOwned: boolean;
}

const rights = "Check the rights of the provider's user.";

/** postgresql:index/role:Role. Everything is changed in place, the name too. */
export const role: ResourceType<DatabaseAccess, RoleState> = {
  token: "postgresql:index/role:Role",
  builtOn: "sdk",
  properties: {
    name: { type: "string", required: true, autoName: true },
    login: { type: "boolean", default: false },
    password: { type: "string", secret: true },
    passwordWo: { type: "string", secret: true, writeOnly: true },
    passwordWoVersion: { type: "string" },
    encrypted: { type: "string", refuse: () => "is long deprecated and not implemented: leave it out." },
    encryptedPassword: {
      type: "boolean",
      default: true,
      refuse: (value) => (value === true ? undefined : "must be true: PostgreSQL stores no password unencrypted."),
    },
    validUntil: { type: "string", default: "infinity" },
    connectionLimit: { type: "number", default: -1, refuse: atLeast(-1) },
    superuser: { type: "boolean", default: false },
    createDatabase: { type: "boolean", default: false },
    createRole: { type: "boolean", default: false },
    inherit: { type: "boolean", default: true },
    replication: { type: "boolean", default: false },
    bypassRowLevelSecurity: { type: "boolean", default: false },
    roles: { type: "set" },
    searchPaths: {
      type: "list",
      stateName: "search_path",
      refuse: (paths) =>
        (paths as string[]).some((path) => path.includes(", ")) ? "cannot hold a path with ', ' in it." : undefined,
    },
    statementTimeout: { type: "number", refuse: atLeast(0) },
    idleInTransactionSessionTimeout: { type: "number", refuse: atLeast(0) },
    assumeRole: { type: "string" },
    skipDropRole: { type: "boolean", default: false },
    skipReassignOwned: { type: "boolean", default: false },
  },
  check: (inputs) =>
    inputs.password !== null && inputs.passwordWo !== null
      ? [{ property: "passwordWo", reason: "and password are both given: give one of them." }]
      : [],

  create: (access, desired) =>
    attempt(`create the role "${desired.name}"`, "If the role is there already, import it or drop it.", () =>
      access.transaction(async (client) => {
        const password = desired.passwordWo ?? desired.password;
        await client.query(
          `CREATE ROLE ${escapeIdentifier(desired.name)} WITH ${await attributes(client, null, desired, password)}`,
        );
        await setMemberships(client, desired.name, [], desired.roles ?? []);
        await setSessionDefaults(client, desired.name, null, desired);
        return found(await readRole(client, access, desired.name, desired), desired.name);
      }),
    ),

  read: (access, id, known) =>
    attempt(`read the role "${known?.name ?? id}"`, rights, () =>
      access.session((client) => readRole(client, access, known?.name ?? id, known)),
    ),

  update: (access, _id, previous, desired) =>
    attempt(`change the role "${previous.name}"`, rights, () =>
      access.transaction(async (client) => {
        const name = escapeIdentifier(desired.name);
        if (desired.name !== previous.name)
          await client.query(`ALTER ROLE ${escapeIdentifier(previous.name)} RENAME TO ${name}`);
        await client.query(
          `ALTER ROLE ${name} WITH ${await attributes(client, previous, desired, newPassword(previous, desired))}`,
        );
        await setMemberships(client, desired.name, previous.roles ?? [], desired.roles ?? []);
        await setSessionDefaults(client, desired.name, previous, desired);
        return found(await readRole(client, access, desired.name, desired), desired.name);
      }),
    ),

  delete: (access, _id, state) =>
    attempt(
      `drop the role "${state.name}"`,
      "Drop or give away what depends on it first (REASSIGN OWNED and DROP OWNED in the databases named), or set skipDropRole.",
      () => access.transaction((client) => dropRole(client, state)),
    ).catch((error) => {
      if (!isMissing(error, "42704")) throw error;
    }),
};

function atLeast(least: number): (value: unknown) => string | undefined {
  return (value) => ((value as number) < least ? `must be at least ${least}.` : undefined);
}

/**
 * The password to set in an update; undefined leaves it as it is. A renamed role gets its password again: an md5 hash
 * holds the name.
 */
function newPassword(previous: RoleState, desired: RoleState): string | null | undefined {
  const renamed = desired.name !== previous.name;
  if (desired.passwordWo !== null)
    return renamed || desired.passwordWoVersion !== previous.passwordWoVersion ? desired.passwordWo : undefined;
  return renamed || (previous.password ?? "") !== (desired.password ?? "") ? desired.password : undefined;
}

/** The attributes of CREATE ROLE and ALTER ROLE. What only superusers may say is said where it is needed, and by them. */
async function attributes(
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

async function setMemberships(client: Client, name: string, old: string[], now: string[]): Promise<void> {
  for (const other of old.filter((former) => !now.includes(former)))
    await client.query(`REVOKE ${escapeIdentifier(other)} FROM ${escapeIdentifier(name)}`);
  for (const other of now.filter((newer) => !old.includes(newer)))
    await client.query(`GRANT ${escapeIdentifier(other)} TO ${escapeIdentifier(name)}`);
}

/** The settings that the role's sessions begin with. */
async function setSessionDefaults(client: Client, name: string, old: RoleState | null, now: RoleState): Promise<void> {
  const quoted = escapeIdentifier(name);
  const set = async (property: keyof RoleState, setting: string, value: string | null) => {
    if (sameValue(role.properties[property], old?.[property] ?? null, now[property])) return;
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

async function readRole(
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

async function dropRole(client: Client, state: RoleState): Promise<void> {
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

function found(live: Live<RoleState> | null, name: string): Live<RoleState> {
  if (live === null) throw new Error(`The role "${name}" was made and is not there.`);
  return live;
}
