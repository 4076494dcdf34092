/**
 * A proof that a table's indexes say what its rows say, by one walk through each b-tree in place of SQLite's one look-up for each row and index: the
 * rows' keys and rowids and the entries' have the same sum of hashes, are as many, and the entries stand in the index's order.
 */
import type { Sqlite } from "../open";
import { type IndexedTable, indexedTables } from "./index-layout";
import { IndexSums } from "./index-sums";

/**
 * The tables of which it is not proved, for whatever reason: SQLite must be asked.
 *
 * @param db whose file nobody changes, and in which quick_check has found each b-tree whole
 */
export function tablesNotProved(db: Sqlite): string[] {
  const tables = indexedTables(db);
  const proved = new Set<string>();
  let sums: IndexSums | null = null;
  try {
    sums = new IndexSums(db.name);
    for (const [table, layout] of tables) if (layout !== null && indexesAgree(sums, layout)) proved.add(table);
  } catch {
    // A file that the page reader does not know.
  } finally {
    sums?.close();
  }
  return [...tables.keys()].filter((table) => !proved.has(table));
}

function indexesAgree(sums: IndexSums, layout: IndexedTable): boolean {
  try {
    const wanted = sums.ofRows(layout);
    return layout.indexes.every((index, place) => wanted[place]?.equals(sums.ofEntries(index)));
  } catch {
    // Whatever was met that is not known, or not as it must be: no proof, and SQLite names it.
    return false;
  }
}
