import type { Check, MigrationReport, PlannedColumn } from "../../../migration/model";

export function check(changes: Partial<Check>): Check {
  return {
    name: "content",
    table: "users",
    status: "passed",
    source: "1",
    target: "1",
    sql: null,
    detail: null,
    durationMs: 1,
    ...changes,
  };
}

export function plannedColumn(changes: Partial<PlannedColumn>): PlannedColumn {
  return {
    source: "c",
    target: "c",
    sourceType: "TEXT",
    targetType: "text",
    notNull: false,
    default: null,
    identity: false,
    reason: "All values are text.",
    evidence: null,
    ...changes,
  };
}

export function sampleReport(changes: Partial<MigrationReport> = {}): MigrationReport {
  return {
    format: 1,
    version: "0.1.0",
    status: "verified",
    failure: null,
    startedAt: "2025-12-02T11:52:48.000Z",
    finishedAt: "2025-12-02T11:52:49.350Z",
    durationMs: 1350,
    source: {
      path: "app/backup_mgmt.db",
      sizeBytes: "294912",
      sha256: "ab".repeat(32),
      pageSize: 4096,
      pageCount: 72,
      userVersion: 0,
      applicationId: 0,
      encoding: "UTF-8",
      journalMode: "wal",
      sqliteVersion: "3.50.0",
    },
    target: {
      url: "postgresql://backupmgmt@localhost:5434/backup_management",
      schema: "public",
      serverVersion: "16.14",
      database: "backup_management",
      role: "backupmgmt",
    },
    mode: "create",
    badRows: "fail",
    totals: { tables: 2, sourceRows: "33", loadedRows: "33", rejectedRows: "0", errors: 0 },
    tables: [
      {
        source: "users",
        target: "users",
        sourceRows: "1",
        loadedRows: "1",
        rejectedRows: "0",
        durationMs: 3,
        reader: "pages" as const,
      },
      {
        source: "Audit",
        target: "audit_logs",
        sourceRows: "32",
        loadedRows: "32",
        rejectedRows: "0",
        durationMs: 4,
        reader: "pages" as const,
      },
    ],
    planned: [
      {
        source: "users",
        target: "users",
        rowCount: "1",
        columns: [
          plannedColumn({ source: "id", target: "id", sourceType: "INTEGER", targetType: "bigint", identity: true }),
          plannedColumn({ source: "email", target: "email", sourceType: "VARCHAR(120)", targetType: "varchar(120)" }),
        ],
        keys: [
          { name: "users_pkey", sql: 'ALTER TABLE "public"."users" ADD CONSTRAINT "users_pkey" PRIMARY KEY ("id")' },
        ],
      },
      {
        source: "Audit",
        target: "audit_logs",
        rowCount: "32",
        columns: [plannedColumn({ source: "action", target: "action", sourceType: "", targetType: "text" })],
        keys: [],
      },
    ],
    phases: [
      { name: "looking at the values", durationMs: 150 },
      { name: "loading the rows", durationMs: 700 },
      { name: "verifying", durationMs: 500 },
    ],
    views: [],
    triggers: [],
    leftBehind: [{ kind: "table", name: "api_keys", reason: "Excluded.", sql: "CREATE TABLE api_keys (id INTEGER)" }],
    warnings: [],
    rejects: [],
    checks: [check({})],
    queries: [
      {
        name: "actions",
        columns: ["action", "n"],
        rows: [
          ["login", "23"],
          [null, "0"],
        ],
      },
    ],
    notProved: ["Changes made since."],
    files: {
      folder: "runs/1",
      json: "runs/1/report.json",
      markdown: "runs/1/report.md",
      html: "runs/1/report.html",
      log: "runs/1/migration.log",
      backup: "runs/1/backup_mgmt.db.backup_20251202_115248",
      rejects: null,
    },
    ...changes,
  };
}
