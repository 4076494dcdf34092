/** The bound of any loader: ready files in COPY's binary format, sent as fast as the sockets take them. */
import { closeSync, createWriteStream, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type Client, escapeIdentifier, type Submittable } from "pg";
import { connect, type PostgresTarget } from "../support/postgres";

interface CopyConnection {
  stream: Duplex;
  query(sql: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** One COPY in either direction. */
class Exchange implements Submittable {
  #end: (error: Error | null) => void = () => {};
  readonly done = new Promise<void>((resolve, reject) => {
    this.#end = (error) => (error === null ? resolve() : reject(error));
  });
  #connection: CopyConnection | null = null;

  constructor(
    readonly sql: string,
    readonly send: ((connection: CopyConnection) => Promise<void>) | null,
    readonly receive: (chunk: Buffer) => void = () => {},
  ) {}

  submit = (connection: unknown): void => {
    this.#connection = connection as CopyConnection;
    this.#connection.query(this.sql);
  };
  handleCopyInResponse(): void {
    const connection = this.#connection;
    if (connection !== null && this.send !== null) this.send(connection).catch((error) => this.#end(error));
  }
  handleCopyData(message: { chunk: Buffer }): void {
    this.receive(message.chunk);
  }
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.#end(error);
  }
  handleReadyForQuery(): void {
    this.#end(null);
  }
}

interface Part {
  table: string;
  file: string;
}

/** The SQL of the tables alone, and their rows in files: each table in as many parts as there will be connections. */
export interface ReadyFiles {
  tables: string[];
  parts: Part[][];
}

/** Takes the tables of a migrated database as files. */
export async function makeFiles(from: PostgresTarget, folder: string, connections: number): Promise<ReadyFiles> {
  const client = await connect(from);
  try {
    const { rows } = await client.query<{ name: string; pages: number; columns: string }>(
      `SELECT c.relname AS name, c.relpages AS pages,
              (SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relpages DESC`,
    );
    const parts: Part[][] = Array.from({ length: connections }, () => []);
    for (const [at, { name, pages }] of rows.entries())
      for (let part = 0; part < connections; part++) {
        const bound = (share: number) => Math.floor((pages * share) / connections);
        const until = part === connections - 1 ? "" : ` AND ctid < '(${bound(part + 1)},0)'`;
        const file = join(folder, `${at}_${part}.bin`);
        const out = createWriteStream(file);
        const sql = `COPY (SELECT * FROM ${escapeIdentifier(name)} WHERE ctid >= '(${bound(part)},0)'${until}) TO STDOUT (FORMAT binary)`;
        // The chunk's memory is used again for the next.
        const exchange = new Exchange(sql, null, (chunk) => out.write(Buffer.from(chunk)));
        client.query(exchange);
        await exchange.done;
        await new Promise<void>((done) => out.end(done));
        parts[part]?.push({ table: name, file });
      }
    return { tables: rows.map(({ name, columns }) => `CREATE TABLE ${escapeIdentifier(name)} (${columns})`), parts };
  } finally {
    await client.end();
  }
}

/** @returns the seconds from the first COPY to the end of the last */
export async function runBareCopy({ tables, parts }: ReadyFiles, into: PostgresTarget): Promise<number> {
  const clients = await Promise.all(parts.map(() => connect(into)));
  try {
    for (const sql of tables) await clients[0]?.query(sql);
    for (const client of clients) await client.query("SET synchronous_commit TO off");
    const started = performance.now();
    await Promise.all(parts.map((own, at) => sendParts(clients[at] as Client, own)));
    return (performance.now() - started) / 1000;
  } finally {
    for (const client of clients) await client.end();
  }
}

async function sendParts(client: Client, parts: Part[]): Promise<void> {
  for (const { table, file } of parts) {
    const exchange = new Exchange(`COPY ${escapeIdentifier(table)} FROM STDIN (FORMAT binary)`, (connection) =>
      sendFile(connection, file),
    );
    client.query(exchange);
    await exchange.done;
  }
}

async function sendFile(connection: CopyConnection, path: string): Promise<void> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(256 * 1024);
      const length = readSync(file, chunk);
      if (length === 0) break;
      connection.sendCopyFromChunk(chunk.subarray(0, length));
      if (connection.stream.writableNeedDrain)
        await new Promise<void>((resolve) => connection.stream.once("drain", () => resolve()));
    }
    connection.endCopyFrom();
  } finally {
    closeSync(file);
  }
}
