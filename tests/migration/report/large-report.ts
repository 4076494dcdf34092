import type { Check, MigrationReport } from "../../../migration/model";
import { check, plannedColumn, sampleReport } from "./sample-report";

/** A report of many tables, each with its columns and checks, as a large application's. */
export function largeReport(tables: number, checksPerTable: number): MigrationReport {
  const names = Array.from({ length: tables }, (_, i) => `table_${i}_of_the_application`);
  const rows = (i: number) => String(i * 37);
  const reason = "Declared VARCHAR(200); all values are texts of at most 200 characters.";
  const column = (i: number) =>
    plannedColumn({ source: `column_${i}`, target: `column_${i}`, targetType: "varchar(200)", reason });
  const checks = (table: string): Check[] =>
    Array.from({ length: checksPerTable }, (_, i) =>
      check({ name: `check ${i}`, table, sql: `SELECT ${"md5(x), ".repeat(60)}1`, source: "ab".repeat(16) }),
    );
  const total = String(names.reduce((sum, _, i) => sum + i * 37, 0));
  return sampleReport({
    totals: { tables, sourceRows: total, loadedRows: total, rejectedRows: "0", errors: 0 },
    tables: names.map((name, i) => ({
      source: name,
      target: name,
      sourceRows: rows(i),
      loadedRows: rows(i),
      rejectedRows: "0",
      reader: "pages" as const,
      durationMs: i,
    })),
    planned: names.map((name, i) => ({
      source: name,
      target: name,
      rowCount: rows(i),
      columns: Array.from({ length: 15 }, (_, number) => column(number)),
      keys: [{ name: "pk", sql: `ALTER TABLE "public"."${name}" ADD PRIMARY KEY ("column_0")` }],
    })),
    checks: names.flatMap(checks),
  });
}

/** As large as one gets: 1000 tables, 5000 objects left behind, 10,000 remarks, and as many failures. */
export function hugeReport(): MigrationReport {
  const report = largeReport(1_000, 10);
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  report.failure = "It failed. ".repeat(1_000);
  report.leftBehind = numbers(5_000).map((i) => ({
    kind: i % 2 === 0 ? "table" : "trigger",
    name: `object_${i}`,
    reason: "PostgreSQL has nothing like it. ".repeat(20),
    sql: "CREATE TRIGGER … ".repeat(100),
  }));
  report.warnings = numbers(10_000).map((i) => `Remark ${i}: ${"a column was widened ".repeat(20)}`);
  report.notProved = numbers(5_000).map((i) => `Left behind and not looked at: object_${i}.`);
  report.checks.push(
    ...numbers(500).map((i) =>
      check({ name: `c${i}`, status: "failed", sql: "x".repeat(9_000), detail: "y".repeat(9_000) }),
    ),
  );
  report.rejects = numbers(3_000).map((i) => ({
    table: "t",
    locator: [],
    key: { id: String(i) },
    column: null,
    value: "z".repeat(100),
    code: "22021",
    reason: "It does not fit. ".repeat(30),
  }));
  report.queries = numbers(50).map((i) => ({
    name: `query ${i}`,
    columns: ["a", "b"],
    rows: numbers(200).map((n) => [String(n), "w".repeat(2_000)]),
  }));
  return report;
}

/** What a database of ill will could put into every place that is shown. */
export const hostile = [
  `<script>document.title = "run"</script><img src=x onerror="document.title='run'">`,
  `"' onmouseover="document.title='run'" x="`,
  "</style></title></textarea><svg onload=document.title='run'>",
  "\u202egnp.exe\u2066\u0000\u001b[2J\u0007\ud800 \u05e9\u05dc\u05d5\u05dd",
  "long ".repeat(20_000),
];

/** A failed report whose every text is hostile. */
export function hostileReport(): MigrationReport {
  const text = hostile.join(" ");
  return sampleReport({
    status: "failed",
    failure: text,
    version: text,
    source: { ...sampleReport().source, path: text, sha256: text, encoding: text },
    target: { url: text, schema: text, serverVersion: text, database: text, role: text },
    tables: hostile.map((name) => ({
      source: name,
      target: name,
      sourceRows: "2",
      loadedRows: "1",
      rejectedRows: "1",
      reader: "pages" as const,
      durationMs: 1,
    })),
    planned: hostile.map((name) => ({
      source: text,
      target: name,
      rowCount: "2",
      columns: [
        plannedColumn({ source: text, target: name, sourceType: text, targetType: text, default: text, reason: text }),
      ],
      keys: [{ name, sql: text }],
    })),
    phases: hostile.map((name) => ({ name, durationMs: 5 })),
    leftBehind: [{ kind: "view", name: text, reason: text, sql: text }],
    warnings: hostile,
    rejects: hostile.map((name) => ({
      table: name,
      locator: [],
      key: { [name]: name },
      column: name,
      value: name,
      code: name,
      reason: name,
    })),
    checks: [
      check({ name: text, table: null, status: "failed", source: text, target: text, sql: text, detail: text }),
      ...hostile.map((name) => check({ name, table: name, source: name, target: name, sql: name })),
    ],
    queries: [{ name: text, columns: hostile, rows: [hostile] }],
    notProved: hostile,
    files: { ...sampleReport().files, rejects: `runs/1/${hostile[1]}` },
  });
}
