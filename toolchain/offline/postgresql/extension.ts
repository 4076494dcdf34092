import { type Client, escapeIdentifier } from "pg";
import { UserError } from "../../../support/errors";
import type { Live, ResourceType } from "../resource-type";
import { attempt, type DatabaseAccess, isMissing } from "./database-session";

export interface ExtensionState {
  name: string;
  /** The database it is in; the provider's own when none is given. */
  database: string | null;
  schema: string | null;
  version: string | null;
  createCascade: boolean;
  dropCascade: boolean;
}

const help = "Check that the server has the extension's files, and the rights of the provider's user.";

/** postgresql:index/extension:Extension. Its id is `<database>.<name>`. */
export const extension: ResourceType<DatabaseAccess, ExtensionState> = {
  token: "postgresql:index/extension:Extension",
  builtOn: "sdk",
  properties: {
    name: { type: "string", required: true, autoName: true, replaces: true },
    database: { type: "string", computed: true, replaces: true },
    schema: { type: "string", computed: true },
    version: { type: "string", computed: true },
    createCascade: { type: "boolean", default: false },
    dropCascade: { type: "boolean", default: false },
  },

  create: (access, desired) =>
    attempt(`create the extension ${described(access, desired)}`, help, () =>
      access.transaction(
        async (client) => {
          const { name, schema, version, createCascade } = desired;
          await client.query(
            [
              `CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(name)}`,
              schema ? `SCHEMA ${escapeIdentifier(schema)}` : "",
              version ? `VERSION ${escapeIdentifier(version)}` : "",
              createCascade ? "CASCADE" : "",
            ].join(" "),
          );
          return found(await readExtension(client, name, databaseOf(access, desired), desired), name);
        },
        databaseOf(access, desired),
      ),
    ),

  read: (access, id, known) => {
    const { name, database } = known === null ? parseId(id) : { ...known, database: databaseOf(access, known) };
    return attempt(`read the extension "${name}" of the database "${database}"`, help, () =>
      access.session((client) => readExtension(client, name, database, known), database),
    ).catch((error) => {
      // The database itself is gone.
      if (isMissing(error, "3D000")) return null;
      throw error;
    });
  },

  update: (access, _id, previous, desired) =>
    attempt(`change the extension ${described(access, desired)}`, help, () =>
      access.transaction(
        async (client) => {
          const name = escapeIdentifier(desired.name);
          if (desired.schema && desired.schema !== previous.schema)
            await client.query(`ALTER EXTENSION ${name} SET SCHEMA ${escapeIdentifier(desired.schema)}`);
          if (desired.version && desired.version !== previous.version)
            await client.query(`ALTER EXTENSION ${name} UPDATE TO ${escapeIdentifier(desired.version)}`);
          return found(await readExtension(client, desired.name, databaseOf(access, desired), desired), desired.name);
        },
        databaseOf(access, desired),
      ),
    ),

  delete: (access, _id, state) =>
    attempt(
      `drop the extension ${described(access, state)}`,
      "Drop what depends on it first, or set dropCascade.",
      () =>
        access.session(
          (client) =>
            client.query(
              `DROP EXTENSION ${escapeIdentifier(state.name)} ${state.dropCascade ? "CASCADE" : "RESTRICT"}`,
            ),
          databaseOf(access, state),
        ),
    ).then(
      () => {},
      (error) => {
        if (!isMissing(error, "3D000", "42704")) throw error;
      },
    ),
};

function databaseOf(access: DatabaseAccess, state: ExtensionState): string {
  return state.database || access.configuration.target.database;
}

function described(access: DatabaseAccess, state: ExtensionState): string {
  return `"${state.name}" in the database "${databaseOf(access, state)}"`;
}

function parseId(id: string): { name: string; database: string } {
  const [database, name, ...rest] = id.split(".");
  if (!database || !name || rest.length > 0)
    throw new UserError(`'${id}' is not the id of an extension.`, "Write it as <database>.<extension>.");
  return { name, database };
}

async function readExtension(
  client: Client,
  name: string,
  database: string,
  known: ExtensionState | null,
): Promise<Live<ExtensionState> | null> {
  const { rows } = await client.query<{ schema: string; version: string }>(
    `SELECT n.nspname AS schema, e.extversion AS version
     FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = $1`,
    [name],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { createCascade = false, dropCascade = false } = known ?? {};
  return { id: `${database}.${name}`, state: { name, database, ...row, createCascade, dropCascade } };
}

function found(live: Live<ExtensionState> | null, name: string): Live<ExtensionState> {
  if (live === null) throw new Error(`The extension "${name}" was made and is not there.`);
  return live;
}
