/** The loading of all tables: in parts, by several threads with a connection each where that is worth it. */
import { messageOf } from "../../support/errors";
import type { PostgresTarget } from "../../support/postgres";
import type { StandingThread } from "../../support/standing-thread";
import { type Crew, handRound } from "../crew";
import type { TablePlan, TableReport } from "../model";
import type { PagedSource } from "../source/paged-source";
import { writableColumns } from "./binary/row-writer";
import { copiedColumns } from "./copy";
import type { Exclude } from "./orphans";
import type { LoadedPart, PagedTable } from "./pages";
import { type LoaderInput, type LoaderTold, type Part, PartLoader } from "./part-loader";
import type { LoadContext } from "./table";

/** What the loading needs beside the context. */
export interface Loading {
  context: LoadContext;
  /** In the order of loading. */
  tables: TablePlan[];
  paged: PagedSource;
  /** Where the threads connect to. */
  target: PostgresTarget;
  crew: Crew;
}

/** Called when all rows of a table are there. */
type OnTable = (table: TablePlan) => void;

/** Opens the threads' connections, as many as the server gives. */
export async function openLoaders(loading: Loading): Promise<StandingThread[]> {
  const { context, target, crew, paged } = loading;
  const input: LoaderInput = {
    target,
    path: paged.path,
    encoding: context.encoding,
    batchSize: context.batchSize,
    schema: context.schema,
    tables: loading.tables,
    paged: pagedTables(loading),
  };
  const opened = await Promise.allSettled(crew.threads.map((thread) => thread.call(module, "openLoader", input)));
  return crew.threads.filter((_, index) => {
    const result = opened[index];
    if (result?.status !== "rejected") return true;
    // Such as a role's limit of connections: fewer do it too.
    context.run.log(`a connection less to load with: ${messageOf(result.reason)}`);
    return false;
  });
}

/** Loads all tables in threads, each with a connection of its own; with the run's own where the server gave no other. */
export async function loadTables(
  loading: Loading,
  threads: StandingThread[],
  onTable: OnTable = () => {},
): Promise<TableReport[]> {
  const { context, paged } = loading;
  const tables = new TableProgress(loading, onTable);
  if (threads.length === 0) {
    for (const table of loading.tables) await loadHere(loading, table, null, tables);
    return tables.reports();
  }
  try {
    // The largest first: their keys take longest.
    const bySize = [...loading.tables].sort((a, b) => paged.sizeOf(b.source) - paged.sizeOf(a.source));
    await handRound(threads, tables.parts(bySize), async (thread, part) => {
      const started = performance.now();
      const loaded = await thread.call<Part, LoadedPart, LoaderTold>(module, "loadPart", part, (told) => {
        if ("rows" in told) tables.read(part, told.rows);
        else if ("log" in told) context.run.log(told.log);
        else if ("progress" in told) context.run.progress(told.progress);
        else if ("mend" in told) context.run.mend(told.mend);
        else context.run.reject(...told.reject);
      });
      tables.add(part, loaded, performance.now() - started);
    });
  } finally {
    await Promise.all(threads.map(closeLoader));
  }
  return tables.reports();
}

const module = require.resolve("./part-loader");

/** A thread that is still at work, since the run has failed, is ended with the run. */
async function closeLoader(thread: StandingThread): Promise<void> {
  try {
    await thread.call(module, "closeLoader", null);
  } catch {}
}

/** Loads tables one by one over the run's own connection: in its transaction, or where there is no other connection. */
export async function loadOneByOne(
  loading: Loading,
  excludeOf: (table: TablePlan) => Exclude | null = () => null,
  onTable: OnTable = () => {},
): Promise<TableReport[]> {
  const tables = new TableProgress(loading, onTable);
  for (const table of loading.tables) await loadHere(loading, table, excludeOf(table), tables);
  return tables.reports();
}

