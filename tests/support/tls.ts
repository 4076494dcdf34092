/** Certificates for a test server, made by openssl. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../support/postgres";
import type { TestServer } from "./postgres";

/** Makes a certificate authority. @returns path of its certificate, `<name>.pem` in the folder */
export function certificateAuthority(folder: string, name: string): string {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl(folder, "req -x509 -newkey rsa:2048 -nodes -days 2", "-subj", `/CN=${name}`, ...files);
  return join(folder, `${name}.pem`);
}

/** Gives a running server a certificate of the authority `<name>.pem`, for the name localhost alone, and waits until it serves TLS. */
export async function serveTls(server: TestServer, folder: string, authority: string): Promise<void> {
  openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
  writeFileSync(join(folder, "san"), "subjectAltName=DNS:localhost");
  const by = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`];
  openssl(folder, "x509 -req -in server.csr -CAcreateserial -days 2 -extfile san -out server.pem", ...by);
  const { uid, gid } = statSync(server.data);
  for (const name of ["server.key", "server.pem"]) {
    const path = join(server.data, name);
    copyFileSync(join(folder, name), path);
    chownSync(path, uid, gid);
    chmodSync(path, 0o600);
  }
  const admin = await connect(server.superuser());
  try {
    await admin.query("ALTER SYSTEM SET ssl_cert_file = 'server.pem'");
    await admin.query("ALTER SYSTEM SET ssl_key_file = 'server.key'");
    await admin.query("ALTER SYSTEM SET ssl = on");
    await admin.query("SELECT pg_reload_conf()");
  } finally {
    await admin.end();
  }
  const encrypted = { ...server.superuser(), host: "localhost", tls: "require" as const };
  for (let tries = 0; ; tries++) {
    const client = await connect(encrypted).catch((error) => (tries > 100 ? Promise.reject(error) : undefined));
    if (client !== undefined) return client.end();
    await sleep(50);
  }
}

function openssl(folder: string, words: string, ...more: string[]): void {
  execFileSync("openssl", [...words.split(" "), ...more], { cwd: folder, stdio: "pipe" });
}
