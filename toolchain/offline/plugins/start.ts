/**
 * Starts the stand-in whose bundle is beside this file, with what V8 made of it in an earlier run: compiling is half of what its start takes beyond
 * that of Node.js. What was made is kept with a digest of the bundle and of itself, so that nothing else is ever run in the bundle's place; V8
 * itself refuses what another version of it made. Where it cannot be kept, each start compiles.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { constants, Script } from "node:vm";

/** After so long, what a start runs has been compiled. */
const settledMilliseconds = 250;
const digestBytes = 32;

const bundle = __filename.replace(/\.js$/, ".bundle.js");
const kept = bundle.replace(/\.js$/, ".v8");
const source = readFileSync(bundle);
const cachedData = read();
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: bundle,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (cachedData === undefined || script.cachedDataRejected) setTimeout(keep, settledMilliseconds).unref();
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, createRequire(bundle), module_, bundle, dirname(bundle));

function digest(data: Uint8Array): Buffer {
  return createHash("sha256").update(source).update(data).digest();
}

function read(): Buffer | undefined {
  try {
    const file = readFileSync(kept);
    const data = file.subarray(digestBytes);
    return digest(data).equals(file.subarray(0, digestBytes)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function keep(): void {
  const partial = `${kept}.${process.pid}`;
  try {
    const data = script.createCachedData();
    writeFileSync(partial, Buffer.concat([digest(data), data]));
    renameSync(partial, kept);
  } catch {
    rmSync(partial, { force: true });
  }
}
