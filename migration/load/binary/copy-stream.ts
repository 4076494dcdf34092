/** A COPY in binary format whose rows are sent as they are made. */
import type { Duplex } from "node:stream";
import type { Submittable } from "pg";
import type { Send } from "./chunks";

/** What of node-postgres's connection is needed; its type declarations leave the COPY messages out. */
interface CopyConnection {
  stream: Duplex;
  query(sql: string): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** A query for `client.query`. Once it has `begun`, `send` takes CopyData messages until `end` or `fail`. */
export class CopyStream implements Submittable {
  #connection: CopyConnection | null = null;
  #submitted: () => void = () => {};
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #failure: Error | null = null;

  /** Resolves when the server has taken all rows and is ready again; rejects with its DatabaseError, or with the loss of the connection. */
  readonly done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  /** Resolves when the client has sent the statement; rejects as `done` does where the connection is gone, and takes none. */
  readonly begun = Promise.race([
    new Promise<void>((resolve) => {
      this.#submitted = resolve;
    }),
    this.done,
  ]);

  constructor(readonly sql: string) {
    // Whoever waits for it sees the failure.
    this.done.catch(() => {});
    this.begun.catch(() => {});
  }

  submit = (connection: unknown): void => {
    this.#connection = connection as CopyConnection;
    this.#connection.query(this.sql);
    this.#submitted();
  };

  /** Whether the rows are refused already, or the connection is gone: what else is sent is passed over. */
  get isRefused(): boolean {
    return this.#failure !== null;
  }

  readonly send: Send = (message, sent) => {
    this.#sending().stream.write(message, sent);
  };

  end(): void {
    this.#sending().endCopyFrom();
  }

  /** Gives the COPY up; `done` rejects with what the server says to that. */
  fail(message: string): void {
    this.#sending().sendCopyFail(message);
  }

  #sending(): CopyConnection {
    if (this.#connection === null) throw new Error("the COPY has not begun");
    return this.#connection;
  }

  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.#failure = error;
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }
}
