import { type Client, escapeIdentifier } from "pg";

/**
 * Runs something as a member of these roles. A superuser needs no membership; managed servers hand out administrators who are none, and who have
 * to be members of a role to grant what is its own, or to end its sessions. They are members no longer afterwards.
 */
export async function asMemberOf<T>(client: Client, roles: readonly string[], work: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ me: string; super: boolean }>(
    "SELECT rolname AS me, rolsuper AS super FROM pg_roles WHERE rolname = current_user",
  );
  const { me = "", super: isSuperuser = false } = rows[0] ?? {};
  if (isSuperuser) return work();
  const joined: string[] = [];
  for (const role of roles) {
    const { rows: found } = await client.query<{ member: boolean }>(
      "SELECT pg_has_role(current_user, oid, 'USAGE') AS member FROM pg_roles WHERE rolname = $1",
      [role],
    );
    if (found[0] === undefined || found[0].member) continue;
    await client.query(`GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(me)}`);
    joined.push(role);
  }
  const leave = async () => {
    for (const role of joined) await client.query(`REVOKE ${escapeIdentifier(role)} FROM ${escapeIdentifier(me)}`);
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // In a transaction that failed, the grant is undone with it.
    await leave().catch(() => {});
    throw error;
  }
  await leave();
  return result;
}
