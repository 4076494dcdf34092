/** The benchmark's databases: the same bytes in every run, made once and kept. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type Random, seededRandom } from "../samples/random";

/** Rows of each table for a scale of 1, which is 1,006,700 rows and about 300 MB. */
const shares = { users: 20_000, jobs: 80_000, executions: 500_000, audit: 400_000, blobs: 5_700, settings: 1_000 };

/** The databases by name: how many times `shares`, and whether one row in a thousand is bad. */
export const datasets = {
  mid: { scale: 1, dirty: false },
  dirty: { scale: 1, dirty: true },
  big: { scale: 5, dirty: false },
  ten: { scale: 10, dirty: false },
  huge: { scale: 20, dirty: false },
} as const;
export type Dataset = keyof typeof datasets | "small-tables" | "one-blob";

const schema = `
CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(50) NOT NULL, email VARCHAR(120), is_admin BOOLEAN NOT NULL, created_at DATETIME NOT NULL);
CREATE TABLE backup_jobs (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), name TEXT NOT NULL, schedule VARCHAR(40), enabled BOOLEAN, options TEXT,
  created_at DATETIME);
CREATE TABLE backup_executions (id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL REFERENCES backup_jobs (id), status VARCHAR(20), started_at DATETIME, finished_at DATETIME,
  success BOOLEAN, bytes_total BIGINT, bytes_sent BIGINT, duration REAL, message TEXT);
CREATE TABLE audit_logs (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), action VARCHAR(30), created_at DATETIME, details TEXT);
CREATE TABLE blobs (id INTEGER PRIMARY KEY, job_id INTEGER REFERENCES backup_jobs (id), sha CHAR(64), data BLOB);
CREATE TABLE settings (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES settings (id), key TEXT NOT NULL, value TEXT);
`;
const indexes = `
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_email ON users (email);
CREATE INDEX jobs_user ON backup_jobs (user_id);
CREATE INDEX jobs_name ON backup_jobs (name);
CREATE INDEX jobs_created ON backup_jobs (created_at);
CREATE INDEX executions_job ON backup_executions (job_id);
CREATE INDEX executions_started ON backup_executions (started_at);
CREATE INDEX executions_status ON backup_executions (status, started_at);
CREATE INDEX audit_user ON audit_logs (user_id);
CREATE INDEX audit_created ON audit_logs (created_at);
CREATE INDEX audit_action ON audit_logs (action);
CREATE INDEX blobs_job ON blobs (job_id);
CREATE UNIQUE INDEX blobs_sha ON blobs (sha);
CREATE UNIQUE INDEX settings_key ON settings (key);
`;

/** Makes a database in the folder, unless it is there already. @returns its path */
export function makeData(folder: string, name: Dataset): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.db`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.unfinished`;
  for (const suffix of ["", "-journal"]) rmSync(unfinished + suffix, { force: true });
  const db = new Database(unfinished);
  db.pragma("journal_mode = OFF");
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -200000");
  db.exec("BEGIN");
  if (name === "small-tables") fillSmallTables(db);
  else if (name === "one-blob") fillOneBlob(db);
  else fill(db, datasets[name].scale, datasets[name].dirty);
  db.exec("COMMIT");
  db.close();
  renameSync(unfinished, path);
  return path;
}

function fill(db: Database.Database, scale: number, dirty: boolean): void {
  db.exec(schema);
  const random = seededRandom(16);
  const words = wordsOf(random);
  const pool = random.bytes(1 << 20);
  const count = (table: keyof typeof shares) => (table === "settings" ? shares.settings : shares[table] * scale);
  const insert = (table: string, columns: number, rows: number, make: (n: number) => unknown[]) => {
    const statement = db.prepare(`INSERT INTO ${table} VALUES (${Array(columns).fill("?").join(", ")})`);
    for (let n = 1; n <= rows; n++) statement.run(make(n));
  };
  // A text that PostgreSQL has no room for: one with NUL.
  const bad = (n: number, text: string) => (dirty && n % 1000 === 7 ? `${text}\0` : text);
  const parent = (table: keyof typeof shares) => 1 + random.below(count(table));
  insert("users", 5, count("users"), (n) => [
    n,
    `user${n}`,
    `user${n}@backup.example`,
    Number(n % 50 === 0),
    moment(random),
  ]);
  insert("backup_jobs", 7, count("jobs"), (n) => [
    n,
    parent("users"),
    `job ${n} ${words(2)}`,
    "0 3 * * *",
    random.bit(),
    `{"keep": ${random.below(90)}, "path": "/srv/${words(1)}"}`,
    moment(random),
  ]);
  insert("backup_executions", 10, count("executions"), (n) => [
    n,
    parent("jobs"),
    random.one(["success", "failed", "warning"]),
    moment(random),
    random.maybe(() => moment(random)),
    random.bit(),
    random.below(2 ** 31) * 1000,
    random.below(2 ** 31),
    random.unit() * 86400,
    bad(n, words(1 + random.below(17))),
  ]);
  insert("audit_logs", 5, count("audit"), (n) => [
    n,
    random.maybe(() => parent("users")),
    random.one(["login", "logout", "update", "delete"]),
    moment(random),
    bad(n, words(2 + random.below(20))),
  ]);
  insert("blobs", 4, count("blobs"), (n) => {
    const length = 4096 + random.below(12_288);
    const from = random.below(pool.length - length);
    return [n, parent("jobs"), random.hex(32), pool.subarray(from, from + length)];
  });
  insert("settings", 4, count("settings"), (n) => [
    n,
    n === 1 ? null : 1 + random.below(n - 1),
    `setting.${n}`,
    words(3),
  ]);
  db.exec(indexes);
}

const smallTables = 1000;

/** Each with a key, an index and a foreign key to the table before it. */
function fillSmallTables(db: Database.Database): void {
  const random = seededRandom(17);
  const words = wordsOf(random);
  for (let table = 1; table <= smallTables; table++) {
    const reference = table === 1 ? "" : ` REFERENCES table_${table - 1} (id)`;
    db.exec(
      `CREATE TABLE table_${table} (id INTEGER PRIMARY KEY, other_id INTEGER${reference}, name VARCHAR(80) NOT NULL, made DATETIME, amount REAL);
       CREATE INDEX table_${table}_other ON table_${table} (other_id)`,
    );
    const insert = db.prepare(`INSERT INTO table_${table} VALUES (?, ?, ?, ?, ?)`);
    for (let n = 1; n <= 20; n++) insert.run(n, 1 + random.below(20), words(3), moment(random), random.unit());
  }
}

function fillOneBlob(db: Database.Database): void {
  db.exec("CREATE TABLE large (id INTEGER PRIMARY KEY, data BLOB)");
  db.prepare("INSERT INTO large VALUES (1, ?)").run(Buffer.alloc(200_000_000, seededRandom(18).bytes(4093)));
}

const two = (value: number) => String(value).padStart(2, "0");

function moment(random: Random): string {
  const day = `${2018 + random.below(8)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
  const time = `${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}`;
  return `${day} ${time}.${String(random.below(1_000_000)).padStart(6, "0")}`;
}

/** Texts of a number of words, most in ASCII as log lines are. */
function wordsOf(random: Random): (count: number) => string {
  const list = [
    "backup",
    "of",
    "volume",
    "finished",
    "médiathèque",
    "after",
    "retry",
    "snapshot",
    "東京",
    "verified",
    "0x7f",
    "done",
  ];
  return (count) => Array.from({ length: count }, () => random.one(list)).join(" ");
}
