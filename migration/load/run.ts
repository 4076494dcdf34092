/** What one run has: its name, its folder, its log, and the file of rows set aside. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../support/errors";
import type { ExactValue, Phase, RejectedRow } from "../model";

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
  readonly rejects: RejectedRow[] = [];
  /** The steps that are over. */
  readonly phases: Phase[] = [];
  readonly #log: number;
  readonly #onProgress: OnProgress;
  #rejectsFile: number | null = null;

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

  /** Sets a row aside: in the report, in the log, and whole in the rejects' file. */
  reject(rejected: RejectedRow, row: Record<string, ExactValue>): void {
    this.rejects.push(rejected);
    this.log(
      `set aside: ${rejected.table} ${JSON.stringify(rejected.key)}, column ${rejected.column ?? "unknown"}: ${rejected.code}: ${rejected.reason}`,
    );
    this.#rejectsFile ??= openSync(this.rejectsPath, "a", 0o600);
    writeSync(this.#rejectsFile, `${JSON.stringify({ ...rejected, row })}\n`);
  }

  /** The rejects' file, where there is one. */
  get rejectsFile(): string | null {
    return existsSync(this.rejectsPath) ? this.rejectsPath : null;
  }

  close(): void {
    closeSync(this.#log);
    if (this.#rejectsFile !== null) closeSync(this.#rejectsFile);
    this.#rejectsFile = null;
  }
}
