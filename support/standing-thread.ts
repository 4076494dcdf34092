/** A thread that keeps what its modules hold between calls. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "./errors";

// Node evaluates this as JavaScript; the compiler of TypeScript is loaded by it.
const start = `
const { parentPort, workerData } = require("node:worker_threads");
require(workerData.hook);
for (const module of workerData.modules) require(module);
const message = (error) => ({
  text: error instanceof Error ? error.message : String(error),
  user: error && error.name === "UserError" ? [error.what, error.next] : null,
});
const taken = new Int32Array(workerData.taken);
let sent = 0;
const tell = (told) => {
  parentPort.postMessage({ told });
  sent = (sent + 1) | 0;
  for (let seen = Atomics.load(taken, 0); ((sent - seen) | 0) > workerData.most; seen = Atomics.load(taken, 0)) Atomics.wait(taken, 0, seen);
};
parentPort.on("message", ({ module, name, input }) => {
  Promise.resolve()
    .then(() => require(module)[name](input, tell))
    .then((value) => parentPort.postMessage({ value }), (error) => parentPort.postMessage({ failed: message(error) }));
});
`;

type Answer = { told: unknown } | { value: unknown } | { failed: { text: string; user: [string, string] | null } };

interface Call {
  onTold: (message: never) => void;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** A thread that tells more than is taken waits: its messages would fill the memory. */
const mostWaiting = 2000;

/** Does one call at a time. */
export class StandingThread {
  readonly #worker: Worker;
  /** How many messages were taken, for the thread to see. */
  readonly #taken = new Int32Array(new SharedArrayBuffer(4));
  #call: Call | null = null;
  #ended: Error | null = null;

  /**
   * @param modules absolute paths of what is loaded before it is called
   * @param youngMegabytes room for short-lived values; see `inThread`
   */
  constructor(modules: string[], youngMegabytes: number) {
    this.#worker = new Worker(start, {
      eval: true,
      execArgv: [],
      workerData: { hook: join(__dirname, "typescript.cjs"), modules, taken: this.#taken.buffer, most: mostWaiting },
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    this.#worker.on("message", (answer: Answer) => this.#take(answer));
    this.#worker.on("error", (error) => this.#fail(new Error(`a thread failed: ${messageOf(error)}`)));
    this.#worker.on("exit", () => this.#fail(new Error("a thread was ended before it was done")));
  }

  /**
   * Calls the function `name` of `module` in the thread.
   *
   * @param module the absolute path of a TypeScript file
   * @param onTold what it throws fails the call
   */
  call<A, T, M = never>(module: string, name: string, input: A, onTold: (message: M) => void = () => {}): Promise<T> {
    if (this.#call !== null) throw new Error("the thread is at work");
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      this.#call = { onTold, resolve, reject };
      this.#worker.postMessage({ module, name, input });
    });
  }

  #take(answer: Answer): void {
    if ("told" in answer) {
      Atomics.add(this.#taken, 0, 1);
      Atomics.notify(this.#taken, 0);
    }
    const call = this.#call;
    if (call === null) return;
    if ("told" in answer) {
      try {
        call.onTold(answer.told as never);
      } catch (error) {
        // The thread goes on with what nobody waits for any more: it is ended with the run.
        call.onTold = () => {};
        call.reject(error as Error);
      }
      return;
    }
    this.#call = null;
    if ("value" in answer) call.resolve(answer.value as never);
    else if (answer.failed.user !== null) call.reject(new UserError(...answer.failed.user));
    else call.reject(new Error(answer.failed.text));
  }

  #fail(error: Error): void {
    this.#ended = error;
    this.#call?.reject(error);
    this.#call = null;
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
