/** One COPY FROM STDIN whose rows go out together with its statement: one round trip, in which the sender does not wait. */
import type { Duplex } from "node:stream";
import type { Submittable } from "pg";

/** What of node-postgres's connection is needed; its type declarations leave the COPY messages out. */
interface CopyConnection {
  stream: Duplex;
  query(sql: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * A query for `client.query`. Should the server refuse the statement, or a row before the last has come, it passes over what is left
 * of the rows (postgresql.org/docs/16/protocol-flow.html, COPY operations).
 */
export class CopyExchange implements Submittable {
  /** Rows that the table took, when it is done: a trigger may have kept some out. */
  rows = 0;
  readonly #sql: string;
  readonly #chunks: Iterable<Buffer>;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** Resolves when the server has taken all rows; rejects with its DatabaseError, or with the loss of the connection. */
  readonly done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  /** @param sql one COPY FROM STDIN, with other statements that return no rows around it where these are needed */
  constructor(sql: string, chunks: Iterable<Buffer>) {
    this.#sql = sql;
    this.#chunks = chunks;
  }

  submit = (connection: unknown): void => {
    const { stream } = connection as CopyConnection;
    const copying = connection as CopyConnection;
    stream.cork();
    try {
      copying.query(this.#sql);
      for (const chunk of this.#chunks) copying.sendCopyFromChunk(chunk);
      copying.endCopyFrom();
    } finally {
      stream.uncork();
    }
  };

  handleCopyInResponse(): void {}

  handleCommandComplete({ text }: { text?: string }): void {
    const copied = /^COPY (\d+)$/.exec(text ?? "");
    if (copied !== null) this.rows = Number(copied[1]);
  }

  handleError(error: Error): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }
}
