import { describe, expect, it } from "vitest";
import { Room } from "../../../migration/report/html/bounds";
import { escapeHtml, html } from "../../../migration/report/html/html";
import { renderHtml } from "../../../migration/report/html/page";
import { hostileReport, hugeReport, largeReport } from "./large-report";
import { check, sampleReport } from "./sample-report";

describe("markup", () => {
  it("escapes what is put into it, and takes only its own pieces as they are", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(html`<p title="${`"'`}">${[inner, null, 3]}</p>`.text).toBe('<p title="&quot;&#39;"><b>&lt;i&gt;</b>3</p>');
  });

  it("writes out signs that cannot be seen or that turn the text's direction", () => {
    expect(escapeHtml("a\u0000b\u001b\u202ec\u2066\ufeff\ud800\n\t")).toBe(
      "a\\u0000b\\u001b\\u202ec\\u2066\\ufeff\ufffd\n\t",
    );
  });
});

describe("the HTML page", () => {
  it("allows no network, whatever it holds", () => {
    const page = renderHtml(sampleReport());
    expect(page).toContain(
      `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src`,
    );
    expect(page.match(/\s(src|srcset|action|data)=/g)).toBeNull();
    expect(page).not.toMatch(/https?:|@import|url\(/);
  });

  it("stays under six megabytes with 500 tables and 10,000 checks, and says what it does not list", () => {
    const page = renderHtml(largeReport(500, 20));
    expect(Buffer.byteLength(page)).toBeLessThan(6_000_000);
    expect(page).toContain("8,000 more checks not listed here: report.json has all 10,000.");
    expect(page).toMatch(/\d+ more tables not listed here: report\.json has all 500\./);
    expect(page.match(/<th scope="row">(<a href="#table-\d+">)?<bdi>table_/g)).toHaveLength(500);
  });

  it("shows the details of a table with a failed check also where there is room for few", () => {
    const report = largeReport(500, 20);
    const last = report.checks.at(-1);
    if (last !== undefined) last.status = "failed";
    expect(renderHtml(report)).toContain('id="table-500"');
    expect(renderHtml(largeReport(500, 20))).not.toContain('id="table-500"');
  });

  it("stays under six megabytes whatever was moved", () => {
    expect(Buffer.byteLength(renderHtml(hugeReport()))).toBeLessThan(6_000_000);
  });

  it("stays small where every text is long", () => {
    expect(Buffer.byteLength(renderHtml(hostileReport()))).toBeLessThan(500_000);
  });

  it("lists at most 500 rows set aside, and counts them all by table and code", () => {
    const rejects = Array.from({ length: 1234 }, (_, id) => ({
      table: "users",
      locator: [],
      key: { id: String(id) },
      column: "name",
      value: "x",
      code: id < 1000 ? "22021" : "NUL in text",
      reason: "It does not fit.",
    }));
    const page = renderHtml(sampleReport({ rejects }));
    expect(page).toContain("734 more rows not listed here: report.json has all 1,234.");
    expect(page).toContain('<td class="n ">1,000</td>');
  });

  it("tells what failed before the tables, with both sides and the SQL", () => {
    const bad = check({
      status: "failed",
      source: "33 read",
      target: "32 found",
      detail: "id 7 is missing",
      sql: "SELECT 1",
    });
    const page = renderHtml(sampleReport({ status: "failed", failure: "It failed.", checks: [check({}), bad] }));
    const order = [
      "<h1>Failed</h1>",
      'id="failed"',
      "It failed.",
      "33 read",
      "32 found",
      "id 7 is missing",
      "SELECT 1",
      'id="tables"',
    ];
    const positions = order.map((text) => page.indexOf(text));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });
});

it("room is given until it is used up", () => {
  const room = new Room(5);
  expect([room.take(html`abc`)?.text, room.take(html`abc`), room.take(html`é`)?.text]).toEqual(["abc", null, "é"]);
});
