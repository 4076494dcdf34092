/** What one run has: its name, its folder, its log, and the file of rows set aside. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../support/errors";
import type { ExactValue, MigrationOptions, Phase, RejectedRow } from "../model";
import { SetAside } from "../set-aside";
import { type Limit, tableLimit, totalLimit } from "./limits";
import { LinesFile } from "./lines-file";

/** Rows set aside that the report and the log show: of one table, and in all. */
const shownOfTable = 100;
const shownInAll = 1000;
const shownMended = 10;

/** A value that config mended: a `text` that PostgreSQL could not hold, one that is `null` now, or a time that was `cut`. */
export interface MendedValue extends Pick<RejectedRow, "table" | "locator" | "key"> {
  column: string;
  was: ExactValue;
  how: keyof typeof mendedHow;
}

/** What was done to a number of values of a column, for the report. */
const mendedHow = {
  text: (count: number, column: string) =>
    `${count} ${count === 1 ? "text" : "texts"} of ${column} held NUL or bytes that are no text: by config NUL was removed, and the other bytes became U+FFFD`,
  null: (count: number, column: string) =>
    `${count} ${count === 1 ? "value" : "values"} of ${column} became NULL, by config`,
  cut: (count: number, column: string) =>
    `${count} ${count === 1 ? "time" : "times"} of ${column} lost what was finer than microseconds, by config`,
};

/** One line of progress, for people. */
export type OnProgress = (line: string) => void;

export class Run {
  readonly startedAt = new Date();
  /** `YYYYMMDD_HHMMSS`, UTC. */
  readonly stamp = this.startedAt.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "_");
  readonly id = `${this.stamp}_${randomBytes(4).toString("hex")}`;
  readonly folder: string;
  readonly logPath: string;
  readonly rejectsPath: string;
  /** The first rows set aside; the reject file has all. */
  readonly rejects: RejectedRow[] = [];
  /** All of them, by their keys. */
  readonly setAside = new SetAside();
  limits: Pick<MigrationOptions, "badRows" | "maxRejects" | "maxRejectsByTable"> = {
    badRows: "skip",
    maxRejects: 0,
    maxRejectsByTable: {},
  };
  /** The steps that are over. */
  readonly phases: Phase[] = [];
  readonly #log: number;
  readonly #onProgress: OnProgress;
  readonly #rejectLines: LinesFile;
  readonly mendedPath: string;
  readonly #mended = new Map<string, { count: number; keys: string[]; column: string; how: MendedValue["how"] }>();
  readonly #mendedLines: LinesFile;
  #leavesNothing = false;

  /** Makes the run's folder. */
  constructor(workFolder: string, onProgress: OnProgress) {
    this.folder = join(resolve(workFolder), this.id);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new UserError(
        `The run's folder ${this.folder} cannot be made: ${error instanceof Error ? error.message : error}.`,
        "Give a work folder that can be written.",
        { cause: error },
      );
    }
    this.logPath = join(this.folder, `migration_${this.stamp}.log`);
    this.rejectsPath = join(this.folder, "rejects.jsonl");
    this.mendedPath = join(this.folder, "mended-values.jsonl");
    this.#rejectLines = new LinesFile(this.rejectsPath);
    this.#mendedLines = new LinesFile(this.mendedPath);
    this.#log = openSync(this.logPath, "a", 0o600);
    this.#onProgress = onProgress;
  }

  /** A line for the log alone. */
  log(line: string): void {
    writeSync(this.#log, `${new Date().toISOString()} ${line}\n`);
  }

  /** A line for the log and for who waits. */
  readonly progress: OnProgress = (line) => {
    this.log(line);
    this.#onProgress(line);
  };

  /** Does a step, and notes how long it took. Steps follow each other: none is begun within another. */
  async step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    this.progress(name);
    const start = performance.now();
    try {
      return await work();
    } finally {
      const durationMs = Math.round(performance.now() - start);
      this.phases.push({ name, durationMs });
      this.log(`${name}: ${durationMs} ms`);
    }
  }

  /**
   * Sets a row aside: whole in the rejects' file; the first ones also in the report and the log.
   *
   * @throws UserError for one more than a limit above 0 allows. Where none may be set aside, all are found first.
   */
  reject(rejected: RejectedRow, row: Record<string, ExactValue>): void {
    const { table } = rejected;
    this.setAside.add(table, rejected.locator);
    if (this.setAside.count(table) <= shownOfTable && this.rejects.length < shownInAll) {
      this.rejects.push(rejected);
      this.log(`set aside: ${placeOf(rejected)}: ${rejected.code}: ${rejected.reason}`);
    }
    this.#rejectLines.add({ ...rejected, row });
    const exceeded = this.exceededLimit(table);
    if (exceeded !== null && exceeded.most > 0)
      throw new UserError(
        `${exceeded.count} rows of ${exceeded.of} do not fit, and ${exceeded.option} allows ${exceeded.most}; the last is ${placeOf(rejected)}: ${rejected.reason}`,
        `The run stopped there; those found so far are in ${this.rejectsPath}.`,
      );
  }

  /** Notes a value that was mended, whole, in a file beside the report. */
  mend({ how, ...mended }: MendedValue): void {
    const column = `${mended.table}.${mended.column}`;
    const noted = this.#mended.get(`${how} ${column}`) ?? { count: 0, keys: [], column, how };
    this.#mended.set(`${how} ${column}`, noted);
    noted.count++;
    if (noted.keys.length < shownMended) noted.keys.push(JSON.stringify(mended.key));
    this.#mendedLines.add(mended);
  }

  /** For the report: how many values of which columns were mended. */
  mendedWarnings(): string[] {
    return [...this.#mended.values()].map(
      ({ column, how, count, keys }) =>
        `${mendedHow[how](count, column)} (${keys.join(", ")}${count > keys.length ? ", …" : ""}). ${this.mendedPath} holds each as it was.`,
    );
  }

  /** The limit that the rows set aside, of a table or in all, have gone beyond. */
  exceededLimit(table: string): (Limit & { of: string; count: number }) | null {
    const own = tableLimit(this.limits, table);
    const count = this.setAside.count(table);
    if (count > own.most) return { ...own, of: table, count };
    const total = totalLimit(this.limits);
    const all = this.setAside.count();
    return all > total.most ? { ...total, of: "all tables", count: all } : null;
  }

  /** The rejects' file, where there is one, with all rows set aside so far. */
  get rejectsFile(): string | null {
    this.#rejectLines.flush();
    return existsSync(this.rejectsPath) ? this.rejectsPath : null;
  }

  /** Removes the run's folder when it is closed. */
  leaveNothing(): void {
    this.#leavesNothing = true;
  }

  close(): void {
    closeSync(this.#log);
    this.#rejectLines.close();
    this.#mendedLines.close();
    if (this.#leavesNothing) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where a row was, in words; the server may not say which of its columns it is about. */
export function placeOf({ table, key, column }: RejectedRow): string {
  return `${table} ${JSON.stringify(key)}${column === null ? "" : `, column ${column}`}`;
}
