import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { readCatalog } from "../../../migration/source/catalog";
import { freeze } from "../../../migration/source/freeze";
import { openReadOnly } from "../../../migration/source/open";
import { sqliteFile, temporaryFolder } from "../support";

const folder = temporaryFolder();
const stamp = "20260102_030405";
let runs = 0;

function runFolder(): string {
  const path = join(folder, `run${++runs}`);
  mkdirSync(path);
  return path;
}

const rows = (path: string) => {
  const db = openReadOnly(path);
  try {
    return db.prepare("SELECT count(*) FROM t").pluck().get();
  } finally {
    db.close();
  }
};

const filled =
  "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t(x) SELECT hex(randomblob(50)) FROM generate_series(1, 2000);".replace(
    "FROM generate_series(1, 2000)",
    "FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n)",
  );

describe("a database that is at rest", () => {
  test("is copied under its name and the stamp, and is not written to", async () => {
    const source = sqliteFile(folder, filled);
    const before = { ...statSync(source, { bigint: true }), content: readFileSync(source) };
    const frozen = await freeze(source, runFolder(), stamp);
    expect(frozen.path.endsWith(`.db.backup_${stamp}`)).toBe(true);
    expect(rows(frozen.path)).toBe(2000n);
    const after = statSync(source, { bigint: true });
    expect(after.mtimeNs).toBe(before.mtimeNs);
    expect(readFileSync(source).equals(before.content)).toBe(true);
    expect(frozen.fingerprint.sha256).toBe(createHash("sha256").update(readFileSync(frozen.path)).digest("hex"));
  });

  test("has the sum of its bytes as its fingerprint, also where it is large and the sum is made in a thread", async () => {
    const source = sqliteFile(folder, "CREATE TABLE t(x); INSERT INTO t VALUES (zeroblob(10000000)), (randomblob(9))");
    const { path, fingerprint } = await freeze(source, runFolder(), stamp);
    expect(fingerprint.sha256).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
  });

  test("has the same fingerprint again, and another after any change", async () => {
    const source = sqliteFile(folder, filled);
    const first = await freeze(source, runFolder(), stamp);
    const second = await freeze(source, runFolder(), "20270102_030405");
    expect(second.fingerprint.sha256).toBe(first.fingerprint.sha256);
    const db = new Database(source);
    db.exec("UPDATE t SET x = x || ' ' WHERE id = 1");
    db.close();
    expect((await freeze(source, runFolder(), stamp)).fingerprint.sha256).not.toBe(first.fingerprint.sha256);
  });

  test("in WAL mode leaves no file behind beside it", async () => {
    const source = sqliteFile(folder, `PRAGMA journal_mode = WAL; ${filled}`, "closed-wal.db");
    const beside = () => readdirSync(folder).filter((name) => name.startsWith("closed-wal.db"));
    expect(beside()).toEqual(["closed-wal.db"]);
    const frozen = await freeze(source, runFolder(), stamp);
    expect(beside()).toEqual(["closed-wal.db"]);
    expect(frozen.fingerprint.journalMode).toBe("wal");
    expect(rows(frozen.path)).toBe(2000n);
  });
});

describe("a copy", () => {
  const counters = (path: string, changes: number, validFor: number, pages: number) => {
    const file = openSync(path, "r+");
    for (const [at, value] of [
      [24, changes],
      [92, validFor],
      [28, pages],
    ] as const) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      writeSync(file, bytes, 0, 4, at);
    }
    closeSync(file);
  };

  test("has all pages of a file whose writer did not count them, as SQLite before 3.7", async () => {
    const source = sqliteFile(folder, filled, "uncounted.db");
    counters(source, 40, 7, 3);
    expect(rows((await freeze(source, runFolder(), stamp)).path)).toBe(2000n);
  });

  test("has the same sum whichever way it was made", async () => {
    const source = sqliteFile(folder, filled, "either-way.db");
    const whole = await freeze(source, runFolder(), stamp);
    const byPages = join(folder, "either-way-pages.db");
    const db = new Database(source, { readonly: true });
    await db.backup(byPages);
    db.close();
    expect(readFileSync(whole.path).equals(readFileSync(byPages))).toBe(true);
  });
});

