/** Numbers as SQLite has them, exactly: a function that a query calls for each row notes its arguments, as no text of a REAL is sure to be exact. */
import type { Database } from "better-sqlite3";

const name = "note_numbers";
const known = new WeakMap<Database, RowNumbers>();

/** Of a connection: it has one such function. */
export function rowNumbers(database: Database): RowNumbers {
  const numbers = known.get(database) ?? new RowNumbers(database);
  known.set(database, numbers);
  return numbers;
}

export class RowNumbers {
  /** Whether each was a number, or NULL. */
  regular = true;
  private noted = new Float64Array(1024);
  private length = 0;

  constructor(database: Database) {
    const note = (...values: unknown[]) => this.note(values);
    database.function(name, { varargs: true, safeIntegers: false, directOnly: true }, note);
  }

  /** Forgets what was noted. */
  start(): void {
    this.length = 0;
    this.regular = true;
  }

  /** The call, which gives NULL. @param columns quoted names */
  call(columns: string[]): string {
    return `${name}(${columns.join(", ")})`;
  }

  /** Of each row its values, NaN for NULL: SQLite has no NaN. The memory is used again after `start`. */
  values(): Float64Array {
    return this.noted.subarray(0, this.length);
  }

  private note(values: unknown[]): null {
    if (this.length + values.length > this.noted.length) this.grow(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== "number" && value !== null) this.regular = false;
      this.noted[this.length++] = typeof value === "number" ? value : Number.NaN;
    }
    return null;
  }

  private grow(more: number): void {
    const before = this.noted;
    this.noted = new Float64Array(2 * before.length + more);
    this.noted.set(before);
  }
}
