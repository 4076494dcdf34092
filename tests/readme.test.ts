import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

const root = join(__dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

/** Pulumi.yaml's keys as a Markdown table. */
function configTable(): string {
  const declared: Record<string, { type: string; default: unknown; description: string }> = parse(
    read("Pulumi.yaml"),
  ).config;
  const rows = Object.entries(declared).map(([key, { type, default: value, description }]) => {
    const shown = value === "" ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
    return `| \`${key}\` | ${type} | ${shown} | ${description.replaceAll("|", "\\|")} |`;
  });
  return ["| key | type | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

it("README's config table is Pulumi.yaml's", () => {
  expect(read("README.md")).toContain(configTable());
});
