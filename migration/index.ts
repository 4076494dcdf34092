/** The migration engine as a library. */

export { AlreadyLoaded, lastRun, type RecordedRun } from "./load/ledger";
export { MigrationFailed, migrate, plan } from "./migrate";
export * from "./model";
export { type MigrationInput, migrationOptions } from "./options";
export { digest, type ReportDigest } from "./report/digest";
export { type RetryInput, type RetryResult, retryRejects } from "./retry/retry-rejects";
export { verifyMigration } from "./verify/verify";
export { verifyTarget } from "./verify/verify-target";
