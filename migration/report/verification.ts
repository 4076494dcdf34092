import type { Check } from "../model";
import { checkCounts } from "./summary";
import { counted } from "./text";

/** The outcome of a verification for a terminal: the verdict, what differs, and what was not proved. */
export function renderVerification(result: { status: string; checks: Check[]; notProved: string[] }): string {
  const tables = new Set(result.checks.flatMap(({ table }) => (table === null ? [] : [table])));
  const bad = result.checks.filter(({ status }) => status !== "passed");
  return [
    `${result.status === "verified" ? "Verified" : "DIFFERENT"}: ${counted(tables.size, "table")}, checks: ${checkCounts(result.checks)}`,
    ...bad.map(
      ({ table, name, status, source, target, detail }) =>
        `  ${table === null ? "" : `${table}: `}${name} ${status}${source === "" && target === "" ? "" : ` (source: ${source}; target: ${target})`}${detail === null ? "" : `\n    ${detail.replaceAll("\n", "\n    ")}`}`,
    ),
    "Not proved:",
    ...result.notProved.map((line) => `  ${line}`),
  ].join("\n");
}
