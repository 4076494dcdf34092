import { UserError } from "./errors";

const milliseconds: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads a length of time as people write it in config, such as `30s`, `30min`, `12h`, `90d` or `2w`; in milliseconds. @throws UserError */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})\s*(s|min|h|d|w)$/.exec(text.trim());
  const value = Number(match?.[1] ?? 0) * (milliseconds[match?.[2] ?? ""] ?? 0);
  if (value === 0) throw new UserError(`'${text}' is not a length of time.`, "Write it like 30min, 12h, 90d or 2w.");
  return value;
}

/** A length of time in the largest unit of which it holds two or more, rounded down: for people. */
export function describeDuration(ms: number): string {
  for (const [unit, name] of [
    ["d", "days"],
    ["h", "hours"],
    ["min", "minutes"],
  ] as const) {
    const count = Math.floor(ms / (milliseconds[unit] as number));
    if (count >= 2) return `${count} ${name}`;
  }
  return "a minute";
}
