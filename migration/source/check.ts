/** The check of the whole file in a thread of its own: it takes as long as a look at all values and the load together, and goes on beside them. */
import { StandingThread } from "../../support/standing-thread";
import { Waiting } from "../../support/waiting";
import type { SourceCatalog, SourceTable } from "../model";
import { countTables } from "./catalog";
import { checkIntegrity, findAllOrphans, roomForLookUps } from "./integrity";
import { openReadOnly } from "./open";

type Orphans = SourceCatalog["foreignKeyViolations"];
/** By table. */
type Counts = Map<string, string>;

interface Input {
  /** The frozen copy. */
  path: string;
  /** For messages. */
  name: string;
  /** The file whose rows are to be counted first, or null. */
  count: string | null;
  /** Or only whether pages and rows are whole, where nothing is to be proved: SQLite's own indexes are not read by a migration. */
  thorough: boolean;
  /** The tables whose orphans are asked for. */
  orphans: SourceTable[];
}

type Told = { counts: Counts } | { orphans: Orphans };

const youngMegabytes = 16;

/** A check, whose thread starts while the source is being copied. */
export class SourceCheck {
  readonly #thread = new StandingThread([__filename], youngMegabytes);
  readonly #counts = new Waiting<Counts>();
  readonly #orphans = new Waiting<Orphans>();
  readonly #whole = new Waiting<string[]>();

  /** Begins it, once. Call `end` in any case. */
  begin(input: Input): void {
    void this.#thread
      .call<Input, string[], Told>(__filename, "checkSource", input, (told) => {
        if ("counts" in told) this.#counts.resolve(told.counts);
        else this.#orphans.resolve(told.orphans);
      })
      .then(this.#whole.resolve, (error) => {
        // Where the file is damaged, nothing else may be known of it.
        for (const waiting of [this.#counts, this.#orphans, this.#whole]) waiting.reject(error);
      })
      .then(() => this.end());
  }

  /** How many rows each ordinary table has, where that is asked for. */
  get counts(): Promise<Counts> {
    return this.#counts.promise;
  }

  /** Rows whose foreign key has nothing to refer to; none where they are not asked for. */
  get orphans(): Promise<Orphans> {
    return this.#orphans.promise;
  }

  /** What integrity_check says of rows. Rejects with a UserError for damage that may have cost rows. */
  get whole(): Promise<string[]> {
    return this.#whole.promise;
  }

  end(): Promise<void> {
    return this.#thread.end();
  }
}

/** What the thread does. */
export function checkSource({ path, name, count, thorough, orphans }: Input, tell: (told: Told) => void): string[] {
  const db = openReadOnly(path);
  try {
    try {
      if (count !== null) tell({ counts: countsOf(count) });
      if (orphans.length > 0) roomForLookUps(db);
      tell({ orphans: findAllOrphans(db, orphans) });
    } catch (error) {
      // Damage, which the check names, is told first.
      checkIntegrity(db, name);
      throw error;
    }
    // No page is looked at twice, but for look-ups.
    db.pragma("cache_size = -2048");
    return checkIntegrity(db, name, thorough ? "integrity_check" : "quick_check");
  } finally {
    db.close();
  }
}

function countsOf(path: string): Counts {
  const db = openReadOnly(path);
  try {
    return countTables(db);
  } finally {
    db.close();
  }
}
