import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** One thing that happened to a secret: who, when, which version. The secret itself is never part of it. */
export interface AuditEntry {
  event: "issued" | "set" | "retired" | "handed out" | "told";
  /** The password's version, as the stack counts them. */
  version: string;
  /** The role that the secret lets in; absent where it is not known. */
  role?: string;
  /** Where the secret went, or who was told. */
  to?: string;
  note?: string;
}

/**
 * Adds a line of JSON to the log of what happened to the stack's secrets. Lines are only ever appended, each in one write.
 *
 * @param file empty for no log
 */
export function audit(file: string, entry: AuditEntry, now = new Date()): void {
  if (file === "") return;
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, "a", 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ time: now.toISOString(), ...entry })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
