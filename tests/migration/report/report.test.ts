import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderHtml } from "../../../migration/report/html/page";
import { renderMarkdown, renderSummary } from "../../../migration/report/markdown";
import { cell, codeBlock, duration, plain } from "../../../migration/report/text";
import { writeReport } from "../../../migration/report/write-report";
import { check, sampleReport } from "./sample-report";

describe("the page", () => {
  it("says the verdict first, then the tables, and at the end every check", () => {
    const page = renderMarkdown(sampleReport());
    expect(page.split("\n").slice(0, 3)).toEqual([
      "# Migration report: verified",
      "",
      "**2 tables, 33 rows, 0 errors, verified**",
    ]);
    expect(page.match(/^## .*/gm)).toEqual([
      "## Tables",
      "## Compared queries",
      "## What stayed behind",
      "## What was not proved",
      "## Source and target",
      "## Files",
      "## Going back to SQLite",
      "## Columns",
      "## Time by step",
      "## All checks",
    ]);
    expect(page).toContain("| audit_logs (from Audit) | 32 | 32 | 0 | 4 ms |");
    expect(page).toContain("| *NULL* | 0 |");
    expect(page).toContain("```sql\nCREATE TABLE api_keys (id INTEGER)\n```");
    expect(page).toContain("runs/1/backup_mgmt.db.backup_20251202_115248");
  });

  it("tells a failure, and each check that is against the migration, before everything else", () => {
    const page = renderMarkdown(
      sampleReport({
        status: "failed",
        failure: "1 of 2 checks did not pass.",
        totals: { tables: 2, sourceRows: "33", loadedRows: "32", rejectedRows: "1", errors: 2 },
        checks: [
          check({
            status: "failed",
            source: "33",
            target: "32",
            detail: 'id "5": column name should be "`a`", is "b"\nand more',
          }),
          check({ name: "table", table: "gone", status: "not done", source: "", target: "", detail: "no such table" }),
        ],
        rejects: [
          {
            table: "users",
            locator: [],
            key: { id: "7", "a|b": "x" },
            column: "name",
            value: "a\nb",
            code: "22021",
            reason: "It holds NUL.",
          },
        ],
      }),
    );
    expect(page).toContain("**2 tables, 32 rows, 1 row set aside, 2 errors, FAILED**");
    expect(page).toContain("It failed: 1 of 2 checks did not pass.");
    expect(page.indexOf("## What failed")).toBeLessThan(page.indexOf("## Tables"));
    expect(page).toContain('  id "5": column name should be "`a`", is "b"\n  and more');
    expect(page).toContain("- **gone**: table not done\n\n  ```text\n  no such table");
    expect(page).toContain("| users | id = 7, a\\|b = x | name | a<br>b | 22021 | It holds NUL. |");
  });

  it("lists at most a hundred rows set aside, and says how many more there are", () => {
    const rejects = Array.from({ length: 130 }, (_, id) => ({
      table: "t",
      locator: [],
      key: { id: String(id) },
      column: null,
      value: null,
      code: "x",
      reason: "y",
    }));
    const page = renderMarkdown(
      sampleReport({ rejects, files: { ...sampleReport().files, rejects: "runs/1/rejects.jsonl" } }),
    );
    expect(page.match(/^\| t \|/gm)).toHaveLength(100);
    expect(page).toContain("30 more rows not listed here: report.json has all 130.");
    expect(page).toContain("runs/1/rejects.jsonl");
  });

  it("lets nothing of the data become markup", () => {
    expect(cell("a|b\n<script>*x*_y_ `z` [l](u) \\")).toBe(
      "a\\|b<br>&lt;script>\\*x\\*\\_y\\_ \\`z\\` \\[l\\](u) \\\\",
    );
    expect(plain("audit_logs_2")).toBe("audit_logs_2");
    expect(plain("a\u001b[31m")).toBe("a\\\\u001b\\[31m");
    expect(codeBlock("SELECT '```'")).toBe("````sql\nSELECT '```'\n````");
  });
});

describe("the summary", () => {
  it("is a few lines: verdict, checks, what stayed behind, where the report is", () => {
    expect(renderSummary(sampleReport())).toBe(
      [
        "Migration: 2 tables, 33 rows, 0 errors, verified (1.35 s)",
        "Checks: 1 passed",
        "Left behind: api_keys",
        "Report: runs/1/report.html",
      ].join("\n"),
    );
  });

  it("names the first checks that are against the migration, and stays short", () => {
    const checks = Array.from({ length: 500 }, (_, i) =>
      check({ table: `t${i}`, status: "failed", detail: "x\ny\nz" }),
    );
    const lines = renderSummary(sampleReport({ status: "failed", failure: "Why.", checks })).split("\n");
    expect(lines[1]).toBe("  Why.");
    expect(lines).toContain("  t0: content failed (x; y)");
    expect(lines).toContain("  and 495 more checks");
    expect(lines.length).toBeLessThan(12);
  });
});

it("times are told in the unit that fits", () => {
  expect([3, 1350, 125_000].map(duration)).toEqual(["3 ms", "1.35 s", "2 min 5 s"]);
});

it("all files are written from one value, and the JSON gives it back", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-report-"));
  try {
    const files = {
      ...sampleReport().files,
      json: join(folder, "new", "report.json"),
      markdown: join(folder, "new", "report.md"),
      html: join(folder, "new", "report.html"),
    };
    const report = sampleReport({ files });
    writeReport(report);
    expect(JSON.parse(readFileSync(files.json, "utf8"))).toEqual(report);
    expect(readFileSync(files.markdown, "utf8")).toBe(renderMarkdown(report));
    expect(readFileSync(files.html, "utf8")).toBe(renderHtml(report));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
