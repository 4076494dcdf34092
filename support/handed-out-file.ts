/** What the files that tell the application its secret have in common, whatever stands in them. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { audit } from "./audit";
import { messageOf, UserError } from "./errors";

export interface HandedOut {
  /** From the project's folder. */
  file: string;
  /** For the log of what was handed out; absent in states of before there was one. */
  role?: string;
  version?: string;
  auditFile?: string;
}

/** A file at another place is made there, and goes here. @param changes whether its content is another than it should be */
export function fileDiff({ path }: { path: string }, { file }: HandedOut, changes: boolean) {
  const moved = resolve(file) !== path;
  return { changes: moved || changes, replaces: moved ? ["file"] : [], deleteBeforeReplace: true };
}

/** Writes the file, and notes it in the log. @param write into the absolute path */
export function handOut<Inputs extends HandedOut>(inputs: Inputs, write: (path: string) => void) {
  const path = resolve(inputs.file);
  write(path);
  const { role = "", version = "", auditFile = "" } = inputs;
  audit(auditFile, { event: "handed out", version, role, to: path });
  return { ...inputs, path };
}

/** A file that somebody removed is gone. */
export async function readFile<Outputs extends { path: string }>(id: string, props: Outputs) {
  return existsSync(props.path) ? { id, props } : {};
}

/** @param setting the config's key of its place */
export function unwritable(path: string, setting: string, error: unknown): UserError {
  return new UserError(
    `${path} could not be written: ${messageOf(error)}.`,
    `Mend the folder's permissions, or set pgstead:${setting} to another place.`,
    { cause: error },
  );
}
