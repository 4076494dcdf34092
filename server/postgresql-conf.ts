import type { Setting } from "./tuning/types";

/**
 * postgresql.conf, whole: each setting with its reason above it.
 *
 * @param changeAt where a person changes what is in it, for the header
 */
export function renderPostgresqlConf(settings: readonly Setting[], changeAt: string): string {
  const lines = ["# postgresql.conf, written by pgstead: changes made here are overwritten.", ...comment(changeAt), ""];
  for (const { name, value, reason } of settings) lines.push(...comment(reason), `${name} = ${quote(value)}`, "");
  return lines.join("\n");
}

/** A value by the file's rules: single quotes, within which quotes are doubled and backslashes escape. */
function quote(value: string): string {
  if (/[\0\r\n]/.test(value)) throw new Error("a setting's value holds a line break");
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function comment(text: string): string[] {
  return text.split(/[\r\n]+/).map((line) => `# ${line}`);
}
