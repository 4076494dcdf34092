/** What the Markdown and the HTML report say in the same words. */
import type { MigrationReport } from "../model";
import { grouped } from "./text";

/** Source and target beside each other: title, SQLite's side, PostgreSQL's. */
export function sideRows({ source, target, mode, badRows }: MigrationReport): [string, string, string][] {
  return [
    ["Database", source.path, target.url],
    ["Version", `SQLite ${source.sqliteVersion}`, target.serverVersion],
    ["Size", `${grouped(source.sizeBytes)} bytes, ${grouped(source.pageCount)} pages of ${source.pageSize}`, ""],
    ["SHA-256 of the copy", source.sha256, ""],
    ["Encoding", source.encoding, "UTF8"],
    ["Schema and role", "", `${target.schema}, ${target.role}`],
    ["Mode", "", `${mode}; rows that do not fit: ${badRows}`],
  ];
}

/** The run's files that there are, by what they hold. */
export function fileList({ files }: MigrationReport): [string, string][] {
  const all: [string, string | null][] = [
    ["This report as a page", files.html],
    ["This report as Markdown", files.markdown],
    ["This report as JSON", files.json],
    ["Log", files.log],
    ["Copy of the SQLite database", files.backup],
    ["Rows set aside", files.rejects],
  ];
  return all.flatMap(([what, path]) => (path === null ? [] : [[what, path] as [string, string]]));
}

/** How to go back to SQLite, and what is there should the file be lost. */
export function goingBack({ status, source, files }: MigrationReport): { steps: string[]; after: string } {
  const after = `If the file itself is lost or changed, its state at the move is ${files.backup}.`;
  if (status === "failed")
    return {
      steps: [],
      after: `Nothing has to be undone: ${source.path} was only read, and the target is as it was. ${after}`,
    };
  return {
    steps: [
      "Stop the application.",
      `In its .env, put the former database line back in place of DATABASE_URL: the SQLite database ${source.path} was only read, and is as it was.`,
      "Start the application. What it wrote to PostgreSQL since the move stays there.",
    ],
    after,
  };
}
