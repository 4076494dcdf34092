/** The check of the whole file in a thread of its own: it takes as long as a look at all values and the load together, and goes on beside them. */
import { inThread, type Thread } from "../../support/thread";
import type { SourceCatalog, SourceTable } from "../model";
import { checkIntegrity, findAllOrphans, roomForLookUps } from "./integrity";
import { openReadOnly } from "./open";

type Orphans = SourceCatalog["foreignKeyViolations"];

interface Input {
  /** The frozen copy. */
  path: string;
  /** For messages. */
  name: string;
  tables: SourceTable[];
  /** Or only whether pages and rows are whole, where nothing is to be proved: SQLite's own indexes are not read by a migration. */
  thorough: boolean;
  /** Whether they are asked for. */
  orphans: boolean;
}

/** The check under way. */
export class SourceCheck {
  /** Rows whose foreign key has nothing to refer to, which are known first; none where they are not asked for. */
  readonly orphans: Promise<Orphans>;
  readonly #thread: Thread<string[]>;

  /** Starts it. Call `end` in any case. */
  constructor(input: Input) {
    let known: (orphans: Orphans) => void = () => {};
    const orphans = new Promise<Orphans>((resolve) => {
      known = resolve;
    });
    this.#thread = inThread<Input, string[], Orphans>(__filename, "checkSource", input, known);
    // Where the file is damaged, they may never be known.
    this.orphans = Promise.race([orphans, this.#thread.result.then(() => orphans)]);
    this.orphans.catch(() => {});
  }

  /** What integrity_check says of rows. Rejects with a UserError for damage that may have cost rows. */
  get whole(): Promise<string[]> {
    return this.#thread.result;
  }

  end(): Promise<void> {
    return this.#thread.end();
  }
}

/** What the thread does. */
export function checkSource(
  { path, name, tables, thorough, orphans }: Input,
  tell: (orphans: Orphans) => void,
): string[] {
  const db = openReadOnly(path);
  try {
    if (orphans) {
      roomForLookUps(db);
      try {
        tell(findAllOrphans(db, tables));
      } catch (error) {
        // Damage, which the check names, is told first.
        checkIntegrity(db, name);
        throw error;
      }
    } else tell([]);
    // No page is looked at twice, but for look-ups.
    db.pragma("cache_size = -2048");
    return checkIntegrity(db, name, thorough ? "integrity_check" : "quick_check");
  } finally {
    db.close();
  }
}
