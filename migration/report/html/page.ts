/** The report as one page for a browser: no file beside it, no network, and complete without JavaScript. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { MigrationReport } from "../../model";
import { verdict } from "../summary";
import { cut, Room } from "./bounds";
import { charts } from "./charts";
import { checkSection } from "./checks";
import { figures } from "./figures";
import { html, trusted } from "./html";
import * as sections from "./sections";
import { tableSections } from "./tables";
import { verdictBand, whatFailed } from "./verdict";

const style = readFileSync(join(__dirname, "style.css"), "utf8");
const script = readFileSync(join(__dirname, "behaviour.js"), "utf8");

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The browser loads nothing, and runs and draws nothing but these two texts, whatever the data holds. */
const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;

export function renderHtml(report: MigrationReport): string {
  const title = `${verdict(report)}: ${cut(basename(report.source.path), 100)}`;
  const sql = new Room(400_000);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#content">To the report</a>
${verdictBand(report)}
<main>
${figures(report)}
${sections.contents(report)}
<div id="content" tabindex="-1">
${whatFailed(report)}
${charts(report)}
${tableSections(report)}
${sections.rejects(report)}
${sections.translated(report, sql)}
${sections.leftBehind(report, sql)}
${sections.remarks(report)}
${sections.notProved(report)}
${sections.queries(report)}
${checkSection(report, sql)}
${sections.sides(report)}
${sections.files(report)}
${sections.back(report)}
</div>
</main>
<footer><p>pgstead ${report.version}. Everything is in report.json, this page's lists end where they would become long.</p></footer>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}
