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

/** A query for `client.query` of a client that does nothing else; then `send` takes CopyData messages until `end` or `fail`. */
export class CopyStream implements Submittable {
  #connection: CopyConnection | null = null;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #failure: Error | null = null;

  /** Resolves when the server has taken all rows and is ready again; rejects with its DatabaseError, or with the loss of the connection. */
  readonly done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(readonly sql: string) {
    // Whoever waits for it sees the failure.
    this.done.catch(() => {});
  }

  submit = (connection: unknown): void => {
    this.#connection = connection as CopyConnection;
    this.#connection.query(this.sql);
  };

  /** Whether the server has refused the rows already: what else is sent, it passes over. */
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
