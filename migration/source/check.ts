/** The check of the whole file in a thread of its own: it takes about as long as a look at all values, which goes on beside it. */
import { inThread, type Thread } from "../../support/thread";
import type { SourceCatalog, SourceTable } from "../model";
import { checkIntegrity, findAllOrphans } from "./integrity";
import { openReadOnly } from "./open";

/** What the check adds to a catalog. */
export type Wholeness = Pick<SourceCatalog, "integrityErrors" | "foreignKeyViolations">;

interface Source {
  /** The frozen copy. */
  path: string;
  /** For messages. */
  name: string;
  tables: SourceTable[];
  /** Or only whether pages and rows are whole, where nothing is to be proved: SQLite's own indexes are not read by a migration. */
  thorough: boolean;
}

/** Starts the check. Its result rejects with a UserError for damage that may have cost rows. */
export function startCheck(source: Source): Thread<Wholeness> {
  return inThread(__filename, "checkSource", source);
}

/** What the thread does. */
export function checkSource({ path, name, tables, thorough }: Source): Wholeness {
  const db = openReadOnly(path);
  try {
    // An index is looked up row by row: with room for its pages this takes half the time.
    db.pragma("cache_size = -16384");
    if (!thorough) return { integrityErrors: checkIntegrity(db, name, "quick_check"), foreignKeyViolations: [] };
    return { integrityErrors: checkIntegrity(db, name), foreignKeyViolations: findAllOrphans(db, tables) };
  } finally {
    db.close();
  }
}
