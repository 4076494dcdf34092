import { writeFileAtomic } from "../../support/files";
import type { MigrationReport } from "../model";
import { renderHtml } from "./html/page";
import { renderMarkdown } from "./markdown";

/** Writes the report's JSON, Markdown and HTML files where `report.files` says, each whole or not at all. */
export function writeReport(report: MigrationReport): void {
  writeFileAtomic(report.files.json, `${JSON.stringify(report, null, 2)}\n`);
  writeFileAtomic(report.files.markdown, renderMarkdown(report));
  writeFileAtomic(report.files.html, renderHtml(report));
}
