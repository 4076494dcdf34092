import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Client } from "pg";
import { migrate, plan } from "../../../migration/migrate";
import type { MigrationPlan, MigrationReport } from "../../../migration/model";
import { SetAside } from "../../../migration/set-aside";
import { verifyMigration } from "../../../migration/verify/verify";
import { connect, type PostgresTarget } from "../../../support/postgres";
import { testServer } from "../../support/postgres";

/** Every kind of value that can be changed without notice, with and without keys. */
export const fixtureSql = `
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  nick VARCHAR(40) DEFAULT 'none',
  is_active BOOLEAN NOT NULL DEFAULT 1,
  score REAL,
  seen DATETIME,
  born DATE,
  photo BLOB,
  big BIGINT,
  amount DECIMAL(10,2),
  boss_id INTEGER REFERENCES people (id)
);
CREATE UNIQUE INDEX ux_people_name ON people (name);
CREATE INDEX ix_people_seen ON people (seen DESC);
CREATE INDEX ix_people_boss ON people (boss_id, nick);
CREATE TABLE notes (code TEXT PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, body TEXT);
CREATE TABLE loose (a TEXT, b TEXT, n INTEGER);
CREATE TABLE things (
  id INTEGER PRIMARY KEY,
  tag VARCHAR(20) NOT NULL UNIQUE,
  other_tag VARCHAR(20),
  ref UUID,
  doc JSON,
  at TIMESTAMP,
  price TEXT,
  weight NUMERIC,
  wake TIME,
  story TEXT,
  quantity INTEGER NOT NULL
);
CREATE TABLE parts (
  thing_id INTEGER NOT NULL REFERENCES things (id) ON UPDATE CASCADE ON DELETE CASCADE,
  number INTEGER NOT NULL,
  label TEXT,
  PRIMARY KEY (thing_id, number)
);
CREATE TABLE tags (name TEXT PRIMARY KEY, note TEXT) WITHOUT ROWID;
CREATE TABLE rules (
  id INTEGER PRIMARY KEY,
  low INTEGER NOT NULL,
  high INTEGER NOT NULL,
  name TEXT NOT NULL,
  ratio FLOAT,
  width INTEGER GENERATED ALWAYS AS (high - low) STORED,
  CONSTRAINT ordered CHECK (low <= high)
);
CREATE INDEX rules_name ON rules (lower(name));
CREATE INDEX rules_high ON rules (name) WHERE high > 10;
INSERT INTO rules VALUES (1, 1, 5, 'First', 0.5), (2, 3, 20, 'Second', 1.5), (3, -4, 4, 'Third', NULL);
INSERT INTO tags VALUES ('one', NULL), ('two', ''), ('three', 'x');
INSERT INTO loose VALUES ('x','y',1),('x','y',1),('p','q',2),(NULL,'',3),('',NULL,4);
`;

export interface Fixture {
  /** Connections to copies of the migrated database, for tamperings at the same time. */
  free: Client[];
  target: PostgresTarget;
  sqlite: string;
  plan: MigrationPlan;
  report: MigrationReport;
  folder: string;
  close(): Promise<void>;
}

export function makeSource(path: string): void {
  const database = new Database(path);
  database.exec(fixtureSql);
  const person = database.prepare("INSERT INTO people VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  database.transaction(() => {
    for (let id = 1; id <= 300; id++)
      person.run(
        id,
        id === 7 ? "José\nLuis" : `Person ${id}`,
        [null, "", "Nick", "NULL", " x"][id % 5],
        id % 2,
        [-0, 0.1, 1e300, null, id / 3][id % 5],
        `2025-03-${String(1 + (id % 28)).padStart(2, "0")} 10:11:12.${String(100000 + id)}`,
        `19${50 + (id % 50)}-02-11`,
        [Buffer.from(`photo ${id}`), Buffer.alloc(0), null][id % 3],
        9007199254740992n + BigInt(id),
        id / 100,
        id === 1 ? null : Math.ceil(id / 2),
      );
    for (let id = 1; id <= 300; id += 3)
      database.prepare("INSERT INTO notes VALUES (?,?,?)").run(`N-${id}`, id, `Body ${id}`);
    const thing = database.prepare("INSERT INTO things VALUES (?,?,?,?,?,?,?,?,?,?,?)");
    const part = database.prepare("INSERT INTO parts VALUES (?,?,?)");
    for (let id = 1; id <= 40; id++) {
      thing.run(
        id,
        `tag ${id}`,
        `other ${id}`,
        `0f8fad5b-d9cb-469f-a165-7086772895${String(id).padStart(2, "0")}`,
        `{"b": 1.0, "a": [${id}, null]}`,
        `2025-06-01 12:00:${String(id).padStart(2, "0")}+02:00`,
        "1.0",
        [1.5, 2n, null, -0.25][id % 4],
        `0${id % 10}:30:00`,
        id === 8 ? `${"é".repeat(499_999)}ab` : null,
        id,
      );
      for (let number = 1; number <= 2; number++) part.run(id, number, `part ${number}`);
    }
  })();
  database.close();
}

/** As many tamperings are looked at together. */
export const copies = 3;

/** A migrated database, and copies of it. Checks run in a transaction that is rolled back: every test finds it as it was. */
export async function fixture(): Promise<Fixture> {
  const server = await testServer();
  const folder = mkdtempSync(join(tmpdir(), "pgstead-verify-"));
  const sqlite = join(folder, "app.db");
  makeSource(sqlite);
  const target = await server.createDatabase();
  const options = { source: sqlite, target, workFolder: join(folder, "runs") };
  const planned = await plan(options);
  const report = await migrate(options);
  const clients: Client[] = [];
  const superuser = await connect(server.superuser());
  for (let copy = 1; copy <= copies; copy++) {
    const database = `${target.database}_copy${copy}`;
    await superuser.query(`CREATE DATABASE ${database} TEMPLATE ${target.database} OWNER ${target.user}`);
    clients.push(await connect({ ...target, database }));
  }
  await superuser.end();
  return {
    free: [...clients],
    target,
    sqlite,
    plan: planned,
    report,
    folder,
    async close() {
      for (const client of clients) await client.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The checks that did not pass after `tampering`, which is undone. */
export async function checksAfter({ free, sqlite, plan: planned }: Fixture, tampering: string, thorough = false) {
  const client = free.pop();
  if (client === undefined) throw new Error(`at most ${copies} tamperings at the same time`);
  await client.query("BEGIN");
  try {
    await client.query(tampering);
    const { checks } = await verifyMigration({
      sourcePath: sqlite,
      client,
      schema: "public",
      plan: planned,
      rejects: new SetAside(),
      loaded: [],
      compareQueries: [],
      thorough,
      onProgress: () => {},
    });
    return checks.filter(({ status }) => status !== "passed");
  } finally {
    await client.query("ROLLBACK");
    free.push(client);
  }
}