async function loadHere(
  loading: Loading,
  table: TablePlan,
  exclude: Exclude | null,
  tables: TableProgress,
): Promise<void> {
  const { context, paged } = loading;
  const loader = new PartLoader(context, paged.path, loading.tables, tables.paged);
  try {
    for (const part of tables.parts([table])) {
      const started = performance.now();
      let told = 0;
      const loaded = await loader.load(part, exclude, (read) => {
        tables.read(part, read - told);
        told = read;
      });
      tables.add(part, loaded, performance.now() - started);
    }
  } finally {
    loader.close();
  }
}

interface Counts {
  parts: number;
  rows: bigint;
  rejected: bigint;
  ms: number;
  /** Rows of which progress has been told: those of unfinished parts are among them. */
  seen: number;
}

const progressRows = 5000;

/** By table of the plan: what its pages are read with, or null where SQLite reads it. */
function pagedTables({ tables, paged }: Loading): (PagedTable | null)[] {
  return tables.map((table) => {
    const rows = paged.rowsOf(table.source);
    const sent = rows === null ? null : writableColumns(rows.layout, copiedColumns(table));
    return rows === null || sent === null ? null : { layout: rows.layout, sent };
  });
}

/** How far each table is. */
class TableProgress {
  readonly paged: (PagedTable | null)[];
  readonly #counts: Counts[];

  constructor(
    readonly loading: Loading,
    readonly onTable: OnTable,
  ) {
    const { paged, context } = loading;
    this.#counts = loading.tables.map(() => ({ parts: 0, rows: 0n, rejected: 0n, ms: 0, seen: 0 }));
    this.paged = pagedTables(loading);
    for (const [at, { source }] of loading.tables.entries()) {
      const why = paged.whyNot(source) ?? "types whose binary form is not known here";
      context.run.log(`${source}: read ${this.paged[at] === null ? `by SQLite (${why})` : "from its pages"}`);
    }
  }

  /** Whole tables first: nobody can help with them. */
  parts(tables: TablePlan[]): Part[] {
    const { paged } = this.loading;
    const parts = tables.flatMap((table) => {
      const at = this.loading.tables.indexOf(table);
      const own: Part[] =
        this.paged[at] === null
          ? [{ table: at, leaves: null }]
          : paged.partsOf(table.source).map((leaves) => ({ table: at, leaves }));
      (this.#counts[at] as Counts).parts = own.length;
      return own;
    });
    return [...parts.filter(({ leaves }) => leaves === null), ...parts.filter(({ leaves }) => leaves !== null)];
  }

  /** More rows of a part have been read. */
  read({ table: at }: Part, rows: number): void {
    const table = this.loading.tables[at] as TablePlan;
    const counts = this.#counts[at] as Counts;
    const before = Math.floor(counts.seen / progressRows);
    counts.seen += rows;
    const now = Math.floor(counts.seen / progressRows);
    if (now > before && counts.seen < Number(table.rowCount))
      this.loading.context.run.progress(`${table.source}: ${now * progressRows} of ${table.rowCount} rows`);
  }

  add({ table: at }: Part, loaded: LoadedPart, ms: number): void {
    const { run } = this.loading.context;
    const table = this.loading.tables[at] as TablePlan;
    const counts = this.#counts[at] as Counts;
    counts.rows += BigInt(loaded.read);
    counts.rejected += BigInt(loaded.rejected);
    counts.ms += ms;
    counts.parts--;
    run.log(`${table.source}: ${loaded.read} rows, ${Math.round(ms)} ms`);
    if (counts.parts > 0) return;
    const aside = counts.rejected === 0n ? "" : `, ${counts.rejected} set aside`;
    run.progress(`${table.source}: ${counts.rows - counts.rejected} rows loaded${aside}`);
    this.onTable(table);
  }

  reports(): TableReport[] {
    return this.loading.tables.map((table, at) => {
      const { rows, rejected, ms } = this.#counts[at] as Counts;
      return {
        source: table.source,
        target: table.target,
        sourceRows: rows.toString(),
        loadedRows: (rows - rejected).toString(),
        rejectedRows: rejected.toString(),
        durationMs: Math.round(ms),
        reader: this.paged[at] === null ? ("sqlite" as const) : ("pages" as const),
      };
    });
  }
}
