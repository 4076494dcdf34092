import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isStoredForm, matchesStored, scramVerifier } from "../../support/scram";
import { type TestServer, testServer } from "./postgres";

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await testServer();
  client = new Client({ ...server.superuser(), ssl: false });
  await client.connect();
  await client.query("CREATE ROLE probe LOGIN");
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

const passwords = [
  "plain ASCII, with $ and 'quotes' and \\",
  "Grüße",
  "u\u0308ber", // composed by NFKC
  "Ⅸ №",
  "soft\u00adhyphen",
  "no\u00a0break",
  "zero\u200dwidth",
  "שלום",
  "שלום latin", // directions mixed: prohibited, so taken as it is
  "bell\u0007 Ⅸ", // a control character: prohibited
  "😀 emoji",
  "x".repeat(200),
];

test.each(passwords)("PostgreSQL makes the same of the password %j", async (password) => {
  await client.query(`ALTER ROLE probe PASSWORD ${client.escapeLiteral(password)}`);
  const stored = await storedOf("probe");
  expect(matchesStored(stored, password, "probe")).toBe(true);
  expect(matchesStored(stored, `${password}.`, "probe")).toBe(false);
});

test.each(passwords.filter((password) => /^[ -~]*$/.test(password)))(
  "a verifier made here lets the password %j in, and no other",
  async (password) => {
    const verifier = scramVerifier(password);
    expect(isStoredForm(verifier)).toBe(true);
    await client.query(`ALTER ROLE probe PASSWORD ${client.escapeLiteral(verifier)}`);
    expect(await storedOf("probe")).toBe(verifier);
    await expect(logIn(password)).resolves.toBe("probe");
    await expect(logIn(`${password} `)).rejects.toThrow(/password authentication failed/);
  },
);

test("an md5 hash is told from a password, and compared with the role's name in it", async () => {
  await client.query("SET password_encryption = 'md5'");
  await client.query("ALTER ROLE probe PASSWORD 'old style'");
  await client.query("RESET password_encryption");
  const stored = await storedOf("probe");
  expect(isStoredForm(stored)).toBe(true);
  expect(matchesStored(stored, "old style", "probe")).toBe(true);
  expect(matchesStored(stored, "old style", "other")).toBe(false);
  expect(isStoredForm("md5 is not what this is")).toBe(false);
});

async function storedOf(role: string): Promise<string> {
  const { rows } = await client.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [role]);
  return rows[0].rolpassword;
}

async function logIn(password: string): Promise<string> {
  const session = new Client({ ...server.superuser(), user: "probe", password, ssl: false });
  await session.connect();
  const { rows } = await session.query("SELECT current_user::text AS name");
  await session.end();
  return rows[0].name;
}
