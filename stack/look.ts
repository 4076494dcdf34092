import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { messageOf, UserError } from "../support/errors";

/** What a SQLite file shows at a glance, without its rows being read. */
export interface SourceLook {
  bytes: number;
  tables: string[];
  /** Full-text and other virtual tables, and the tables that they keep their data in: a migration leaves them by itself. */
  virtual: string[];
}

/** @throws UserError when it is no SQLite database */
export function lookAtSource(path: string): SourceLook {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true });
    try {
      const rows = database
        .prepare(
          "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )
        .all() as { name: string; type: string }[];
      const of = (...types: string[]) => rows.filter((row) => types.includes(row.type)).map((row) => row.name);
      return { bytes: statSync(path).size, tables: of("table"), virtual: of("virtual", "shadow") };
    } finally {
      database.close();
    }
  } catch (error) {
    throw new UserError(
      `${path} cannot be read as a SQLite database: ${messageOf(error)}.`,
      "Name the application's SQLite file.",
    );
  }
}

/** Tables of frameworks and tools that hold nothing worth moving, with the reason. */
const disposable: readonly (readonly [RegExp, string])[] = [
  [/^(?:django_session|sessions?|flask_sessions?|user_sessions)$/i, "sessions: users log in once more"],
  [
    /^(?:apscheduler_jobs|huey_(?:kv|schedule|task)|celery_(?:taskmeta|tasksetmeta))$/i,
    "jobs of the old process, pickled for it",
  ],
  [/^(?:cache|cache_locks|django_cache|solid_cache_entries|response_cache)$/i, "a cache fills itself again"],
  [/^_litestream_(?:seq|lock)$/i, "Litestream's own, for the SQLite file"],
  [/^(?:__EFMigrationsLock|_cf_KV|_cf_METADATA)$/i, "a lock or store of the SQLite side"],
];

/** The tables that a first migration best leaves behind, each with the reason. */
export function suggestedExcludes(tables: readonly string[]): { table: string; reason: string }[] {
  return tables.flatMap((table) => {
    const reason = disposable.find(([pattern]) => pattern.test(table))?.[1];
    return reason === undefined ? [] : [{ table, reason }];
  });
}

/** Tables in which a framework keeps which of its schema changes are done. They are moved: without them it would begin again. */
export function schemaVersions(tables: readonly string[]): string[] {
  return tables.filter((table) =>
    /^(?:alembic_version|django_migrations|schema_migrations|ar_internal_metadata|_prisma_migrations|__EFMigrationsHistory|knex_migrations(?:_lock)?|migrations)$/i.test(
      table,
    ),
  );
}
