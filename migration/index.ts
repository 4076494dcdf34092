/** The migration engine as a library. */

export { MigrationFailed, migrate, plan } from "./migrate";
export * from "./model";
export { type MigrationInput, migrationOptions } from "./options";
export { verifyMigration } from "./verify/verify";
