/** Where a table's columns stand in its records. */
import type { SourceTable } from "../../model";
import type { Sqlite } from "../open";
import { NotReadHere } from "./file";

/** A column that has a place in the records. */
export interface StoredColumn {
  name: string;
  /** The rowid itself, which the record holds as NULL. */
  isRowid: boolean;
  /** REAL affinity: integers in the record are reals. */
  asReal: boolean;
}

export interface Layout {
  table: string;
  root: number;
  /** In the order of the record; virtual generated columns are not among them. */
  columns: StoredColumn[];
}

/** @throws NotReadHere for a table whose rows do not lie in a b-tree of rowids */
export function layoutOf(
  db: Sqlite,
  table: Pick<SourceTable, "name" | "withoutRowid" | "rowidColumn" | "rowidName" | "kind">,
): Layout {
  if (table.kind !== "table" || table.withoutRowid) throw new NotReadHere("WITHOUT ROWID");
  if (table.rowidName === null) throw new NotReadHere("its rowid has no name left");
  const root = db
    .prepare<[string], bigint>("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(table.name);
  const columns = db
    .prepare<[string], { name: string; type: string; hidden: bigint }>(
      "SELECT name, type, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
    )
    .all(table.name);
  if (root === undefined || root < 2n) throw new NotReadHere("no root page");
  return {
    table: table.name,
    root: Number(root),
    columns: columns
      .filter(({ hidden }) => hidden !== 2n)
      .map(({ name, type }) => ({
        name,
        isRowid: name === table.rowidColumn,
        asReal: hasRealAffinity(type),
      })),
  };
}

/** SQLite's rules of affinity, in their order (sqlite.org/datatype3.html, 3.1). */
export function hasRealAffinity(declaredType: string): boolean {
  return !/INT|CHAR|CLOB|TEXT|BLOB/i.test(declaredType) && /REAL|FLOA|DOUB/i.test(declaredType);
}
