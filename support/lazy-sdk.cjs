/**
 * `node -r ./support/lazy-sdk.cjs`: puts off what Pulumi's SDK loads in every program and only the serialization of functions needs, the TypeScript
 * compiler and npm's reader of dependencies. That is half of a program's start, and nothing here is serialized: a dynamic resource names its module.
 */
const { createRequire, Module } = require("node:module");

const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));

for (const name of ["typescript", "@npmcli/arborist"]) putOff(requireOfSdk.resolve(name));

function putOff(path) {
  const standIn = Object.assign(new Module(path), { filename: path, loaded: true });
  standIn.exports = new Proxy(
    {},
    { get: (_, key) => (key === "__esModule" ? true : real()[key]), has: (_, key) => key in real() },
  );
  require.cache[path] = standIn;
  let loaded;
  function real() {
    if (loaded === undefined) {
      delete require.cache[path];
      loaded = require(path);
    }
    return loaded;
  }
}
