/** The new password of a role that came with the data a server was made from: set once, then the role's own resource has it. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { inSession } from "../support/postgres";
import { scramVerifier } from "../support/scram";
import { asAdministrator, type ServerLogin } from "../support/server-login";

interface Inputs extends ServerLogin {
  role: string;
  password: string;
}

/** The password stays: it is the role's. */
export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  await setPassword(inputs);
  return { id: inputs.role, outs: inputs };
}

export async function diff(_id: string, olds: Inputs, news: Inputs) {
  return { changes: olds.role !== news.role || olds.password !== news.password };
}

export async function update(_id: string, _olds: Inputs, news: Inputs) {
  await setPassword(news);
  return { outs: news };
}

async function setPassword(inputs: Inputs): Promise<void> {
  const [role, verifier] = [escapeIdentifier(inputs.role), escapeLiteral(scramVerifier(inputs.password))];
  // The verifier, not the password, so that it stands in no log of the server.
  await inSession(asAdministrator(inputs), (client) => client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${verifier}`));
}
