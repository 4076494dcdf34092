/**
 * Rows too long for PostgreSQL, foreseen. A row lies in one page of 8 kB (postgresql.org/docs/16/storage-page-layout.html). Long values are kept outside it,
 * but each leaves 18 bytes behind, and one of up to 24 stays (storage-toast.html): tables of some hundred columns come to that limit.
 */
import type { ColumnPlan, MigrationOptions, MigrationPlan, TablePlan } from "../model";
import type { Sqlite } from "../source/open";
import { type Row, TableReader } from "../source/read";
import type { SqliteValue } from "../source/value";

/** Bytes of a row in an empty page, its header included. */
export const longestRow = 8160;
const rowHeader = 23;
const pointer = 18;
const longestInside = 24;
const rowsAtOnce = 100;
const shown = 3;

/** Bytes of types of one length. Those of 2, 4 and 8 begin at a multiple of it. */
const fixed: Partial<Record<ColumnPlan["type"]["kind"], number>> = {
  boolean: 1,
  smallint: 2,
  integer: 4,
  real: 4,
  date: 4,
  bigint: 8,
  "double precision": 8,
  time: 8,
  timestamp: 8,
  timestamptz: 8,
  uuid: 16,
};

/** @returns a warning for each table with such rows, with some of them */
export function longRowWarnings(
  db: Sqlite,
  plan: MigrationPlan,
  badRows: MigrationOptions["badRows"] = "fail",
): string[] {
  return plan.tables.flatMap((table) => (mayBeTooLong(table) ? tableWarnings(db, table, badRows) : []));
}

/** Whether a row would be too long if each of its values were the longest that its column holds. */
function mayBeTooLong({ columns }: TablePlan): boolean {
  const most = columns.map(({ type, profile }) => {
    const isEmpty = profile !== null && Object.keys(profile.storage).every((kind) => kind === "null");
    return isEmpty ? 0 : (fixed[type.kind] ?? longestInside);
  });
  return sizeOf(columns, most) > longestRow;
}

function tableWarnings(db: Sqlite, table: TablePlan, badRows: MigrationOptions["badRows"]): string[] {
  const reader = new TableReader(db, table);
  const rows: string[] = [];
  let count = 0;
  let longest = 0;
  for (const batch of reader.batches(rowsAtOnce))
    for (const row of batch) {
      const size = rowSize(table, row);
      if (size <= longestRow) continue;
      count++;
      longest = Math.max(longest, size);
      if (rows.length < shown) rows.push(JSON.stringify(reader.shownKey(row)));
    }
  if (count === 0) return [];
  const what = count === 1 ? `1 row of ${table.source} is` : `${count} rows of ${table.source} are`;
  const then = badRows === "skip" ? `${count === 1 ? "it" : "they"} will be set aside` : "a run will fail";
  return [
    `${what} too long: of its ${table.columns.length} columns PostgreSQL must keep at least ${longest} bytes in one page, which takes ${longestRow}; ${then} (for example ${rows.join("; ")}). Divide the table in SQLite, or leave it behind by excludeTables.`,
  ];
}

/** Bytes of a row when every long value is kept outside it. */
export function rowSize({ columns }: Pick<TablePlan, "columns">, row: Row): number {
  return sizeOf(
    columns,
    columns.map((column, index) => valueSize(column, row[index] ?? null)),
  );
}

/** @param sizes of the values, 0 for NULL */
function sizeOf(columns: ColumnPlan[], sizes: number[]): number {
  const nulls = sizes.includes(0) ? Math.ceil(columns.length / 8) : 0;
  let end = aligned(rowHeader + nulls, 8);
  columns.forEach((column, index) => {
    const size = sizes[index] ?? 0;
    if (size > 0) end = aligned(end, Math.min(8, alignmentOf(column))) + size;
  });
  return aligned(end, 8);
}

function alignmentOf({ type }: ColumnPlan): number {
  return type.kind === "uuid" ? 1 : (fixed[type.kind] ?? 1);
}

const aligned = (at: number, to: number) => Math.ceil(at / to) * to;

function valueSize({ type }: ColumnPlan, value: SqliteValue): number {
  if (value === null) return 0;
  const own = fixed[type.kind];
  if (own !== undefined) return own;
  // Two bytes for four digits, and three before them.
  if (type.kind === "numeric") return 3 + 2 * Math.ceil(String(value).replace(/\D/g, "").length / 4);
  const bytes = 1 + (Buffer.isBuffer(value) ? value.length : Buffer.byteLength(String(value)));
  return bytes > longestInside ? pointer : bytes;
}
