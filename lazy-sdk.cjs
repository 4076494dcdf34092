/**
 * `node -r ./support/lazy-sdk.cjs`: puts off what Pulumi's SDK loads in every program and few need. Each is there, as itself, as soon as it is used:
 *
 * - the TypeScript compiler and npm's reader of dependencies, for the serialization of functions; nothing here is serialized: a dynamic resource
 *   names its module;
 * - what sends traces (`--tracing`), and the Automation API.
 *
 * And it keeps the SDK from noting, with each of a few hundred promises, where it was made, mapped to TypeScript: only PULUMI_DEBUG_PROMISE_LEAKS shows that.
 */
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

function putOff(path) {
  const standIn = Object.assign(new Module(path), { filename: path, loaded: true });
  standIn.exports = new Proxy(
    {},
    { get: (_, key) => (key === "__esModule" ? true : real()[key]), has: (_, key) => key in real() },
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
