/** The life of a secret file, as Docker's `secrets: file:` mounts it: the connection URL, or the password alone, without a line end. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { writeFileAtomic } from "../support/files";
import { fileDiff, type HandedOut, handOut, unwritable } from "../support/handed-out-file";
import { isUnknown } from "../support/unknown-value";

interface Inputs extends HandedOut {
  /** A secret. */
  content: string;
}

interface Outputs extends Inputs {
  path: string;
}

export { readFile as read } from "../support/handed-out-file";
export { check } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const outs = write(inputs);
  return { id: outs.path, outs };
}

/** Looks at the file itself, so that `up` mends what was changed in it by hand. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  return fileDiff(olds, news, isUnknown(news) || news.content !== olds.content || !isInPlace(olds));
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: write(news) };
}

/** A file with another content is somebody else's by now. */
async function remove(_id: string, props: Outputs): Promise<void> {
  if (existsSync(props.path) && readFileSync(props.path, "utf8") === props.content) rmSync(props.path);
}

export { remove as delete };

function write(inputs: Inputs): Outputs {
  return handOut(inputs, (path) => {
    try {
      if (existsSync(path)) overwrite(path, inputs.content);
      else writeFileAtomic(path, inputs.content, 0o600);
    } catch (error) {
      throw unwritable(path, "secretFile", error);
    }
  });
}

/**
 * Into the file as it is, in one write: a container that has it mounted would keep looking at a replaced one. Its owner and
 * group stay, which the operator may have set for the container's account; everybody else may not read it.
 */
function overwrite(path: string, content: string): void {
  chmodSync(path, statSync(path).mode & 0o770);
  const file = openSync(path, "r+");
  try {
    const bytes = Buffer.from(content);
    writeSync(file, bytes, 0, bytes.length, 0);
    ftruncateSync(file, bytes.length);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isInPlace({ path, content }: Outputs): boolean {
  if (!existsSync(path)) return false;
  const isPrivate = process.platform === "win32" || (statSync(path).mode & 0o007) === 0;
  return isPrivate && readFileSync(path, "utf8") === content;
}