describe("a database in use", () => {
  test("in WAL mode comes with what its log holds, and its log is left as it was", async () => {
    const source = sqliteFile(folder, `PRAGMA journal_mode = WAL; ${filled}`, "live-wal.db");
    const app = new Database(source);
    app.pragma("wal_autocheckpoint = 0");
    app.exec("INSERT INTO t(x) VALUES ('only in the log')");
    const log = readFileSync(`${source}-wal`);
    const main = readFileSync(source);
    const frozen = await freeze(source, runFolder(), stamp);
    expect(rows(frozen.path)).toBe(2001n);
    expect(readFileSync(`${source}-wal`).equals(log)).toBe(true);
    expect(readFileSync(source).equals(main)).toBe(true);
    app.pragma("wal_checkpoint(TRUNCATE)");
    const checkpointed = await freeze(source, runFolder(), stamp);
    app.close();
    expect(checkpointed.fingerprint.sha256).toBe(frozen.fingerprint.sha256);
    expect((await freeze(source, runFolder(), stamp)).fingerprint.sha256).toBe(frozen.fingerprint.sha256);
  });

  test("is copied as of one moment although rows are added and removed meanwhile", async () => {
    const source = sqliteFile(
      folder,
      "PRAGMA journal_mode = WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE u(id INTEGER PRIMARY KEY, x TEXT);",
    );
    const script = `const D = require("better-sqlite3"); const db = new D(process.argv[1]); console.log("ready");
      for (;;) db.exec("BEGIN; INSERT INTO t(x) VALUES (hex(randomblob(500))); INSERT INTO u(x) VALUES (hex(randomblob(500))); COMMIT");`;
    const writer = spawn(process.execPath, ["-e", script, source], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await new Promise((ready) => writer.stdout.once("data", ready));
      for (let i = 0; i < 5; i++) {
        const frozen = await freeze(source, runFolder(), stamp);
        const db = openReadOnly(frozen.path);
        expect(db.prepare("SELECT (SELECT count(*) FROM t) - (SELECT count(*) FROM u)").pluck().get()).toBe(0n);
        expect(readCatalog(db, frozen.fingerprint).integrityErrors).toEqual([]);
        db.close();
      }
    } finally {
      writer.kill("SIGKILL");
    }
  });

  test("that is held for writing is said to be locked", async () => {
    const source = sqliteFile(folder, filled);
    const app = new Database(source);
    app.exec("BEGIN EXCLUSIVE");
    await expect(freeze(source, runFolder(), stamp)).rejects.toThrow(
      /locked: another program holds it.*Stop the application/,
    );
    app.close();
  }, 30_000);
});

describe("a database that a killed program left", () => {
  test("with a log is read with what the log holds, and stays as it is", async () => {
    const live = sqliteFile(folder, `PRAGMA journal_mode = WAL; ${filled}`);
    const app = new Database(live);
    app.exec("INSERT INTO t(x) VALUES ('only in the log')");
    const source = join(folder, "killed-wal.db");
    for (const suffix of ["", "-wal"]) copyFileSync(live + suffix, source + suffix);
    app.close();
    const frozen = await freeze(source, runFolder(), stamp);
    expect(rows(frozen.path)).toBe(2001n);
    expect(readdirSync(folder).filter((name) => name.startsWith("killed-wal.db"))).toEqual([
      "killed-wal.db",
      "killed-wal.db-wal",
    ]);
  });

  test("in the middle of a transaction is read as it was before it", async () => {
    const source = sqliteFile(folder, filled, "killed-journal.db");
    const script = `const D = require("better-sqlite3"); const db = new D(process.argv[1]); db.pragma("cache_size = 10");
      db.exec("BEGIN; UPDATE t SET x = 'half done'; DELETE FROM t WHERE id > 100"); process.kill(process.pid, "SIGKILL");`;
    expect(() => execFileSync(process.execPath, ["-e", script, source])).toThrow();
    expect(readdirSync(folder)).toContain("killed-journal.db-journal");
    const before = readFileSync(source);
    const frozen = await freeze(source, runFolder(), stamp);
    expect(rows(frozen.path)).toBe(2000n);
    expect(readFileSync(source).equals(before)).toBe(true);
    expect(readdirSync(folder)).toContain("killed-journal.db-journal");
  });
});

