/** A module's function in a thread of its own, so that work that fills a core, or blocks as SQLite does, goes on beside the rest. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "./errors";

/** What a thread's function is called with: arguments that can be cloned, and a way to tell something before the end. */
export type ThreadFunction<A, T, M> = (input: A, tell: (message: M) => void) => T | Promise<T>;

export interface Thread<T> {
  /** What the function returned; rejects with its error (a UserError stays one), or when the thread was ended before. */
  result: Promise<T>;
  /** Ends the thread, whatever it does. */
  end(): Promise<void>;
}

/** Rows that are read one after another are short-lived: with this much room in MB, most are gone before they are moved. */
const youngGeneration = 16;

// Node evaluates this as JavaScript; the compiler of TypeScript is loaded by it.
const start = `
const { parentPort, workerData } = require("node:worker_threads");
const { hook, module, name, input } = workerData;
const message = (error) => ({
  text: error instanceof Error ? error.message : String(error),
  user: error && error.name === "UserError" ? [error.what, error.next] : null,
});
Promise.resolve()
  .then(() => {
    require(hook);
    return require(module)[name](input, (told) => parentPort.postMessage({ told }));
  })
  .then((value) => parentPort.postMessage({ value }), (error) => parentPort.postMessage({ failed: message(error) }));
`;

type Message<T, M> = { told: M } | { value: T } | { failed: { text: string; user: [string, string] | null } };

/**
 * Starts the function `name` of `module` in a new thread.
 *
 * @param module the absolute path of a TypeScript file
 */
export function inThread<A, T, M = never>(
  module: string,
  name: string,
  input: A,
  onTold: (message: M) => void = () => {},
): Thread<T> {
  const worker = new Worker(start, {
    eval: true,
    execArgv: [],
    workerData: { hook: join(__dirname, "typescript.cjs"), module, name, input },
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  const result = new Promise<T>((resolve, reject) => {
    worker.on("message", (message: Message<T, M>) => {
      if ("told" in message) return onTold(message.told);
      if ("value" in message) resolve(message.value);
      else if (message.failed.user !== null) reject(new UserError(...message.failed.user));
      else reject(new Error(message.failed.text));
    });
    worker.on("error", (error) => reject(new Error(`${name} failed: ${messageOf(error)}`)));
    worker.on("exit", () => reject(new Error(`${name} was ended before it was done`)));
  });
  // Whoever waits for it sees the failure; who ended the thread need not.
  result.catch(() => {});
  return {
    result,
    async end() {
      await worker.terminate();
    },
  };
}
