import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** PostgreSQL's own default (scram_iterations). */
const defaultIterations = 4096;
const saltBytes = 16;
const stored = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/;
const md5 = /^md5[0-9a-f]{32}$/;

/**
 * What PostgreSQL stores of a password (RFC 5803): made here, so that the password itself is in no statement, and so in
 * no log of the server.
 */
export function scramVerifier(password: string, iterations = defaultIterations, salt = randomBytes(saltBytes)): string {
  const { storedKey, serverKey } = keys(password, iterations, salt);
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey.toString("base64")}:${serverKey.toString("base64")}`;
}

/** Whether a text is what PostgreSQL stores already: it is taken as it is. */
export function isStoredForm(password: string): boolean {
  return stored.test(password) || md5.test(password);
}

/** Whether what PostgreSQL stores was made of this password. */
export function matchesStored(storedForm: string, password: string, role: string): boolean {
  if (storedForm === password) return true;
  if (md5.test(storedForm))
    return (
      storedForm ===
      `md5${createHash("md5")
        .update(password + role)
        .digest("hex")}`
    );
  const [, iterations, salt, storedKey] = stored.exec(storedForm) ?? [];
  if (iterations === undefined || salt === undefined || storedKey === undefined) return false;
  const expected = keys(password, Number(iterations), Buffer.from(salt, "base64")).storedKey;
  const found = Buffer.from(storedKey, "base64");
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function keys(password: string, iterations: number, salt: Buffer): { storedKey: Buffer; serverKey: Buffer } {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return {
    storedKey: createHash("sha256").update(clientKey).digest(),
    serverKey: createHmac("sha256", salted).update("Server Key").digest(),
  };
}

/**
 * SASLprep (RFC 4013) as PostgreSQL applies it: spaces made plain, invisible characters dropped, then NFKC. What it
 * prohibits (control characters, private use, wrong order of right-to-left text …) is used as it is, as PostgreSQL does.
 */
function prepared(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const mapped = password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu, " ")
    .replace(/\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|\u200d|[\u00ad\u1806\u200c\u2060\ufeff]/gu, "")
    .normalize("NFKC");
  const prohibited =
    /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u06dd\u070f\u180e\u2028-\u202e\u2061-\u2063\u206a-\u206f\ufff9-\uffff\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}\u2ff0-\u2ffb]|\u0340|\u0341/u;
  if (mapped === "" || prohibited.test(mapped) || mixesDirections(mapped)) return password;
  return mapped;
}

function mixesDirections(text: string): boolean {
  const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\u200f]/gu;
  if (text.search(rightToLeft) < 0) return false;
  const characters = [...text];
  const atEnds = [characters[0], characters.at(-1)].every((end) => end !== undefined && end.search(rightToLeft) === 0);
  return !atEnds || /\p{L}/u.test(text.replace(rightToLeft, ""));
}
