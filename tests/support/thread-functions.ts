import { UserError } from "../../support/errors";

/** What the test of threads runs in them. */
export function add({ a, b }: { a: bigint; b: bigint }, tell: (word: string) => void): bigint {
  tell("adding");
  return a + b;
}

export function refuse(what: string): never {
  throw new UserError(what, "Do something else.");
}

export function fail(): never {
  throw new TypeError("broken");
}

export function work(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 1000));
}
