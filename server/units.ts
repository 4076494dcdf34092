import { UserError } from "../support/errors";

/**
 * PostgreSQL's units for settings (postgresql.conf, "Parameter Names and Values"): memory is counted in powers of 1024, units are
 * case-sensitive, and a value without unit is in the setting's own.
 */
const bytesOf: Record<string, number> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };
const millisecondsOf: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

export const kB = 1024;
export const MB = 1024 ** 2;
export const GB = 1024 ** 3;

/** Reads a size as people write it in the stack's config, such as `8GB`, `512 MB` or `16777216kB`; in bytes. @throws UserError */
export function parseMemory(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(text.trim());
  if (match === null) throw new UserError(`'${text}' is not an amount of memory.`, "Write it like 8GB or 512MB.");
  const power = "kmgt".indexOf((match[2] ?? "").toLowerCase()) + 1;
  return Math.floor(Number(match[1]) * 1024 ** power);
}

/** A size in the largest of PostgreSQL's units that holds it exactly, rounded down to a whole kB. */
export function formatMemory(bytes: number): string {
  const whole = Math.floor(bytes / kB);
  for (const [unit, kilobytes] of [
    ["GB", 1024 ** 2],
    ["MB", 1024],
  ] as const)
    if (whole > 0 && whole % kilobytes === 0) return `${whole / kilobytes}${unit}`;
  return `${whole}kB`;
}

/** The columns of pg_settings that say what a value means. */
export interface RunningSetting {
  setting: string;
  /** The unit that `setting` counts in, such as `8kB` or `ms`; null when it has none. */
  unit: string | null;
  vartype: string;
}

/**
 * Whether a value as written in postgresql.conf is the one that the server runs with; units and spellings may differ. Not for enums: which
 * names mean the same there (`on` is `pglz` for wal_compression) only the server knows.
 */
export function sameValue(written: string, running: RunningSetting): boolean {
  const text = written.trim();
  if (running.vartype === "bool") return truth(text) !== undefined && truth(text) === truth(running.setting);
  if (running.vartype === "integer" || running.vartype === "real") {
    const value = inUnit(text, running.unit);
    const actual = Number(running.setting);
    if (value === undefined) return false;
    // The server rounds an integer setting to its unit.
    return running.vartype === "integer"
      ? Math.round(value) === actual
      : Math.abs(value - actual) <= 1e-9 * Math.abs(actual);
  }
  return written === running.setting;
}

/** PostgreSQL takes any unambiguous beginning of on, off, true, false, yes and no. */
function truth(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === "on" || word === "1" || (word !== "" && ("true".startsWith(word) || "yes".startsWith(word))))
    return true;
  if (word === "0" || (word.length > 1 && "off".startsWith(word))) return false;
  if (word !== "" && ("false".startsWith(word) || "no".startsWith(word))) return false;
  return undefined;
}

function inUnit(text: string, unit: string | null): number | undefined {
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|0x[0-9a-f]+)\s*([a-z]*)$/i.exec(text);
  if (match === null) return undefined;
  const number = Number(match[1]);
  if ((match[2] ?? "") === "") return number;
  if (unit === null) return undefined;
  const base = /^(\d*)(\w+)$/.exec(unit);
  const count = base?.[1] ? Number(base[1]) : 1;
  for (const scale of [bytesOf, millisecondsOf]) {
    const from = scale[match[2] ?? ""];
    const to = scale[base?.[2] ?? ""];
    if (from !== undefined && to !== undefined) return (number * from) / (to * count);
  }
  return undefined;
}
