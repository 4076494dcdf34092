/**
 * Runs the project's TypeScript as it stands: `node -r ./support/typescript.cjs file.ts`. esbuild takes the types off, once for each content of a
 * file; what it made is kept in .pulumi/typescript.
 *
 * General loaders look at every file of every package too, which for a Pulumi program means half of its start. This one touches nothing but .ts.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const cache = join(__dirname, "..", ".pulumi", "typescript");
const options = { loader: "ts", format: "cjs", target: "node20", sourcemap: "inline", tsconfigRaw: {} };
const stamp = JSON.stringify(options) + require("esbuild/package.json").version;

// Node.js has it from 21 on. Where it is not there, pg makes a Response to learn whether it runs at Cloudflare, and with it loads all that fetch needs.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split(".")[0]}` };

require.extensions[".ts"] = (module, path) => {
  const source = readFileSync(path, "utf8");
  const kept = join(cache, `${createHash("sha256").update(stamp).update(path).update(source).digest("hex")}.cjs`);
  module._compile(read(kept) ?? compile(source, path, kept), path);
  settle(module);
};

/** Exports are getters while a module runs, for modules that need each other. Afterwards they are values, which makes calls between modules cheap. */
function settle(module) {
  module.exports = Object.defineProperty({ ...module.exports }, "__esModule", { value: true });
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function compile(source, path, kept) {
  const { code } = require("esbuild").transformSync(source, { ...options, sourcefile: path });
  try {
    mkdirSync(cache, { recursive: true });
    // Whole or not at all: others may run the same file at the same time.
    writeFileSync(`${kept}.${process.pid}`, code);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // In a folder that cannot be written, each process compiles for itself.
  }
  return code;
}
