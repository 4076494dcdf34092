/** What the rows of a table and the entries of its indexes come to. */
import { IndexEntries } from "../pages/index-entries";
import { leavesOf } from "../pages/leaves";
import { LeafRows } from "../pages/rows";
import { EntryKeys } from "./entry-keys";
import type { IndexedTable, IndexLayout } from "./index-layout";
import type { KeySum } from "./key-sum";
import { RowKeys } from "./row-keys";

/** Adds up over one file. Call `close` in any case. */
export class IndexSums {
  readonly #rows: LeafRows;
  readonly #entries: IndexEntries;

  /** @throws NotReadHere for a file that the page reader does not know */
  constructor(path: string) {
    this.#rows = new LeafRows(path);
    try {
      this.#entries = new IndexEntries(path);
    } catch (error) {
      this.#rows.close();
      throw error;
    }
  }

  close(): void {
    this.#rows.close();
    this.#entries.close();
  }

  /**
   * What the entries of each of a table's indexes must come to.
   *
   * @throws NotReadHere for rows whose keys cannot be told
   */
  ofRows(table: IndexedTable): KeySum[] {
    const rows = this.#rows;
    const keys = new RowKeys(table);
    rows.restart();
    for (const page of leavesOf(rows.file, table.root)) keys.addPage(rows, page);
    return keys.sums;
  }

  /**
   * What an index's entries come to.
   *
   * @throws NotReadHere for entries that do not stand in the index's order, are equal where they must not be, or are no records of it
   */
  ofEntries(index: IndexLayout): KeySum {
    const keys = new EntryKeys(index);
    this.#entries.walk(index.root, keys);
    return keys.sum;
  }
}
