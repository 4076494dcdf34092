import type { Finding } from "./snapshot";

/** Compares lines of what was planned and what is there. */
export function compareLines(planned: string[], found: string[], what: string, extraAllowed: boolean): Finding {
  const missing = planned.filter((line) => !found.includes(line));
  const extra = extraAllowed ? [] : found.filter((line) => !planned.includes(line));
  return {
    passed: missing.length === 0 && extra.length === 0,
    source: `${planned.length} ${what}`,
    target:
      missing.length === 0 && extra.length === 0
        ? `${planned.length} ${what}`
        : `${missing.length} missing or different`,
    detail:
      [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `not planned: ${line}`)].join("\n") || null,
  };
}
