/** Whether the database is whole, and whether its rows keep its foreign keys. */
import { messageOf, UserError } from "../../support/errors";
import type { SourceCatalog, SourceTable } from "../model";
import { orphansShown } from "../plan/orphans";
import { tablesNotProved } from "./agreement/index-agreement";
import { explain, onlyTheApplicationHas, quoteName, type Sqlite } from "./open";

/** Messages that tell of a row that breaks its own table's rules: the row itself can be read; and of full-text indexes, which stay behind. */
const harmless =
  /^(NULL value in|CHECK constraint failed in|non-unique entry in index|the check of|(TEXT|NUMERIC|non-\w+) value in|malformed inverted index for FTS\d table) /;

/** Bytes of a file from which on a proof is quicker than look-ups, whose pages do not stay in memory then. */
const worthProving = 16 * 1024 * 1024;

/**
 * @param provedFrom bytes of a file from which on integrity_check is made by proof where that can be
 * @returns what integrity_check says of rows
 * @throws UserError for damage that may have cost rows
 */
export function checkIntegrity(
  db: Sqlite,
  path: string,
  pragma: "integrity_check" | "quick_check" = "integrity_check",
  provedFrom = worthProving,
): string[] {
  const errors = explained(path, () => {
    const proved = pragma === "integrity_check" && sizeOf(db) >= provedFrom;
    return (proved ? withoutLookUps(db) : null) ?? integrityLines(db, pragma);
  });
  const damage = errors.filter((line) => !harmless.test(line));
  if (damage.length > 0)
    throw new UserError(
      `The SQLite database ${path} is damaged: ${pragma} says ${damage.slice(0, 3).join("; ")}${damage.length > 3 ? `; and ${damage.length - 3} more` : ""}.`,
      "Restore it from a backup; if only indexes are named, REINDEX mends them; else rescue what is readable with SQLite's .recover into a new file.",
    );
  return errors;
}

/** Pages that cannot be followed at all end the check itself. */
function explained<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw explain(path, error);
  }
}

function sizeOf(db: Sqlite): number {
  return Number(
    db.prepare<[], bigint>("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").pluck().get(),
  );
}

/**
 * What integrity_check says, or null where it must be asked itself. It is quick_check and a look-up of each row in each index
 * (sqlite.org/pragma.html#pragma_integrity_check), which takes most of its time: where quick_check finds no damage and the indexes are proved
 * to agree with their tables, there is nothing that it could say besides. It is asked about single tables where that is not proved.
 */
function withoutLookUps(db: Sqlite): string[] | null {
  try {
    const said = linesOf(db, "PRAGMA quick_check");
    if (said.some((line) => !harmless.test(line))) return null;
    const unproved = tablesNotProved(db);
    if (unproved.length === 0) return said;
    roomForLookUps(db);
    const asked = (table: string) => linesOf(db, `PRAGMA integrity_check(${quoteName(table)})`);
    return said.length === 0 && unproved.every((table) => asked(table).length === 0) ? said : null;
  } catch {
    // What it was, integrity_check says itself.
    return null;
  }
}

function linesOf(db: Sqlite, sql: string): string[] {
  return db
    .prepare<[], string>(sql)
    .pluck()
    .all()
    .filter((line) => line !== "ok");
}

function integrityLines(db: Sqlite, pragma: string): string[] {
  if (pragma === "integrity_check") roomForLookUps(db);
  try {
    return linesOf(db, `PRAGMA ${pragma}`);
  } catch (error) {
    if (!onlyTheApplicationHas(error)) throw error;
  }
  // One such table must not keep the others from being checked.
  return db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    .pluck()
    .all()
    .flatMap((table) => {
      try {
        return linesOf(db, `PRAGMA ${pragma}(${quoteName(table)})`);
      } catch (error) {
        if (onlyTheApplicationHas(error)) return [`the check of ${table} could not be done: ${messageOf(error)}`];
        throw error;
      }
    });
}

/** An index that is looked up row by row takes half the time where all of a large table's stays in memory. */
export function roomForLookUps(db: Sqlite): void {
  db.pragma("cache_size = -49152");
}

/** Rows whose foreign key has nothing to refer to, by PRAGMA foreign_key_check. */
export function findAllOrphans(db: Sqlite, tables: SourceTable[]): SourceCatalog["foreignKeyViolations"] {
  return tables.filter((table) => table.kind === "table").flatMap((table) => findOrphans(db, table));
}

function findOrphans(db: Sqlite, table: SourceTable): SourceCatalog["foreignKeyViolations"] {
  if (table.foreignKeys.length === 0) return [];
  try {
    return db
      .prepare<[string], { fkid: bigint; found: bigint; rowids: string | null }>(
        `SELECT fkid, count(*) AS found, group_concat(CASE WHEN nth <= ${orphansShown} THEN rowid END) AS rowids
         FROM (SELECT fkid, rowid, row_number() OVER (PARTITION BY fkid) AS nth FROM pragma_foreign_key_check(?)) GROUP BY fkid`,
      )
      .all(table.name)
      .map((row) => ({
        table: table.name,
        foreignKey: table.foreignKeys.length - 1 - Number(row.fkid),
        rows: Number(row.found),
        rowids: row.rowids?.split(",") ?? [],
      }));
  } catch (error) {
    // "foreign key mismatch": the referenced columns are no key. The plan finds that out, and leaves the foreign key behind.
    if (/foreign key mismatch/.test(messageOf(error)) || onlyTheApplicationHas(error)) return [];
    throw error;
  }
}
