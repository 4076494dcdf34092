/** Comments on database, role and schema, and the database's default application_name: a DBA sees from which stack they come. */
import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { asMemberOf } from "../server/roles/membership";
import { differs } from "../support/plain-resource";
import { inSession } from "../support/postgres";
import { asAdministrator, type ServerLogin } from "../support/server-login";
import { isUnknown } from "../support/unknown-value";

interface Inputs extends ServerLogin {
  /** Project and stack. */
  stack: string;
  database: string;
  role: string;
}

/** Where a comment begins so, it is ours to write; another one is somebody's own. */
const signature = "pgstead: ";

/** They go with their objects. */
export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  await write(inputs);
  return { id: `${inputs.stack} ${inputs.database}`, outs: inputs };
}

export async function diff(_id: string, olds: Inputs, news: Inputs) {
  if (isUnknown(news)) return { changes: true };
  return { changes: differs(olds, news) };
}

export async function update(_id: string, _olds: Inputs, news: Inputs) {
  await write(news);
  return { outs: news };
}

async function write(inputs: Inputs): Promise<void> {
  const { stack, database, role } = inputs;
  await inSession(asAdministrator(inputs, database), (client) => {
    const from = `the stack ${stack}; it is kept by Pulumi: change the stack's config instead`;
    return asMemberOf(client, [role], async () => {
      await comment(client, "DATABASE", database, `${signature}database of ${from}.`, "pg_database", "datname");
      await comment(
        client,
        "ROLE",
        role,
        `${signature}owner of the database ${database} of ${from}.`,
        "pg_authid",
        "rolname",
      );
      await comment(
        client,
        "SCHEMA",
        "public",
        `${signature}the application's tables, of ${from}.`,
        "pg_namespace",
        "nspname",
      );
      // Sessions that say nothing of themselves are seen as the stack's.
      await client.query(
        `ALTER DATABASE ${escapeIdentifier(database)} SET application_name TO ${escapeLiteral(stack.slice(0, 63))}`,
      );
    });
  });
}

/** PostgreSQL's own comment on the schema public ("standard public schema") is replaced too. */
async function comment(
  client: Client,
  kind: string,
  name: string,
  text: string,
  catalog: "pg_database" | "pg_authid" | "pg_namespace",
  column: string,
): Promise<void> {
  // pg_roles shows the same oids to who may not read pg_authid.
  const from = catalog === "pg_authid" ? "pg_roles" : catalog;
  const shared = catalog !== "pg_namespace";
  const description = shared ? "shobj_description(oid, $2)" : "obj_description(oid, $2)";
  const { rows } = await client.query<{ now: string | null }>(
    `SELECT ${description} AS now FROM ${from} WHERE ${column} = $1`,
    [name, catalog],
  );
  const now = rows[0]?.now ?? null;
  if (rows.length === 0 || now === text) return;
  if (now !== null && !now.startsWith(signature) && now !== "standard public schema") return;
  await client.query(`COMMENT ON ${kind} ${escapeIdentifier(name)} IS ${escapeLiteral(text)}`).catch((error) => {
    // An administrator who is no superuser may not own them all: a comment is no reason to fail.
    if ((error as { code?: string }).code !== "42501") throw error;
    console.log(`The comment on ${kind} ${name} cannot be written: ${error.message}.`);
  });
}
