import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastRun, recordRun } from "../../../migration/load/ledger";
import type { MigrationPlan } from "../../../migration/model";
import { decisiveOptions, migrationOptions } from "../../../migration/options";
import { digest } from "../../../migration/report/digest";
import { renderMarkdown } from "../../../migration/report/markdown";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { hostileReport, hugeReport } from "./large-report";
import { sampleReport } from "./sample-report";

const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe("the digest of a report", () => {
  it("of a small database lists everything", () => {
    const report = sampleReport({ warnings: ["one"] });
    expect(digest(report)).toMatchObject({
      tables: { users: "1 row", audit_logs: "32 rows" },
      leftBehind: ["table api_keys: Excluded."],
      warnings: ["one"],
      queries: report.queries,
      notListed: {},
      wholeReport: "runs/1/report.json",
    });
  });

  it("stays under 32 KB whatever was moved, counts what it does not list, and says where that is", () => {
    const report = hugeReport();
    const short = digest(report);
    expect(size(short)).toBeLessThan(32 * 1024);
    const left = (list: string) => short.notListed[list] ?? 0;
    expect(Object.keys(short.tables).length + left("tables")).toBe(1_000);
    expect(short.leftBehind.length + left("leftBehind")).toBe(5_000);
    expect(short.warnings.length + left("warnings")).toBe(10_000);
    expect(short.notPassed.length + left("notPassed")).toBe(500);
    expect(short.setAside.length + left("setAside")).toBe(3_000);
    expect(short.queries.length + left("queries")).toBe(50);
    expect(short.notProved.length + left("notProved")).toBe(5_000);
    for (const list of [Object.keys(short.tables), short.leftBehind, short.warnings, short.notPassed, short.queries])
      expect(list.length).toBeGreaterThan(0);
    expect(short.wholeReport).toBe(report.files.json);
    expect(short.summary).toContain("2,490 more tables, 2,500 triggers");
  });

  it("stays under 32 KB where single texts are long and need escaping", () => {
    const hostile = hostileReport();
    expect(size(digest({ ...hostile, source: sampleReport().source, target: sampleReport().target }))).toBeLessThan(
      32 * 1024,
    );
  });
});

describe("the ledger's copy", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => server.stop());

  it("is the digest, and the rows of each table", async () => {
    const report = hugeReport();
    const target = await server.createDatabase();
    const client = await connect(target);
    try {
      const plan = { mode: "create", schema: "public", source: report.source } as MigrationPlan;
      await client.query("BEGIN");
      await recordRun(client, {
        id: "1",
        startedAt: new Date(),
        plan,
        tables: report.tables,
        report,
        options: decisiveOptions(migrationOptions({ source: "s", target })),
      });
      await client.query("COMMIT");
      const { rows } = await client.query(
        "SELECT length(report::text) AS report, length(files::text) AS files, length(tables::text) AS tables FROM pgstead.runs",
      );
      expect(rows[0].report).toBeLessThan(33 * 1024);
      expect(rows[0].files).toBeLessThan(2_000);
      expect(rows[0].tables).toBeLessThan(1_000 * 250);
      // Its tables are not there: nothing to take over.
      expect(await lastRun(client, "public")).toBeNull();
    } finally {
      await client.end();
    }
  });
});

describe("the Markdown report of a large database", () => {
  it("is bounded, says how many of each list it leaves out, and where they are", () => {
    const page = renderMarkdown(hugeReport());
    expect(Buffer.byteLength(page)).toBeLessThan(2_500_000);
    for (const rest of [
      "400 more checks not listed here: report.json has all 500.",
      "2,900 more rows not listed here: report.json has all 3,000.",
      "4,800 more objects not listed here: report.json has all 5,000.",
      "9,800 more remarks not listed here: report.json has all 10,000.",
      "867 more tables not listed here: report.json has all 1,000.",
      "9,500 more checks not listed here: report.json has all 10,500.",
    ])
      expect(page).toContain(rest);
  });
});
