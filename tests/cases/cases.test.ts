/**
 * Databases as applications make them, each in a folder named by its symptom: `source.sql` (SQLite's SQL, bytes of any kind by CAST(x'…' AS TEXT))
 * and `case.json` (the options, and what a user expects to see); `target.sql` makes the tables of mode existing. Each is migrated into an empty database of its own, verified again by itself, and asked.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MigrationFailed, migrate } from "../../migration/migrate";
import type { MigrationOptions, MigrationReport } from "../../migration/model";
import { verifyTarget } from "../../migration/verify/verify-target";
import { connect } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";

interface Case {
  options?: Partial<MigrationOptions>;
  expect: {
    status: MigrationReport["status"];
    /** A regular expression. */
    failure?: string;
    /** Rows loaded, by source table: all tables that come over. */
    tables?: Record<string, number>;
    /** `table key: code` of every row set aside, such as `t {"id":"2"}: NUL in text`. */
    rejects?: string[];
    /** `kind name: reason` of everything left behind, as regular expressions, in their order. */
    leftBehind?: string[];
    /** All remarks, as regular expressions, in their order. */
    warnings?: string[];
    /** Rows as PostgreSQL writes them. */
    queries?: { sql: string; rows: (string | null)[][] }[];
  };
}

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-cases-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const names = readdirSync(__dirname, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

describe.each(names)("%s", (name) => {
  test("comes out as its user expects", async () => {
    const { options = {}, expect: expected } = JSON.parse(
      readFileSync(join(__dirname, name, "case.json"), "utf8"),
    ) as Case;
    const source = join(folder, `${name}.db`);
    const db = new Database(source);
    db.unsafeMode(true);
    db.pragma("foreign_keys = OFF");
    db.exec(readFileSync(join(__dirname, name, "source.sql"), "utf8"));
    db.close();
    const target = await server.createDatabase();
    const made = join(__dirname, name, "target.sql");
    if (existsSync(made)) {
      const owner = await connect(target);
      await owner.query(readFileSync(made, "utf8")).finally(() => owner.end());
    }
    const input = { source, target, workFolder: join(folder, "runs"), ...options };
    const report = await migrate(input).catch((error) => {
      if (error instanceof MigrationFailed) return error.report;
      throw error;
    });

    expect(report.failure ?? "").toMatch(new RegExp(expected.failure ?? "^$"));
    expect(report.status).toBe(expected.status);
    if (expected.tables !== undefined)
      expect(Object.fromEntries(report.tables.map((table) => [table.source, Number(table.loadedRows)]))).toEqual(
        expected.tables,
      );
    for (const table of report.tables)
      expect(BigInt(table.loadedRows) + BigInt(table.rejectedRows)).toBe(BigInt(table.sourceRows));
    expect(report.rejects.map((row) => `${row.table} ${JSON.stringify(row.key)}: ${row.code}`)).toEqual(
      expected.rejects ?? [],
    );
    matchAll(
      report.leftBehind.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
      expected.leftBehind,
    );
    matchAll(report.warnings, expected.warnings);

    if (expected.status === "verified")
      expect(await verifyTarget(input, report.files.json, () => {})).toMatchObject({ status: "verified" });
    // Last, since they may also write, as the application would.
    const client = await connect(target);
    try {
      for (const { sql, rows } of expected.queries ?? [])
        expect(
          (await client.query({ text: sql, rowMode: "array", types: { getTypeParser: () => String } })).rows,
        ).toEqual(rows);
    } finally {
      await client.end();
    }
  });
});

function matchAll(found: string[], patterns: string[] = []): void {
  expect(found).toEqual(patterns.map((pattern) => expect.stringMatching(new RegExp(pattern))));
}
