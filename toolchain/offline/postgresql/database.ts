import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import type { Live, ResourceType } from "../resource-type";
import { asMemberOf, attempt, type DatabaseAccess, isMissing } from "./database-session";

export interface DatabaseState {
  name: string;
  owner: string | null;
  template: string | null;
  encoding: string | null;
  lcCollate: string | null;
  lcCtype: string | null;
  tablespaceName: string | null;
  connectionLimit: number;
  allowConnections: boolean;
  isTemplate: boolean | null;
  alterObjectOwnership: boolean;
}

const rights = "Check that the owner exists, and the rights of the provider's user.";

/** postgresql:index/database:Database. Encoding, locale and template cannot be changed: they make a new database. */
export const database: ResourceType<DatabaseAccess, DatabaseState> = {
  token: "postgresql:index/database:Database",
  builtOn: "sdk",
  properties: {
    name: { type: "string", required: true, autoName: true },
    owner: { type: "string", computed: true },
    template: { type: "string", computed: true, replaces: true },
    encoding: { type: "string", computed: true, replaces: true },
    lcCollate: { type: "string", computed: true, replaces: true },
    lcCtype: { type: "string", computed: true, replaces: true },
    tablespaceName: { type: "string", computed: true },
    connectionLimit: {
      type: "number",
      default: -1,
      refuse: (limit) => ((limit as number) < -1 ? "must be at least -1." : undefined),
    },
    allowConnections: { type: "boolean", default: true },
    isTemplate: { type: "boolean", computed: true },
    alterObjectOwnership: { type: "boolean", default: false },
  },

  create: (access, desired) =>
    attempt(`create the database "${desired.name}"`, rights, () =>
      access.session(async (client) => {
        const owner = desired.owner ?? "";
        await asMemberOf(client, owner === "" ? [] : [owner], () =>
          client.query(`CREATE DATABASE ${escapeIdentifier(desired.name)} WITH ${creationOptions(desired)}`),
        );
        return found(await readDatabase(client, desired.name, desired), desired.name);
      }),
    ),

  read: (access, id, known) =>
    attempt(`read the database "${known?.name ?? id}"`, rights, () =>
      access.session((client) => readDatabase(client, known?.name ?? id, known)),
    ),

  update: (access, _id, previous, desired) =>
    attempt(`change the database "${previous.name}"`, rights, async () => {
      if (desired.alterObjectOwnership && desired.owner && desired.owner !== previous.owner)
        await giveObjects(access, previous.name, desired.owner);
      return access.session(async (client) => {
        await alter(client, previous, desired);
        return found(await readDatabase(client, desired.name, desired), desired.name);
      });
    }),

  delete: (access, _id, state) =>
    attempt(`drop the database "${state.name}"`, "Check who uses it, and the rights of the provider's user.", () =>
      access.session((client) => drop(client, state)),
    ).catch((error) => {
      if (!isMissing(error, "3D000")) throw error;
    }),
};

function creationOptions(desired: DatabaseState): string {
  const words = desired.owner ? [`OWNER ${escapeIdentifier(desired.owner)}`] : [];
  words.push(`TEMPLATE ${orDefault(desired.template ?? "template0", escapeIdentifier)}`);
  words.push(`ENCODING ${orDefault(desired.encoding ?? "UTF8", escapeLiteral)}`);
  if (desired.lcCollate) words.push(`LC_COLLATE ${orDefault(desired.lcCollate, escapeLiteral)}`);
  if (desired.lcCtype) words.push(`LC_CTYPE ${orDefault(desired.lcCtype, escapeLiteral)}`);
  if (desired.tablespaceName) words.push(`TABLESPACE ${orDefault(desired.tablespaceName, escapeIdentifier)}`);
  words.push(`ALLOW_CONNECTIONS ${desired.allowConnections}`);
  words.push(`CONNECTION LIMIT ${desired.connectionLimit}`);
  words.push(`IS_TEMPLATE ${desired.isTemplate ?? false}`);
  return words.join(" ");
}

/** The official provider takes the word DEFAULT for PostgreSQL's own choice. */
function orDefault(value: string, quote: (value: string) => string): string {
  return value.toUpperCase() === "DEFAULT" ? "DEFAULT" : quote(value);
}

