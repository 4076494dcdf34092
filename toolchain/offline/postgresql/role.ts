import { escapeIdentifier } from "pg";
import type { Live, ResourceType } from "../resource-type";
import { attempt, type DatabaseAccess, isMissing } from "./database-session";
import { type RoleState, roleProperties } from "./role-properties";
import { readRole } from "./role-reading";
import { attributes, dropRole, newPassword, setMemberships, setSessionDefaults } from "./role-statements";

const rights = "Check the rights of the provider's user.";

/** postgresql:index/role:Role. Everything is changed in place, the name too. */
export const role: ResourceType<DatabaseAccess, RoleState> = {
  token: "postgresql:index/role:Role",
  builtOn: "sdk",
  properties: roleProperties,
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

function found(live: Live<RoleState> | null, name: string): Live<RoleState> {
  if (live === null) throw new Error(`The role "${name}" was made and is not there.`);
  return live;
}
