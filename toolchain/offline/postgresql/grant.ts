import { crc32 } from "node:zlib";
import type { Client } from "pg";
import { UserError } from "../../../support/errors";
import type { Live, Misfit, ResourceType } from "../resource-type";
import { asMemberOf, attempt, type DatabaseAccess, isMissing } from "./database-session";
import {
  type GrantedOn,
  grantedQuery,
  grantee,
  isObjectType,
  type ObjectType,
  objectClause,
  objectKinds,
} from "./privileges";

export interface GrantState extends GrantedOn {
  /** `public` is everybody. */
  role: string;
  objectType: ObjectType;
  objects: string[] | null;
  columns: null;
  /** None at all takes every privilege away. */
  privileges: string[];
  withGrantOption: boolean;
}

const help = "Check that role, database, schema and objects exist, and the rights of the provider's user.";

/** postgresql:index/grant:Grant: exactly these privileges of a role; any other that it has on the objects is taken away. */
export const grant: ResourceType<DatabaseAccess, GrantState> = {
  token: "postgresql:index/grant:Grant",
  builtOn: "sdk",
  // The same privileges are no second object: deleting the old grant last would take the new one's away.
  deleteBeforeReplace: true,
  properties: {
    role: { type: "string", required: true, replaces: true },
    database: { type: "string", required: true, replaces: true },
    schema: { type: "string", replaces: true },
    objectType: {
      type: "string",
      required: true,
      replaces: true,
      refuse: (name) =>
        isObjectType(name as string)
          ? undefined
          : `'${name}' is not implemented by the stand-in (it has ${Object.keys(objectKinds).join(", ")}). Bring the official plugin archives (PGSTEAD_PLUGINS).`,
    },
    objects: { type: "set", replaces: true },
    columns: {
      type: "set",
      replaces: true,
      refuse: () =>
        "are not implemented by the stand-in. Bring the official plugin archives (PGSTEAD_PLUGINS) to grant on columns.",
    },
    privileges: { type: "set", required: true },
    withGrantOption: { type: "boolean", default: false, replaces: true },
  },
  check: misfits,

  create: (access, desired) => apply(access, desired),
  update: (access, _id, _previous, desired) => apply(access, desired),

  read(access, id, known) {
    if (known === null)
      throw new UserError(`The grant '${id}' cannot be imported.`, "Make it: that takes over what is there.");
    return attempt(`read the privileges of "${known.role}"`, help, () =>
      access.session((client) => readGrant(client, known), known.database),
    ).catch((error) => {
      if (isMissing(error, "3D000")) return null;
      throw error;
    });
  },

  delete: (access, _id, state) =>
    attempt(`revoke the privileges of "${state.role}"`, help, () =>
      access.transaction(async (client) => {
        if ((await readGrant(client, state)) === null) return;
        await asMemberOf(client, await owners(client, state), () => revoke(client, state));
      }, state.database),
    ).catch((error) => {
      // With the database, the schema, the role or the objects their privileges went.
      if (!isMissing(error, "3D000", "3F000", "42704", "42P01")) throw error;
    }),
};

function misfits(inputs: GrantState, notYetKnown: ReadonlySet<string>): Misfit[] {
  if (notYetKnown.has("objectType")) return [];
  const kind = objectKinds[inputs.objectType];
  const found: Misfit[] = (inputs.privileges ?? [])
    .filter((privilege) => !(kind.privileges as readonly string[]).includes(privilege))
    .map((privilege) => ({
      property: "privileges",
      reason: `holds '${privilege}', but a ${inputs.objectType} has ${kind.privileges.join(", ")}.`,
    }));
  if (kind.schema && !inputs.schema && !notYetKnown.has("schema"))
    found.push({ property: "schema", reason: `is missing: a ${inputs.objectType} is of a schema.` });
  if (inputs.objects !== null && inputs.objects.length > 0 && !kind.objects)
    found.push({ property: "objects", reason: `cannot be named for a ${inputs.objectType}.` });
  return found;
}

