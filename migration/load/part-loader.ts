/** Loads parts of tables, in a thread with a connection of its own or in the run's own. */
import type { Client } from "pg";
import { connect, explainLoss, type PostgresTarget } from "../../support/postgres";
import type { ExactValue, RejectedRow, TablePlan } from "../model";
import { openReadOnly } from "../source/open";
import { LeafRows } from "../source/pages/rows";
import { Chunks } from "./binary/chunks";
import type { Exclude } from "./orphans";
import { type LoadedPart, type OnRows, type PagedTable, PagesLoader, type PageTools } from "./pages";
import type { MendedValue } from "./run";
import { RowLoader, type TableContext } from "./table";

/** Some leaves of a table, or null for the whole of one that better-sqlite3 reads. */
export interface Part {
  /** Its position in the plan. */
  table: number;
  leaves: Uint32Array | null;
}

export class PartLoader {
  #tools: PageTools | null = null;
  #current: { table: number; rows: RowLoader; pages: PagesLoader | null } | null = null;

  constructor(
    readonly context: TableContext,
    readonly path: string,
    readonly tables: TablePlan[],
    readonly paged: (PagedTable | null)[],
  ) {}

  /** @param exclude of this table */
  async load({ table, leaves }: Part, exclude: Exclude | null, onRows: OnRows): Promise<LoadedPart> {
    const { rows, pages } = this.#loaders(table, exclude);
    if (pages !== null && leaves !== null) return await pages.load(leaves, onRows);
    const loaded = await rows.load(rows.reader.batches(this.context.batchSize), onRows);
    return { ...loaded, first: null, last: null };
  }

  #loaders(table: number, exclude: Exclude | null) {
    if (this.#current?.table === table) return this.#current;
    const plan = this.tables[table] as TablePlan;
    const paged = this.paged[table] ?? null;
    const rows = new RowLoader(this.context, plan, exclude);
    const pages = paged === null ? null : new PagesLoader(this.#pageTools(), paged, plan, rows, exclude);
    this.#current = { table, rows, pages };
    return this.#current;
  }

  /** A file that has no page this reader knows is not opened by it. */
  #pageTools(): PageTools {
    this.#tools ??= { rows: new LeafRows(this.path), out: new Chunks() };
    return this.#tools;
  }

  close(): void {
    this.#tools?.rows.close();
  }
}

/** What a thread is told at its beginning. */
export interface LoaderInput {
  target: PostgresTarget;
  /** The frozen copy. */
  path: string;
  encoding: string;
  batchSize: number;
  schema: string;
  tables: TablePlan[];
  paged: (PagedTable | null)[];
}

/** What a thread tells. */
export type LoaderTold =
  | { rows: number }
  | { log: string }
  | { progress: string }
  | { mend: MendedValue }
  | { reject: [RejectedRow, Record<string, ExactValue>] };

let opened: { loader: PartLoader; client: Client; tell: (told: LoaderTold) => void } | null = null;

/** In a thread: connects. */
export async function openLoader(input: LoaderInput): Promise<void> {
  const client = await connect(input.target);
  await client.query(loadingSession);
  const context: TableContext = {
    run: {
      log: (line) => opened?.tell({ log: line }),
      progress: (line) => opened?.tell({ progress: line }),
      mend: (mended) => opened?.tell({ mend: mended }),
      reject: (rejected, row) => opened?.tell({ reject: [rejected, row] }),
    },
    client,
    db: openReadOnly(input.path),
    encoding: input.encoding,
    batchSize: input.batchSize,
    schema: input.schema,
    inTransaction: false,
  };
  opened = { loader: new PartLoader(context, input.path, input.tables, input.paged), client, tell: () => {} };
}

/** Rows between two messages, so that progress is told in time. */
const toldRows = 1000;

/** In a thread: loads a part. */
export async function loadPart(part: Part, tell: (told: LoaderTold) => void): Promise<LoadedPart> {
  if (opened === null) throw new Error("the loader is not open");
  const { loader, client } = opened;
  opened.tell = tell;
  let told = 0;
  try {
    return await loader.load(part, null, (read) => {
      if (read - told < toldRows) return;
      tell({ rows: read - told });
      told = read;
    });
  } catch (error) {
    throw await explainLoss(error, client);
  }
}

/** In a thread: lets the connection and the file go. */
export async function closeLoader(): Promise<void> {
  if (opened === null) return;
  const { loader, client } = opened;
  opened = null;
  loader.close();
  loader.context.db.close();
  await client.end();
}

/** No limit of the role's may end a long COPY; and what is staged is worth nothing after a crash. */
export const loadingSession =
  "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; SET idle_session_timeout TO 0; SET synchronous_commit TO off";
