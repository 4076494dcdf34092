/** The new password of a role that came with the data a server was made from: set once, then the role's own resource has it. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { connect } from "../support/postgres";
import { scramVerifier } from "../support/scram";

interface Inputs {
  host: string;
  port: number;
  superuser: string;
  superuserPassword: string;
  role: string;
  password: string;
}

export async function check(_olds: Inputs, news: Inputs) {
  return { inputs: news };
}

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

export async function read(id: string, props: Inputs) {
  return { id, props };
}

/** The password stays: it is the role's. */
async function remove() {}

export { remove as delete };

async function setPassword({ host, port, superuser, superuserPassword, role, password }: Inputs): Promise<void> {
  const client = await connect({
    host,
    port,
    database: "postgres",
    user: superuser,
    password: superuserPassword,
    tls: "disable",
  });
  try {
    // The verifier, not the password, so that it stands in no log of the server.
    await client.query(`ALTER ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(scramVerifier(password))}`);
  } finally {
    await client.end();
  }
}
