/**
 * Databases that real ORMs and tools made (their generators stand beside them, and are not needed for the test), or that have the form of a known application's.
 * Each folder holds `database.sql`, which is sqlite3's .dump of what the generator makes, or the bytes of `database.db`; and `expect.json`. All data is invented.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../migration/migrate";
import { verifyTarget } from "../../migration/verify/verify-target";
import { connect } from "../../support/postgres";
import { compare } from "../properties/oracle";
import { type TestServer, testServer } from "../support/postgres";

interface Expectation {
  /** Rows, by table: all tables that come over. */
  tables: Record<string, number>;
  /** What may stay behind, as regular expressions on `kind name`: nothing else does. */
  mayStayBehind?: string[];
  /** What is remarked on, as regular expressions: each is, and nothing else. */
  warnings?: string[];
  /** What the application would ask, and the rows as PostgreSQL writes them. */
  queries: { sql: string; rows: (string | null)[][] }[];
}

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-applications-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const names = readdirSync(__dirname, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

describe.each(names)("a database of %s", (name) => {
  test("comes over whole, and answers", async () => {
    const expected = JSON.parse(readFileSync(join(__dirname, name, "expect.json"), "utf8")) as Expectation;
    // A copy, since an application may have it open, with its log beside it.
    const home = join(folder, name);
    cpSync(join(__dirname, name), home, { recursive: true });
    const source = ["database.db", "database.sql"].map((file) => join(home, file)).find(existsSync) ?? "";
    const target = await server.createDatabase();
    const input = { source, target, workFolder: join(folder, "runs") };
    const report = await migrate(input);

    expect(Object.fromEntries(report.tables.map((table) => [table.source, Number(table.loadedRows)]))).toEqual(
      expected.tables,
    );
    expect(report.rejects).toEqual([]);
    const allowed = (expected.mayStayBehind ?? []).map((pattern) => new RegExp(pattern));
    const left = report.leftBehind.map(({ kind, name: what }) => `${kind} ${what}`);
    expect(left.filter((what) => !allowed.some((pattern) => pattern.test(what)))).toEqual([]);
    expect(report.warnings).toEqual(
      (expected.warnings ?? []).map((pattern) => expect.stringMatching(new RegExp(pattern))),
    );
    expect(await verifyTarget(input, report.files.json, () => {})).toMatchObject({ status: "verified" });

    const client = await connect(target);
    try {
      const tables = new Map(report.tables.map((table) => [table.source, table.target]));
      const { differences } = await compare(report.files.backup, client, "public", tables);
      expect(differences.filter((what) => !what.endsWith("did not come over"))).toEqual([]);
      for (const { sql, rows } of expected.queries)
        expect(
          (await client.query({ text: sql, rowMode: "array", types: { getTypeParser: () => String } })).rows,
        ).toEqual(rows);
    } finally {
      await client.end();
    }
  });
});
