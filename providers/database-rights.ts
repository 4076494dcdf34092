/**
 * Rights on a database that only its owner can give and take, for an administrator who made it for the owner and is no superuser: nobody but the
 * owner may connect, and the administrator may make extensions, for which PostgreSQL wants CREATE on the database
 * (postgresql.org/docs/16/sql-createextension.html). Pulumi's postgresql plugin takes and gives as the administrator, which PostgreSQL answers with a
 * warning and no effect.
 */
import { type Client, escapeIdentifier } from "pg";
import { asMemberOf } from "../server/roles/membership";
import { differs } from "../support/plain-resource";
import { inSession } from "../support/postgres";
import { asAdministrator, type ServerLogin } from "../support/server-login";
import { isUnknown } from "../support/unknown-value";

interface Inputs extends ServerLogin {
  database: string;
  /** Of the database. */
  owner: string;
  /** Whether the administrator makes extensions in it. */
  extensions: boolean;
}

export { check, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  await give(inputs);
  return { id: `${inputs.superuser} ${inputs.database}`, outs: inputs };
}

export async function diff(_id: string, olds: Inputs, news: Inputs) {
  return { changes: isUnknown(news) || differs(olds, news) };
}

export async function update(_id: string, _olds: Inputs, news: Inputs) {
  await give(news);
  return { outs: news };
}

/** The administrator's own rights go; those who were shut out stay so, as the data may be kept. */
async function remove(_id: string, props: Inputs): Promise<void> {
  await asOwner(props, (client, database, administrator) =>
    client.query(`REVOKE CONNECT, CREATE ON DATABASE ${database} FROM ${administrator}`),
  );
}

export { remove as delete };

async function give(inputs: Inputs): Promise<void> {
  await asOwner(inputs, async (client, database, administrator) => {
    await client.query(`REVOKE ALL PRIVILEGES ON DATABASE ${database} FROM PUBLIC`);
    // To the administrator itself: what it has as a member of the owner ends with the membership.
    await client.query(
      inputs.extensions
        ? `GRANT CONNECT, CREATE ON DATABASE ${database} TO ${administrator}`
        : `GRANT CONNECT ON DATABASE ${database} TO ${administrator}`,
    );
  });
}

async function asOwner(
  inputs: Inputs,
  work: (client: Client, database: string, administrator: string) => Promise<unknown>,
): Promise<void> {
  // From another database: the administrator may not be let into this one yet.
  await inSession(asAdministrator(inputs), (client) =>
    asMemberOf(client, [inputs.owner], () =>
      work(client, escapeIdentifier(inputs.database), escapeIdentifier(inputs.superuser)),
    ),
  );
}
