/** The life of the two login roles of `rotation: alternating`: which one has the present password, and when the other is let in no more. */
import { type Client, escapeIdentifier } from "pg";
import { accepts } from "../server/embedded/superuser";
import {
  dropLogins,
  endSessions,
  ensureLogins,
  issue,
  limit,
  loginNames,
  proveLogin,
  retire,
} from "../server/roles/login-roles";
import { audit } from "../support/audit";
import { parseDuration } from "../support/duration";
import { differs } from "../support/plain-resource";
import { connect, inSession, type PostgresTarget } from "../support/postgres";
import { asAdministrator, type ServerLogin } from "../support/server-login";
import { isUnknown } from "../support/unknown-value";

interface Inputs extends ServerLogin {
  database: string;
  /** Owns everything, and does not log in. */
  owner: string;
  /** A secret. Another one is given to the idle login. */
  password: string;
  /** The present password's version, for the log. */
  version: string;
  /** How long the previous password works beside the new one, such as 12h; empty for until the next rotation. */
  retireAfter: string;
  /** Whether the owner's own login, where it had one, counts as the previous one; else it ends at once. */
  ownerMayLogIn: boolean;
  auditFile: string;
}

interface Outputs extends Inputs {
  /** The login that the application uses, which has the password. */
  role: string;
  /** Whoever was let in before; null when nobody is any more. `until` is empty for until the next rotation. */
  previous: { role: string; until: string } | null;
}

export { check, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const previous = inputs.ownerMayLogIn ? { role: inputs.owner, until: end(inputs) } : null;
  return {
    id: inputs.owner,
    outs: await rotate(inputs, loginNames(inputs.owner).a, previous, inputs.ownerMayLogIn ? [] : [inputs.owner]),
  };
}

/** Looks whether the active login really gets in, so that `up` mends it without a refresh before. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  if (isUnknown(news)) return { changes: true };
  if (olds.owner !== news.owner || olds.database !== news.database)
    return { changes: true, replaces: ["owner", "database"], deleteBeforeReplace: true };
  if (olds.password !== news.password) return { changes: true };
  if (isDue(olds)) {
    console.log(
      `The previous login ${olds.previous?.role} is retired: its time is over since ${olds.previous?.until}.`,
    );
    return { changes: true };
  }
  // The superuser's password too: the record's is the one that a deletion connects with.
  if (differs(olds, news)) return { changes: true };
  // A server that does not answer is its own resource's concern.
  const works = await accepts(login(news, olds.role)).catch(() => true);
  if (!works) console.log(`The login ${olds.role} does not get in with its password: it is set again.`);
  return { changes: !works };
}

export async function update(_id: string, olds: Outputs, news: Inputs) {
  if (olds.password === news.password) return { outs: await mend(olds, news) };
  // The idle login gets the password. Nobody but it and the one that the application has so far is let in.
  const { a, b } = loginNames(news.owner);
  const idle = olds.role === a ? b : a;
  const others = olds.previous === null || olds.previous.role === idle ? [] : [olds.previous.role];
  return { outs: await rotate(news, idle, { role: olds.role, until: end(news) }, others) };
}

/** Back to one role: the owner logs in itself again, and the two go. */
async function remove(_id: string, props: Outputs): Promise<void> {
  const client = await connect(asAdministrator(props, props.database)).catch(() => connect(asAdministrator(props)));
  try {
    const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [props.owner]);
    if (rowCount !== 0) await client.query(`ALTER ROLE ${escapeIdentifier(props.owner)} LOGIN`);
    await dropLogins(client, props.owner);
  } finally {
    await client.end();
  }
}

export { remove as delete };

/**
 * Gives a login the new password. The roles change in one transaction, so that a crash leaves all or nothing of it; run again, it
 * sets the same password once more. Only then the sessions that were opened with a retired password end: the new one is not handed out
 * before this returns, so every session of the login is an old one.
 */
async function rotate(
  inputs: Inputs,
  role: string,
  previous: Outputs["previous"],
  retired: string[],
): Promise<Outputs> {
  await inSession(asAdministrator(inputs, inputs.database), async (client) => {
    await client.query("BEGIN");
    await ensureLogins(client, inputs.owner, inputs.database);
    await issue(client, role, inputs.password);
    if (previous !== null) await limit(client, previous.role, previous.until);
    for (const name of retired) await retire(client, name);
    await client.query("COMMIT");
    for (const name of [role, ...retired]) await endAndNote(client, inputs, name);
  });
  await proveLogin(login(inputs, role), inputs.owner);
  audit(inputs.auditFile, { event: "set", version: inputs.version, role });
  const until = previous?.until || "the next rotation";
  console.log(
    `${role} has the password of version ${inputs.version}${previous === null ? "" : `; ${previous.role} works until ${until}`}.`,
  );
  return { ...inputs, role, previous };
}

/** Sets what should be there, without ending a session of the active login, and retires the previous one when its time is over. */
async function mend(olds: Outputs, inputs: Inputs): Promise<Outputs> {
  const due = isDue(olds) ? olds.previous : null;
  await inSession(asAdministrator(inputs, inputs.database), async (client) => {
    await client.query("BEGIN");
    await ensureLogins(client, inputs.owner, inputs.database);
    await issue(client, olds.role, inputs.password);
    if (due !== null) await retire(client, due.role);
    await client.query("COMMIT");
    if (due !== null) await endAndNote(client, inputs, due.role);
  });
  await proveLogin(login(inputs, olds.role), inputs.owner);
  return { ...inputs, role: olds.role, previous: due === null ? olds.previous : null };
}

async function endAndNote(client: Client, { auditFile }: Inputs, role: string): Promise<void> {
  const ended = await endSessions(client, role);
  audit(auditFile, { event: "retired", version: "former", role, note: `${ended} sessions ended` });
}

function isDue({ previous }: Outputs): boolean {
  return previous !== null && previous.until !== "" && Date.parse(previous.until) <= Date.now();
}

function end({ retireAfter }: Inputs): string {
  return retireAfter === "" ? "" : new Date(Date.now() + parseDuration(retireAfter)).toISOString();
}

/** How the application connects. */
function login(inputs: Inputs, role: string): PostgresTarget {
  return { ...asAdministrator(inputs, inputs.database), user: role, password: inputs.password };
}
