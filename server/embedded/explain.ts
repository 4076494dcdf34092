import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UserError } from "../../support/errors";

const advice: [RegExp, string][] = [
  [
    /no space left on device|disk quota exceeded/i,
    "The disk is full: free some space on it, then run `pulumi up` again; nothing is lost.",
  ],
  [
    /invalid locale name|could not (?:open collator|convert locale|find suitable)|invalid icu locale|locale .* (?:requires|not)/i,
    "Set locale to one that `locale -a` lists, to C, or to icu: and an ICU locale.",
  ],
  [/address already in use/i, "Another program holds the port: stop it, or set port to a free one."],
  [
    /"root" execution/i,
    "The data folder belongs to root, as whom PostgreSQL refuses to run: give it and all in it to an unprivileged account (chown -R).",
  ],
  [/permission denied|invalid permissions/i, "Check the owner and the permissions of the folders named above."],
  [
    /pre-existing shared memory block/i,
    "Processes of a server that was killed still use the data: wait until they have ended, or end them, then run `pulumi up` again.",
  ],
  [
    /could not map anonymous shared memory|cannot allocate memory|could not create shared memory/i,
    "There is not enough memory for these settings: lower shared_buffers or max_connections, or set memory to what the server may use.",
  ],
  [
    /invalid value for parameter|unrecognized configuration parameter|outside the valid range|requires a .* value|syntax error in file/i,
    "Correct that setting in the stack's config.",
  ],
  [
    /could not access file|could not load library/i,
    "Correct shared_preload_libraries in the stack's config: it names a library that this PostgreSQL does not have.",
  ],
  [
    /data checksums|invalid checkpoint|could not locate a valid checkpoint|invalid page/i,
    "The data folder is damaged: keep a copy of it as it is before anything else, and restore from a backup.",
  ],
];

/**
 * The error for a PostgreSQL program that failed: its last lines, and what to do about what they say.
 *
 * @param what what could not be done, and to which object, without a full stop
 */
export function explain(what: string, output: string): UserError {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const next = advice.find(([pattern]) => pattern.test(output))?.[1] ?? "Look for the cause in these lines.";
  return new UserError(
    `${what}:\n${lines
      .slice(-12)
      .map((line) => `    ${line}`)
      .join("\n")}\n`,
    next,
  );
}

/** A place in the server's log: only what is written after it concerns what happens next. */
export function logPosition(logFile: string): number {
  return statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was written to the log after `position`, at most its last 16 kB. */
export function logSince(logFile: string, position: number): string {
  const size = logPosition(logFile);
  const length = Math.min(Math.max(0, size - position), 16_384);
  if (length === 0) return "";
  const file = openSync(logFile, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, length, size - length));
  } finally {
    closeSync(file);
  }
}