async function alter(client: Client, previous: DatabaseState, desired: DatabaseState): Promise<void> {
  const name = escapeIdentifier(desired.name);
  if (desired.name !== previous.name)
    await client.query(`ALTER DATABASE ${escapeIdentifier(previous.name)} RENAME TO ${name}`);
  const { owner } = desired;
  if (owner && owner !== previous.owner)
    await asMemberOf(client, [owner], () => client.query(`ALTER DATABASE ${name} OWNER TO ${escapeIdentifier(owner)}`));
  if (desired.tablespaceName && desired.tablespaceName !== previous.tablespaceName)
    await client.query(
      desired.tablespaceName.toUpperCase() === "DEFAULT"
        ? `ALTER DATABASE ${name} RESET TABLESPACE`
        : `ALTER DATABASE ${name} SET TABLESPACE ${escapeIdentifier(desired.tablespaceName)}`,
    );
  if (desired.connectionLimit !== previous.connectionLimit)
    await client.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${desired.connectionLimit}`);
  if (desired.allowConnections !== previous.allowConnections)
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${desired.allowConnections}`);
  if (desired.isTemplate !== null && desired.isTemplate !== previous.isTemplate)
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE ${desired.isTemplate}`);
}

/** What the old owner has in the database becomes the new owner's. */
async function giveObjects(access: DatabaseAccess, name: string, owner: string): Promise<void> {
  await access.transaction(async (client) => {
    const { rows } = await client.query<{ owner: string }>(
      "SELECT pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database WHERE datname = current_database()",
    );
    const old = rows[0]?.owner;
    if (old === undefined || old === owner) return;
    await asMemberOf(client, [old, owner], () =>
      client.query(`REASSIGN OWNED BY ${escapeIdentifier(old)} TO ${escapeIdentifier(owner)}`),
    );
  }, name);
}

/** Drops the database, and the sessions that are in it with it, as the official provider does. */
async function drop(client: Client, state: DatabaseState): Promise<void> {
  const quoted = escapeIdentifier(state.name);
  await asMemberOf(client, state.owner ? [state.owner] : [], async () => {
    if (state.isTemplate) await client.query(`ALTER DATABASE ${quoted} IS_TEMPLATE false`);
    await client.query(`ALTER DATABASE ${quoted} ALLOW_CONNECTIONS false`);
    await client.query(`DROP DATABASE ${quoted} WITH (FORCE)`);
  });
}

interface DatabaseRow {
  state: Omit<DatabaseState, "template" | "alterObjectOwnership">;
}

async function readDatabase(
  client: Client,
  id: string,
  known: DatabaseState | null,
): Promise<Live<DatabaseState> | null> {
  const { rows } = await client.query<DatabaseRow>(
    `SELECT json_build_object(
       'name', d.datname, 'owner', pg_catalog.pg_get_userbyid(d.datdba),
       'encoding', CASE WHEN pg_catalog.pg_char_to_encoding($2) = d.encoding THEN $2
                        ELSE pg_catalog.pg_encoding_to_char(d.encoding) END, 'lcCollate', d.datcollate, 'lcCtype', d.datctype,
       'tablespaceName', t.spcname, 'connectionLimit', d.datconnlimit, 'allowConnections', d.datallowconn,
       'isTemplate', d.datistemplate) AS state
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
     WHERE d.datname = $1`,
    // The same encoding under another of its names is no change: it would make a new database.
    [id, known?.encoding ?? ""],
  );
  const row = rows[0]?.state;
  if (row === undefined) return null;
  return {
    id: row.name,
    state: {
      ...row,
      ...leftToServer(known),
      // PostgreSQL does not remember the template.
      template: known?.template || "template0",
      alterObjectOwnership: known?.alterObjectOwnership ?? false,
    },
  };
}

/** What was given as the word DEFAULT, and stays so: the server's own value would look like a change. */
function leftToServer(known: DatabaseState | null): Partial<DatabaseState> {
  const names = ["encoding", "lcCollate", "lcCtype", "tablespaceName"] as const;
  return Object.fromEntries(
    names.filter((name) => known?.[name]?.toUpperCase() === "DEFAULT").map((name) => [name, known?.[name]]),
  );
}

function found(live: Live<DatabaseState> | null, name: string): Live<DatabaseState> {
  if (live === null) throw new Error(`The database "${name}" was made and is not there.`);
  return live;
}