describe("a source that cannot be read is refused with what is wrong", () => {
  const refused = async (source: string) => {
    const run = runFolder();
    const error = await freeze(source, run, stamp).then(
      () => "not refused",
      (reason: Error) => `${reason.name}: ${reason.message}`,
    );
    expect(readdirSync(run)).toEqual([]);
    return error;
  };

  test("missing", async () => expect(await refused(join(folder, "none.db"))).toMatch(/^UserError: .*does not exist/));
  test("a folder", async () => expect(await refused(folder)).toMatch(/^UserError: .*is a folder/));
  test("an empty file", async () => {
    const path = join(folder, "empty.db");
    writeFileSync(path, "");
    expect(await refused(path)).toMatch(/^UserError: .*is an empty file/);
  });
  test("not a database, or encrypted", async () => {
    const path = join(folder, "other.db");
    writeFileSync(path, createHash("sha512").update("x").digest());
    expect(await refused(path)).toMatch(/^UserError: .*is not a SQLite database.*encrypted/);
  });
  test("cut short within its first page, in either journal mode", async () => {
    const path = sqliteFile(folder, filled);
    const start = readFileSync(path).subarray(0, 60);
    for (const readVersion of [1, 2]) {
      start[19] = readVersion;
      writeFileSync(path, start);
      expect(await refused(path)).toMatch(/^UserError: .*is damaged: it ends within its first page/);
    }
  });
  test("cut short", async () => {
    const path = sqliteFile(folder, filled);
    truncateSync(path, 4096 * 20);
    const frozen = await freeze(path, runFolder(), stamp).catch((error: Error) => error);
    if (frozen instanceof Error)
      expect(`${frozen.name}: ${frozen.message}`).toMatch(/^UserError: .*damaged or cut short/);
    else {
      const db = openReadOnly(frozen.path);
      expect(() => readCatalog(db, frozen.fingerprint)).toThrow(/is damaged: integrity_check says/);
      db.close();
    }
  });
  test("damaged pages", async () => {
    const path = sqliteFile(folder, filled);
    const content = readFileSync(path);
    content.fill(0xa5, 4096 * 3, 4096 * 6);
    writeFileSync(path, content);
    const frozen = await freeze(path, runFolder(), stamp);
    const db = openReadOnly(frozen.path);
    expect(() => readCatalog(db, frozen.fingerprint)).toThrow(/is damaged|malformed/);
    db.close();
  });
});

describe("a script", () => {
  const script = (sql: string, name: string) => {
    const path = join(folder, name);
    writeFileSync(path, sql);
    return path;
  };

  test("is run into a database, triggers, comments and quotes included", async () => {
    const source = script(
      `-- a dump; really
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT DEFAULT 'a;b'); /* ; */
CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN x = ';' THEN 'end;' ELSE x END; DELETE FROM t WHERE 0; END;
INSERT INTO t VALUES(1,'it''s; fine'),(2,';');
COMMIT;`,
      "app.sql",
    );
    const frozen = await freeze(source, runFolder(), stamp);
    expect(frozen.path.endsWith(`app.db.backup_${stamp}`)).toBe(true);
    const db = openReadOnly(frozen.path);
    expect(db.prepare("SELECT x FROM t ORDER BY id").pluck().all()).toEqual(["it's; fine", "end;"]);
    db.close();
    expect((await freeze(source, runFolder(), stamp)).fingerprint.sha256).toBe(frozen.fingerprint.sha256);
  });

  test("that fails is refused, with its statement and line", async () => {
    const source = script("CREATE TABLE t(x);\n\nINSERT INTO t VALUES(1);\nINSERT INTO nowhere\nVALUES(2);", "bad.sql");
    await expect(freeze(source, runFolder(), stamp)).rejects.toThrow(
      /bad.sql fails at line 4: no such table: nowhere, in: INSERT INTO nowhere VALUES\(2\);/,
    );
  });

  test("whose bytes are no text is refused, and not read as something else", async () => {
    const path = join(folder, "latin1.sql");
    writeFileSync(path, Buffer.from("CREATE TABLE t(x); INSERT INTO t VALUES('\xe9');", "latin1"));
    await expect(freeze(path, runFolder(), stamp)).rejects.toThrow(/not valid UTF-8/);
  });

  test("in UTF-16, as PowerShell writes a dump, is read", async () => {
    const path = join(folder, "utf16.sql");
    writeFileSync(path, Buffer.from("\uFEFFCREATE TABLE t(x); INSERT INTO t VALUES('é');", "utf16le"));
    const db = openReadOnly((await freeze(path, runFolder(), stamp)).path);
    expect(db.prepare("SELECT x FROM t").pluck().get()).toBe("é");
    db.close();
  });

  test("that was cut short in its transaction is refused", async () => {
    const source = script("BEGIN TRANSACTION; CREATE TABLE t(x); INSERT INTO t VALUES(1);", "cut.sql");
    await expect(freeze(source, runFolder(), stamp)).rejects.toThrow(/its COMMIT is missing/);
  });

  test("that makes nothing is refused", async () => {
    const source = script("BEGIN; CREATE TABLE t(x); ROLLBACK; -- due to errors", "rolled-back.sql");
    await expect(freeze(source, runFolder(), stamp)).rejects.toThrow(/makes no table: it ends with ROLLBACK/);
  });
});
