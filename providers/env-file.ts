/** The life of the application's .env: DATABASE_URL in it, and a .env.example beside it that holds no secret. */
import { chownSync, existsSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readKey, removeKey, setKey } from "../support/env-text";
import { writeFileAtomic } from "../support/files";
import { fileDiff, type HandedOut, handOut, unwritable } from "../support/handed-out-file";
import { unknownValue } from "../support/unknown-value";

interface Inputs extends HandedOut {
  /** A secret. */
  url: string;
}

interface Outputs extends Inputs {
  path: string;
}

const key = "DATABASE_URL";

export { readFile as read } from "../support/handed-out-file";
export { check } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const outs = write(inputs);
  return { id: outs.path, outs };
}

/** Looks at the file itself, so that `up` mends what was changed in it by hand, with no refresh before. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  return fileDiff(olds, news, news.url === unknownValue || news.url !== olds.url || !isInPlace(olds));
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: write(news) };
}

/** Takes the line out again. The application's former line is left as the comment it is: going back is the operator's word. */
export async function remove(_id: string, props: Outputs) {
  for (const [path, value] of [
    [props.path, props.url],
    [examplePath(props.path), withoutPassword(props.url)],
  ] as const) {
    if (!existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    const rest = removeKey(text, key, value);
    if (rest === "") rmSync(path);
    else if (rest !== text) replace(path, rest, statSync(path).mode & 0o777);
  }
}
export { remove as delete };

function write(inputs: Inputs): Outputs {
  return handOut(inputs, (path) => {
    setIn(path, inputs.url, 0o600);
    const example = examplePath(path);
    setIn(example, withoutPassword(inputs.url), existsSync(example) ? statSync(example).mode & 0o777 : 0o644);
  });
}

function setIn(path: string, url: string, mode: number): void {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  replace(path, setKey(text, key, url), mode);
}

/** Through a link to the file itself, and with its owner: root may write it for the application's account. */
function replace(path: string, text: string, mode: number): void {
  try {
    const real = existsSync(path) ? realpathSync(path) : path;
    const owner = existsSync(real) ? statSync(real) : undefined;
    writeFileAtomic(real, text, mode);
    if (owner !== undefined && process.getuid?.() === 0) chownSync(real, owner.uid, owner.gid);
  } catch (error) {
    throw unwritable(path, "envFile", error);
  }
}

function isInPlace(props: Outputs): boolean {
  if (!existsSync(props.path) || !existsSync(examplePath(props.path))) return false;
  const isPrivate = process.platform === "win32" || (statSync(props.path).mode & 0o077) === 0;
  return isPrivate && readKey(readFileSync(props.path, "utf8"), key) === props.url;
}

function examplePath(path: string): string {
  return join(path, "..", ".env.example");
}

/** The URL with a placeholder where the password is. */
function withoutPassword(url: string): string {
  const copy = new URL(url);
  copy.password = "CHANGE_ME";
  return copy.href;
}