function apply(access: DatabaseAccess, desired: GrantState): Promise<Live<GrantState>> {
  const { objectType, schema, role, privileges, withGrantOption } = desired;
  const what = objectType === "database" ? `the database "${desired.database}"` : `${objectType} in "${schema}"`;
  return attempt(`grant "${role}" its privileges on ${what}`, help, () =>
    access.transaction(async (client) => {
      // In one transaction: the role is at no time without what it keeps.
      await asMemberOf(client, await owners(client, desired), async () => {
        await revoke(client, desired);
        if (privileges.length > 0)
          await client.query(
            `GRANT ${privileges.join(", ")} ON ${objectClause(desired)} TO ${grantee(role)}${withGrantOption ? " WITH GRANT OPTION" : ""}`,
          );
      });
      const live = await readGrant(client, desired);
      if (live === null) throw new Error(`The privileges of "${role}" were granted and cannot be read.`);
      return live;
    }, desired.database),
  );
}

async function revoke(client: Client, state: GrantState): Promise<void> {
  await client.query(`REVOKE ALL PRIVILEGES ON ${objectClause(state)} FROM ${grantee(state.role)}`);
}

/** Who can give privileges on the objects away: their owners. */
async function owners(client: Client, on: GrantedOn): Promise<string[]> {
  if (on.objectType === "database") return [];
  const { rows } = await client.query<{ owner: string }>(
    `SELECT DISTINCT pg_catalog.pg_get_userbyid(CASE nspowner::regrole::text WHEN 'pg_database_owner' THEN datdba ELSE nspowner END) AS owner
       FROM pg_catalog.pg_namespace, pg_catalog.pg_database WHERE nspname = $1 AND datname = current_database()
     UNION
     SELECT tableowner FROM pg_catalog.pg_tables WHERE schemaname = $1 AND $2`,
    [on.schema, on.objectType !== "schema"],
  );
  return rows.map(({ owner }) => owner);
}

/**
 * The grant as it is on the server; null when its role, database, schema or objects are gone. Where the objects differ, the
 * first that has not the wanted privileges speaks for all, so that an update puts every one right.
 */
async function readGrant(client: Client, known: GrantState): Promise<Live<GrantState> | null> {
  const role = await client.query<{ oid: string }>(
    known.role === "public" ? "SELECT '0' AS oid" : "SELECT oid::text FROM pg_catalog.pg_roles WHERE rolname = $1",
    known.role === "public" ? [] : [known.role],
  );
  const oid = role.rows[0]?.oid;
  if (oid === undefined) return null;
  if (known.schema !== null && known.objectType !== "database") {
    const schema = await client.query("SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", [known.schema]);
    if (schema.rowCount === 0) return null;
  }
  const { sql, parameters } = grantedQuery(known);
  const { rows } = await client.query<{ privileges: string[]; every: string[] }>(sql, [oid, ...parameters]);
  const other = rows.find((row) => !sameSet(row.privileges, wantedOf(known, row.every)));
  return {
    id: grantId(known),
    state: {
      ...known,
      columns: null,
      privileges: [...(other?.privileges ?? known.privileges)].sort(),
      objects: known.objects?.toSorted() ?? null,
    },
  };
}

function wantedOf(known: GrantState, every: string[]): string[] {
  return known.privileges.includes("ALL") ? every : known.privileges;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === new Set(other).size && one.every((item) => other.includes(item));
}

/** The official provider's id: role, database, schema, kind and objects, these in the order of its own sets. */
function grantId(state: GrantState): string {
  const { role, database, schema, objectType, objects } = state;
  const inSetOrder = (objects ?? []).toSorted((a, b) => compare(setCode(a), setCode(b)));
  return [role, database, ...(objectType === "database" ? [] : [schema ?? ""]), objectType, ...inSetOrder].join("_");
}

/** Terraform's SDK orders a set of texts by the decimal digits of their CRC. */
function setCode(text: string): string {
  return String(crc32(text));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
