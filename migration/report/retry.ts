import type { RetryResult } from "../retry/retry-rejects";
import { counted } from "./text";

/** The outcome of a retry for a terminal. */
export function renderRetry({ run, tables, rejects }: RetryResult): string {
  const sum = (of: "loaded" | "stillSetAside") => tables.reduce((total, table) => total + table[of], 0);
  return [
    `Rows set aside by the run ${run}: ${counted(sum("loaded"), "row")} loaded now, ${counted(sum("stillSetAside"), "row")} still set aside`,
    ...tables.flatMap((table) => [
      `  ${table.target}: ${table.loaded} loaded, ${table.alreadyLoaded} already loaded, ${table.stillSetAside} still set aside`,
      ...table.reasons.map(
        ({ key, column, code, reason }) =>
          `    ${JSON.stringify(key)}${column === null ? "" : `, column ${column}`}: ${code}: ${reason}`,
      ),
    ]),
    ...(rejects === null ? [] : [`They are in ${rejects}: mend them there, then run again with that file.`]),
  ].join("\n");
}
