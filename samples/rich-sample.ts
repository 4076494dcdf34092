import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type Random, seededRandom } from "./random";

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

/** What a table's rows are made from: the random source, the row's number from 1, and a pick among a parent's ids. */
interface Making {
  random: Random;
  n: number;
  parent(table: string): number;
}

const words = [
  "nightly",
  "médiathèque",
  "東京支社",
  "архив",
  "finance",
  "ملفات",
  "lab-7",
  "O'Neil",
  "a\\b",
  "🗄️ vault",
  "HR",
];
const results = ["success", "failed", "warning"];

/** Each table's share of all rows and how one row is made; parents stand before their children. */
const tables: [name: string, share: number, make: (m: Making) => Row][] = [
  [
    "users",
    0.02,
    ({ random, n }) => ({
      username: `user${n}`,
      email: `user${n}@backup.example`,
      password_hash: `pbkdf2:sha256:600000$sample$${random.hex(32)}`,
      full_name: random.maybe(() => `${random.one(words)} ${random.one(words)}`),
      department: random.maybe(() => random.one(["", " ", "Operations", "品質管理"])),
      role: random.one(["admin", "operator", "auditor", "viewer"]),
      is_active: random.bit(),
      last_login: random.maybe(() => moment(random)),
      failed_login_attempts: random.below(6),
      locked_until: random.maybe(() => moment(random)),
      created_at: moment(random),
      updated_at: random.maybe(() => moment(random)),
    }),
  ],
  [
    "backup_jobs",
    0.06,
    ({ random, n, parent }) => ({
      job_name: `${random.one(words)} ${n}`,
      job_type: random.one(["file", "database", "image"]),
      backup_tool: random.one(["restic", "borg", "rsync"]),
      source_path: random.maybe(() => `C:\\data\\${random.one(words)}\t${n}`),
      description: random.maybe(() => text(random, 400)),
      target_server: random.maybe(() => `srv${random.below(40)}.backup.example`),
      schedule_type: random.one(["daily", "weekly", "monthly"]),
      schedule_time: random.maybe(() => `${two(random.below(24))}:${two(random.below(60))}:00.000000`),
      retention_days: random.below(3650),
      owner_id: parent("users"),
      is_active: random.bit(),
      created_at: moment(random),
      updated_at: random.maybe(() => moment(random)),
    }),
  ],
  [
    "offline_media",
    0.04,
    ({ random, n, parent }) => ({
      media_code: `LTO-${n}`,
      media_type: random.one(["tape", "disk", "optical"]),
      capacity_bytes: random.maybe(() => random.int64()),
      used_percent: random.maybe(() => random.unit() * 100),
      purchase_date: random.maybe(() => day(random)),
      storage_location: random.maybe(() => random.one(words)),
      current_status: random.one(["available", "lent", "retired"]),
      label_image: random.maybe(() => random.bytes(random.below(9000))),
      owner_id: random.maybe(() => parent("users")),
      notes: random.maybe(() => text(random, 2000)),
      created_at: moment(random),
    }),
  ],
  [
    "backup_copies",
    0.1,
    ({ random, parent }) => ({
      job_id: parent("backup_jobs"),
      copy_type: random.one(["primary", "secondary", "offsite"]),
      media_type: random.one(["disk", "tape", "cloud"]),
      offline_media_id: random.maybe(() => parent("offline_media")),
      storage_path: random.maybe(() => `/srv/${random.one(words)}`),
      is_encrypted: random.bit(),
      is_compressed: random.bit(),
      last_backup_date: random.maybe(() => moment(random)),
      last_backup_size: random.maybe(() => random.int64()),
      status: random.one(results),
      created_at: moment(random),
    }),
  ],
  [
    "backup_executions",
    0.25,
    ({ random, parent }) => ({
      job_id: parent("backup_jobs"),
      copy_id: random.maybe(() => parent("backup_copies")),
      execution_date: moment(random),
      execution_result: random.one(results),
      error_message: random.maybe(() => text(random, 300)),
      backup_size_bytes: random.maybe(() => random.int64()),
      duration_seconds: random.maybe(() => random.float()),
      has_errors: random.bit(),
      source_system: random.maybe(() => random.one(words)),
      checksum: random.maybe(() => random.bytes(32)),
      created_at: moment(random),
    }),
  ],
  [
    "compliance_status",
    0.08,
    ({ random, parent }) => ({
      job_id: parent("backup_jobs"),
      check_date: moment(random),
      copies_count: random.below(5),
      media_types_count: random.below(3),
      has_offsite: random.bit(),
      has_offline: random.bit(),
      has_errors: random.bit(),
      compliance_score: random.maybe(() => random.float()),
      overall_status: random.one(["compliant", "partial", "violated"]),
      issues: random.maybe(() => JSON.stringify([text(random, 60), random.below(9)])),
    }),
  ],
  [
    "alerts",
    0.06,
    ({ random, parent }) => ({
      alert_type: random.one(["backup_failed", "media_due", "rule_violated"]),
      severity: random.one(["info", "warning", "critical"]),
      job_id: random.maybe(() => parent("backup_jobs")),
      title: `Alert: ${random.one(words)}`,
      message: text(random, 500),
      is_acknowledged: random.bit(),
      acknowledged_by: random.maybe(() => parent("users")),
      acknowledged_at: random.maybe(() => moment(random)),
      created_at: moment(random),
    }),
  ],
  [
    "audit_logs",
    0.2,
    ({ random, parent }) => ({
      user_id: random.maybe(() => parent("users")),
      action: random.one(["login", "logout", "update", "delete"]),
      resource_type: random.maybe(() => random.one(["user", "auth", "job"])),
      resource_id: random.maybe(() => random.below(1000)),
      ip_address: random.maybe(() => random.one(["192.0.2.9", "198.51.100.77", "2001:db8::1"])),
      user_agent: random.maybe(() => "Mozilla/5.0 (X11; Linux x86_64)"),
      action_result: random.one(results),
      details: random.maybe(() => JSON.stringify({ note: text(random, 80), tries: random.below(3) })),
      created_at: moment(random),
    }),
  ],
  [
    "media_rotation_schedule",
    0.02,
    ({ random, parent }) => ({
      offline_media_id: parent("offline_media"),
      rotation_type: random.one(["gfs", "hanoi", "fifo"]),
      rotation_cycle: random.one(["weekly", "monthly"]),
      next_rotation_date: day(random),
      last_rotation_date: random.maybe(() => day(random)),
      is_active: random.bit(),
      created_at: moment(random),
    }),
  ],
  [
    "media_lending",
    0.02,
    ({ random, parent }) => ({
      offline_media_id: parent("offline_media"),
      borrower_id: parent("users"),
      borrow_purpose: random.maybe(() => random.one(words)),
      borrow_date: moment(random),
      expected_return: day(random),
      actual_return: random.maybe(() => moment(random)),
      return_condition: random.maybe(() => random.one(["good", "worn"])),
      notes: random.maybe(() => text(random, 100)),
    }),
  ],
  [
    "verification_schedule",
    0.02,
    ({ random, n, parent }) => ({
      job_id: parent("backup_jobs"),
      test_frequency: `every ${n} days`,
      next_test_date: day(random),
      last_test_date: random.maybe(() => day(random)),
      assigned_to: random.maybe(() => parent("users")),
      is_active: random.bit(),
    }),
  ],
  [
    "verification_tests",
    0.03,
    ({ random, parent }) => ({
      job_id: parent("backup_jobs"),
      schedule_id: random.maybe(() => parent("verification_schedule")),
      tester_id: parent("users"),
      test_type: random.one(["restore", "checksum"]),
      test_date: moment(random),
      test_result: random.one(results),
      duration_seconds: random.maybe(() => random.float()),
      has_errors: random.bit(),
      issues_found: random.maybe(() => text(random, 200)),
      evidence: random.maybe(() => random.bytes(random.below(3000))),
    }),
  ],
  [
    "reports",
    0.02,
    ({ random, n, parent }) => ({
      report_type: random.one(["daily", "weekly", "audit"]),
      title: `Report ${n} | ${random.one(words)}`,
      date_from: day(random),
      date_to: day(random),
      file_path: random.maybe(() => `reports/${n}.pdf`),
      file_format: random.one(["pdf", "html", "csv"]),
      generated_by: random.maybe(() => parent("users")),
      created_at: moment(random),
    }),
  ],
  [
    "notification_logs",
    0.04,
    ({ random, parent }) => ({
      alert_id: random.maybe(() => parent("alerts")),
      user_id: random.maybe(() => parent("users")),
      channel: random.one(["mail", "chat", "webhook"]),
      recipient: random.maybe(() => `team${random.below(9)}@backup.example`),
      status: random.one(["sent", "failed"]),
      error_message: random.maybe(() => text(random, 90)),
      retry_count: random.below(4),
      sent_at: random.maybe(() => moment(random)),
    }),
  ],
  [
    "system_settings",
    0.01,
    ({ random, n, parent }) => ({
      setting_key: `setting.${n}`,
      setting_value: random.maybe(() => random.one(["true", "false", "", "0", "NULL", "\\N", "42", random.one(words)])),
      value_type: random.one(["string", "boolean", "integer"]),
      description: random.maybe(() => random.one(words)),
      is_encrypted: random.bit(),
      updated_by: random.maybe(() => parent("users")),
      updated_at: random.maybe(() => moment(random)),
    }),
  ],
  [
    "api_keys",
    0.01,
    ({ random, n, parent }) => ({
      user_id: parent("users"),
      name: `key ${n}`,
      key_hash: random.hex(32),
      is_active: random.bit(),
      expires_at: random.maybe(() => moment(random)),
      last_used_at: random.maybe(() => moment(random)),
      created_at: moment(random),
    }),
  ],
  [
    "refresh_tokens",
    0.01,
    ({ random, parent }) => ({
      user_id: parent("users"),
      token_hash: random.hex(32),
      is_revoked: random.bit(),
      expires_at: moment(random),
      created_at: moment(random),
    }),
  ],
  [
    "apscheduler_jobs",
    0.01,
    ({ random, n }) => ({
      id: `job-${n}`,
      next_run_time: random.maybe(() => 1764000000 + random.unit() * 1e6),
      job_state: random.bytes(200),
    }),
  ],
];

