/**
 * Modules that start with what V8 made of them in an earlier run: compiling is half of what loading one takes. What was made is kept with a digest of the
 * module and of itself, so that nothing else is ever run in the module's place; V8 itself refuses what another version of it made.
 * A module that calls import() is none for it: of kept code, Node.js 20 does not know who imports.
 */
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname } = require("node:path");
const { Script } = require("node:vm");
const { threadId } = require("node:worker_threads");

const digestBytes = 32;

/** Runs the JavaScript of the module at a path. @returns keeps what V8 made of it, as far as it has; null where that is kept already */
function runKept(code, module, path, kept) {
  const cachedData = read(kept, code);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${code}\n})`, {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  if (cachedData !== undefined && !script.cachedDataRejected) return null;
  return () => {
    const data = script.createCachedData();
    keepFile(kept, Buffer.concat([digest(code, data), data]));
  };
}

function digest(code, data) {
  return createHash("sha256").update(code).update(data).digest();
}

function read(kept, code) {
  try {
    const file = readFileSync(kept);
    const data = file.subarray(digestBytes);
    return digest(code, data).equals(file.subarray(0, digestBytes)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: others may make the same at the same time. In a folder that cannot be written, each process makes its own. */
function keepFile(path, content) {
  const partial = `${path}.${process.pid}.${threadId}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, content);
    renameSync(partial, path);
  } catch {
    if (existsSync(partial)) rmSync(partial);
  }
}

module.exports = { keepFile, runKept };
