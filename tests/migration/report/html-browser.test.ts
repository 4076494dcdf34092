/** The report's page as a browser shows it. Skipped where the machine has no Chromium. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MigrationReport } from "../../../migration/model";
import { renderHtml } from "../../../migration/report/html/page";
import { findChromium, startChromium } from "../../support/chromium";
import { hostileReport, largeReport } from "./large-report";
import { check, sampleReport } from "./sample-report";

const path = findChromium();
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const failed = () =>
  sampleReport({
    status: "failed",
    failure: "1 of 2 checks did not pass.",
    checks: [check({}), check({ name: "row count", status: "failed", source: "33", target: "32", sql: "SELECT 1" })],
    warnings: ["A remark."],
    rejects: [
      {
        table: "users",
        locator: [],
        key: { id: "7" },
        column: "name",
        value: null,
        code: "22021",
        reason: "It is long.",
      },
    ],
  });

describe.skipIf(path === null)("the report in Chromium (skipped without chromium on PATH)", () => {
  let folder: string;
  let browser: Browser;
  let pages = 0;
  // Not with `temporaryFolder`: where all is skipped nothing ends, and its folder would stay.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pgstead-browser-"));
    browser = await startChromium(path ?? "");
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the report from disk, looks at it, and sees that nothing was asked of any network and nothing went wrong. */
  async function see<T>(
    report: MigrationReport,
    look: (page: Page) => Promise<T>,
    options: BrowserContextOptions & { hash?: string } = {},
  ): Promise<T> {
    const file = join(folder, `report-${++pages}.html`);
    writeFileSync(file, renderHtml(report));
    const { hash = "", ...rest } = options;
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...rest });
    try {
      const page = await context.newPage();
      const [requests, trouble]: [string[], string[]] = [[], []];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(error.message));
      await page.goto(`${pathToFileURL(file)}${hash}`);
      const seen = await look(page);
      expect(requests.map((url) => url.split("#")[0])).toEqual([pathToFileURL(file).href]);
      expect(trouble).toEqual([]);
      return seen;
    } finally {
      await context.close();
    }
  }

  const names = (page: Page) =>
    page
      .locator("#tables tbody tr:visible th")
      .evaluateAll((cells) => cells.map((cell) => cell.textContent?.split(" ")[0]));

  it.each([
    ["verified", sampleReport],
    ["failed", failed],
  ])("a person sees at once that it is %s, on a screen and on a telephone", async (status, report) => {
    for (const viewport of [
      { width: 1280, height: 720 },
      { width: 390, height: 844 },
    ])
      await see(
        report(),
        async (page) => {
          const heading = await page.locator("h1").boundingBox();
          expect((await page.locator("h1").textContent())?.toLowerCase()).toBe(status);
          expect((heading?.y ?? 1e9) + (heading?.height ?? 0)).toBeLessThan(viewport.height / 2);
          expect(heading?.height).toBeGreaterThan(30);
          const wide = await page.evaluate("document.documentElement.scrollWidth");
          expect(wide).toBe(viewport.width);
        },
        { viewport },
      );
  });

  it("what failed first is in view", async () => {
    await see(failed(), async (page) => {
      const box = await page.locator("#failed .failure").boundingBox();
      expect((box?.y ?? 1e9) + (box?.height ?? 0)).toBeLessThan(800);
    });
  });

  it("tables sort by any column, by mouse and by keyboard, and back", async () => {
    await see(largeReport(30, 1), async (page) => {
      const head = page.locator("#tables thead th");
      await head.nth(1).getByRole("button").click();
      expect((await names(page)).slice(0, 3)).toEqual([29, 28, 27].map((i) => `table_${i}_of_the_application`));
      expect(await head.nth(1).getAttribute("aria-sort")).toBe("descending");
      await page.keyboard.press("Enter");
      expect((await names(page))[0]).toBe("table_0_of_the_application");
      expect(await head.nth(1).getAttribute("aria-sort")).toBe("ascending");
      // Names with numbers in them sort as people count.
      await head.nth(0).getByRole("button").click();
      await head.nth(0).getByRole("button").click();
      expect((await names(page)).slice(-3)).toEqual([2, 1, 0].map((i) => `table_${i}_of_the_application`));
      expect(await head.nth(1).getAttribute("aria-sort")).toBe("none");
      await head.nth(6).getByRole("button").click();
      expect((await names(page))[0]).toBe("table_29_of_the_application");
    });
  });

  it("a filter shows the rows that hold all its words, and says how many", async () => {
    await see(largeReport(30, 1), async (page) => {
      await page.getByLabel("Filter tables").fill("TABLE_2 verified");
      expect(await names(page)).toHaveLength(11);
      expect(await page.locator("#tables output").textContent()).toBe("11 of 30");
      await page.getByLabel("Filter tables").fill("");
      expect(await names(page)).toHaveLength(30);
    });
  });

  it("a table's name leads to its details, which open", async () => {
    await see(sampleReport(), async (page) => {
      await page.locator("#tables a").first().click();
      await page.locator("#table-1").waitFor({ state: "visible" });
      expect(await page.locator("#table-1").textContent()).toContain("VARCHAR(120)");
      expect(await page.locator("#table-2").isVisible()).toBe(false);
    });
    await see(sampleReport(), (page) => page.locator("#table-2").waitFor({ state: "visible" }), { hash: "#table-2" });
  });

  it("everything is there without JavaScript", async () => {
    await see(
      failed(),
      async (page) => {
        expect(await page.locator("#tables tbody tr").count()).toBe(2);
        expect(await page.locator("thead button, .filter").count()).toBe(0);
        await page.locator("#each-table details.table summary").first().click();
        expect(await page.locator("#table-1").isVisible()).toBe(true);
      },
      { javaScriptEnabled: false },
    );
  });

  it.each(["light", "dark"] as const)("texts stand out from what is behind them when it is %s", async (colorScheme) => {
    await see(
      failed(),
      async (page) => {
        await openAll(page);
        expect(await lowContrast(page)).toEqual([]);
      },
      { colorScheme },
    );
    await see(sampleReport(), async (page) => expect(await lowContrast(page)).toEqual([]), { colorScheme });
  });

  it("dark is dark", async () => {
    const background = (page: Page) => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(await see(sampleReport(), background, { colorScheme: "dark" })).not.toBe(
      await see(sampleReport(), background, { colorScheme: "light" }),
    );
  });

  it("on paper it is black on white, without what only a screen needs", async () => {
    await see(
      failed(),
      async (page) => {
        await page.emulateMedia({ media: "print", colorScheme: "dark" });
        expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
        expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(0, 0, 0)");
        expect(await page.locator("nav").isVisible()).toBe(false);
        expect(await page.locator("h1").isVisible()).toBe(true);
        expect(await lowContrast(page)).toEqual([]);
        expect((await page.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
      },
      { colorScheme: "dark" },
    );
  });

  it.each([
    ["verified", sampleReport],
    ["failed", failed],
  ])("axe finds nothing that keeps people out (%s)", async (_status, report) => {
    for (const colorScheme of ["light", "dark"] as const)
      await see(
        report(),
        async (page) => {
          await openAll(page);
          await page.evaluate(axe);
          const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>("axe.run()");
          expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        },
        { colorScheme },
      );
  });

  it("nothing in the data runs, becomes markup or is fetched", async () => {
    await see(hostileReport(), async (page) => {
      await openAll(page);
      expect(await page.title()).toContain("FAILED");
      expect(await page.locator("main img, main script, main iframe, main [onmouseover], main [onload]").count()).toBe(
        0,
      );
      expect(await page.locator("script").count()).toBe(1);
      expect(await page.locator("#tables tbody tr").count()).toBe(5);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(1280);
    });
  });

  it("is still usable with 500 tables and 10,000 checks", async () => {
    await see(largeReport(500, 20), async (page) => {
      await page.getByLabel("Filter tables").fill("table_499_");
      expect(await names(page)).toEqual(["table_499_of_the_application"]);
    });
  });
});

async function openAll(page: Page): Promise<void> {
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
}

/** Texts whose contrast with the nearest background is under WCAG's 4.5 to 1, computed from the colours that the browser uses. */
async function lowContrast(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const parse = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b]
      .map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const background = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = parse(getComputedStyle(at).backgroundColor);
        if (color[3] !== 0) return color;
      }
      return [255, 255, 255];
    };
    const low = [];
    for (const element of document.body.querySelectorAll("*")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
      if (!own || element.closest("script") || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      const text = parse(element.closest("svg") ? style.fill : style.color);
      const [a, b] = [luminance(text), luminance(background(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) low.push(element.tagName + "." + element.className + " " + ratio.toFixed(2) + ": " + element.textContent.slice(0, 40));
    }
    return low;
  })()`);
}
