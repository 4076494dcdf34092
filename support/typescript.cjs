/**
 * Runs the project's TypeScript as it stands: `node -r ./support/typescript.cjs file.ts`. esbuild takes the types off, once for each content of a
 * file; what it made is kept in .pulumi/typescript, and what V8 made of that beside it.
 *
 * General loaders look at every file of every package too, which for a Pulumi program means half of its start. This one touches nothing but .ts.
 */
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { keepFile, runKept } = require("./kept-script.cjs");

const cache = join(__dirname, "..", ".pulumi", "typescript");
const options = { loader: "ts", format: "cjs", target: "node20", sourcemap: "external", tsconfigRaw: {} };
const stamp = JSON.stringify(options) + require("esbuild/package.json").version;

// Node.js has it from 21 on. Where it is not there, pg makes a Response to learn whether it runs at Cloudflare, and with it loads all that fetch needs.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split(".")[0]}` };

/** What keeps what V8 made of modules, which is done at the end: by then it has compiled what they use. */
const unkept = [];
process.once("exit", () => {
  for (const keep of unkept) keep?.();
});

require.extensions[".ts"] = (module, path) => {
  const source = readFileSync(path, "utf8");
  const kept = join(cache, createHash("sha256").update(stamp).update(path).update(source).digest("hex"));
  const code = read(`${kept}.cjs`) ?? compile(source, path, kept);
  // Node.js maps the places of errors, and knows who imports a module later, only in what it compiles itself.
  if (process.sourceMapsEnabled || /\bimport\(/.test(code)) module._compile(code, path);
  else unkept.push(runKept(code, module, path, `${kept}.v8`));
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
  const made = require("esbuild").transformSync(source, { ...options, sourcefile: path });
  // In a file of its own, the map is read by who asks for it alone.
  const code = `${made.code}//# sourceMappingURL=${kept}.map\n`;
  keepFile(`${kept}.map`, made.map);
  keepFile(`${kept}.cjs`, code);
  return code;
}