/**
 * Writes a SQLite database in the sample application's schema with invented rows in all 18 tables: every column in use,
 * with NULLs, empty and long texts, several scripts, blobs, 64-bit integers, and every foreign key satisfied. The same
 * arguments give the same rows.
 *
 * @param path the file to write; an existing one is replaced
 * @param rows rows over all tables, roughly; each table gets at least three
 * @returns the rows of each table
 */
export function makeRichSample(path: string, rows = 5000, seed = 16): Record<string, number> {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  const database = new Database(path);
  try {
    database.exec(readFileSync(join(__dirname, "backup-management.sql"), "utf8"));
    database.exec("DELETE FROM audit_logs; DELETE FROM users");
    const random = seededRandom(seed);
    const counts: Record<string, number> = {};
    database.transaction(() => {
      for (const [name, share, make] of tables) {
        const count = Math.max(3, Math.round(rows * share));
        for (let n = 1; n <= count; n++) {
          const row = make({ random, n, parent: (table) => 1 + random.below(counts[table] ?? 0) });
          const columns = Object.keys(row);
          database
            .prepare(`INSERT INTO ${name} (${columns}) VALUES (${columns.map((column) => `@${column}`)})`)
            .run(row);
        }
        counts[name] = count;
      }
    })();
    return counts;
  } finally {
    database.close();
  }
}

const two = (value: number) => String(value).padStart(2, "0");

function day(random: Random): string {
  return `${2015 + random.below(15)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
}

/** As SQLAlchemy writes a DATETIME: six digits of a second, or none when they are zero. */
function moment(random: Random): string {
  const time = `${day(random)} ${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}`;
  return random.below(10) === 0 ? time : `${time}.${String(random.below(1_000_000)).padStart(6, "0")}`;
}

function text(random: Random, longest: number): string {
  let made = "";
  const length = random.below(longest);
  while (made.length < length) made += `${random.one(words)}${random.one([" ", "\n", "\t", ", ", '"', "\r\n"])}`;
  return made;
}
