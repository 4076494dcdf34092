/**
 * SQLite's side of the views, in a process of its own: a view may take longer than anybody waits, and a statement of SQLite's that runs in a thread
 * cannot be stopped from outside.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { messageOf } from "../../support/errors";
import type { TablePlan, ViewPlan } from "../model";
import { SetAside, type SetAsideRows } from "../set-aside";
import { HashSum, isFree, rowDigest, rowText } from "./row-hash";
import { changesByConfig, Source, type SourceRow } from "./source";
import { cellsOf } from "./table-rows";
import { type Cell, impossible, type SqliteValue } from "./value";
import type { ViewColumn } from "./views";

/** What the process is told at its beginning. */
interface Opening {
  sourcePath: string;
  rejects: SetAsideRows;
  tables: TablePlan[];
  views: ViewPlan[];
}

interface Question {
  view: ViewPlan;
  columns: ViewColumn[];
  /** Whether the rows themselves are wanted, or their number and the sum of their hashes. */
  wholeRows: boolean;
}

export interface ViewSum {
  rows: number;
  digest: string;
}

type Answer = { sum: ViewSum } | { rows: Cell[][] } | { failed: string };

/** A view took longer than it may. */
export class TookTooLong extends Error {}

export const tookTooLong = (side: string, seconds: number) =>
  new TookTooLong(`not proved: on ${side}'s side it took longer than ${seconds} s`);

export class ViewReader {
  #process: ChildProcess | null = null;

  /** @param seconds that one answer may take */
  constructor(
    readonly opening: Opening,
    readonly seconds: number,
  ) {}

  async sum(view: ViewPlan, columns: ViewColumn[]): Promise<ViewSum> {
    const answer = await this.#ask({ view, columns, wholeRows: false });
    return "sum" in answer ? answer.sum : { rows: 0, digest: "0" };
  }

  /** All rows: for few. */
  async rows(view: ViewPlan, columns: ViewColumn[]): Promise<Cell[][]> {
    const answer = await this.#ask({ view, columns, wholeRows: true });
    return "rows" in answer ? answer.rows : [];
  }

  #ask(question: Question): Promise<Answer> {
    const child = this.#process ?? this.#start();
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        child.removeAllListeners("message").removeAllListeners("exit").removeAllListeners("error");
      };
      const timer = setTimeout(() => {
        done();
        this.end();
        reject(tookTooLong("SQLite", this.seconds));
      }, this.seconds * 1000);
      child.once("message", (answer: Answer) => {
        done();
        if ("failed" in answer) reject(new Error(answer.failed));
        else resolve(answer);
      });
      const fail = (what: string) => {
        done();
        this.#process = null;
        reject(new Error(`the process that reads SQLite's views ${what}`));
      };
      child.once("exit", (code, signal) => fail(`ended by itself (${signal ?? code})`));
      child.once("error", (error) => fail(messageOf(error)));
      child.send(question);
    });
  }

  #start(): ChildProcess {
    const child = fork(__filename, ["read-views"], {
      execArgv: ["-r", join(__dirname, "../../support/typescript.cjs")],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.send(this.opening);
    this.#process = child;
    return child;
  }

  /** Ends the process, whatever it does. */
  end(): void {
    this.#process?.kill("SIGKILL");
    this.#process = null;
  }
}

async function answer(source: Source, { tables, views }: Opening, question: Question): Promise<Answer> {
  const { view, columns, wholeRows } = question;
  try {
    const cells = viewCells(source, sourceView(source, tables, views, view), columns);
    if (wholeRows) {
      const rows: Cell[][] = [];
      for await (const batch of cells) rows.push(...batch);
      return { rows };
    }
    const free = columns.map(({ type }) => isFree(type));
    const sum = new HashSum();
    for await (const batch of cells) for (const row of batch) sum.add(rowDigest(rowText(row, free)));
    return { sum: { rows: sum.rows, digest: sum.total() } };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

async function* viewCells(source: Source, from: string, columns: ViewColumn[]): AsyncGenerator<Cell[][]> {
  for (const batch of source.query(`SELECT * FROM ${from}`))
    for await (const rows of cellsOf(null, columns, [batch])) {
      for (const [i, row] of rows.entries()) markStorage(row, batch[i] as SourceRow, columns);
      yield rows;
    }
}

/** A computed value of another storage class is another value, even where its text is the same. */
function markStorage(cells: Cell[], row: SourceRow, columns: ViewColumn[]): void {
  for (const [i, { storage, type }] of columns.entries()) {
    const value = row[i] ?? null;
    if (storage === null || value === null) continue;
    const class_ = storageClass(value);
    if (class_ !== storage && !(storage === "number" && (class_ === "integer" || class_ === "real")))
      cells[i] = impossible(value, type.kind);
  }
}

function storageClass(value: SqliteValue): string {
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return "real";
  return typeof value === "string" ? "text" : "blob";
}

/** The view as a FROM item that reads no row that was set aside. */
function sourceView(source: Source, tables: TablePlan[], views: ViewPlan[], view: ViewPlan): string {
  const readBy = (names: string[]): ViewPlan[] =>
    views.filter((other) => names.includes(other.target)).flatMap((other) => [other, ...readBy(other.reads)]);
  const all = [view, ...readBy(view.reads)];
  const hidden = tables.filter(
    (table) =>
      all.some((one) => one.reads.includes(table.target)) && (source.rejectedRows(table) > 0 || changesByConfig(table)),
  );
  return hidden.length === 0 && !all.some(({ rewritten }) => rewritten)
    ? source.mainName(view.source)
    : source.viewWithout(view.source, all, hidden);
}

/** What the process does: answers until its parent is gone. */
function readViews(): void {
  process.once("message", (opening: Opening) => {
    const source = new Source(opening.sourcePath, new SetAside(opening.rejects));
    process.on("message", async (question: Question) => {
      process.send?.(await answer(source, opening, question));
    });
  });
  process.once("disconnect", () => process.exit());
}

if (process.argv[2] === "read-views" && process.argv[1] === __filename && process.send !== undefined) readViews();
