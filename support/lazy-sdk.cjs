/**
 * `node -r ./support/lazy-sdk.cjs`: puts off what Pulumi's SDK loads in every program and few need. Each is there, as itself, as soon as it is used:
 *
 * - the TypeScript compiler and npm's reader of dependencies, for the serialization of functions; nothing here is serialized: a dynamic resource
 *   names its module;
 * - what sends traces (`--tracing`), and the Automation API;
 * - V8's debugger, which tells the serialization of functions where each is from.
 *
 * And it keeps the SDK from noting, with each of a few hundred promises, where it was made: only PULUMI_DEBUG_PROMISE_LEAKS shows that; and from
 * reading the source maps of packages to say where a resource was made.
 */
const { Session } = require("node:inspector");
const { createRequire, Module } = require("node:module");

const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const standIns = new Map();

for (const name of [
  "typescript",
  "@npmcli/arborist",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "./automation",
])
  putOff(requireOfSdk.resolve(name));

// Instrumented by TRACEPARENT, gRPC must be loaded after what instruments it.
if (!process.env.TRACEPARENT) withoutStacks(requireOfSdk("./runtime/debuggable"));

connectLate(requireOfSdk("./runtime/closure/v8Hooks"));
leavePackagesUnmapped(requireOfSdk("source-map-support"));

function putOff(path) {
  const standIn = Object.assign(new Module(path), { filename: path, loaded: true });
  standIn.exports = new Proxy(
    {},
    {
      get: (_, key) => (key === "__esModule" ? true : real()[key]),
      has: (_, key) => key in real(),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => describe(real(), key),
    },
  );
  require.cache[path] = standIn;
  standIns.set(path, standIn);
  let loaded;
  function real() {
    if (loaded === undefined) {
      // They load each other: once one is needed, the others are themselves too.
      for (const [other, its] of standIns) if (require.cache[other] === its) delete require.cache[other];
      loaded = require(path);
    }
    return loaded;
  }
}

/** As a proxy of an empty object has to: all that it holds can be redefined. */
function describe(module, key) {
  const found = Reflect.getOwnPropertyDescriptor(module, key);
  return found && { ...found, configurable: true };
}

function withoutStacks(debuggable) {
  if (debuggable.debugPromiseLeaks) return;
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/** Enabled late, the debugger tells of the scripts that are there already too. */
function connectLate(hooks) {
  const urls = new Map();
  let connected;
  hooks.isInitializedAsync = async () => {};
  hooks.getScriptUrl = (id) => urls.get(id);
  hooks.getSessionAsync = () => {
    connected ??= new Promise((resolve, reject) => {
      const session = new Session();
      session.connect();
      session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
      session.post("Debugger.enable", (error) => (error ? reject(error) : resolve(session)));
    });
    return connected;
  };
}

/** With a map that maps nothing: without any, the package's own would be read. */
function leavePackagesUnmapped(support) {
  const map = { version: 3, sources: [], names: [], mappings: "" };
  const inPackage = /[\\/]node_modules[\\/]/;
  support.install({ retrieveSourceMap: (url) => (inPackage.test(url) ? { url, map } : null) });
}
