/** How many rows may be set aside before a run fails. */
import type { MigrationOptions } from "../model";

type Limited = Pick<MigrationOptions, "badRows" | "maxRejects" | "maxRejectsByTable">;

export interface Limit {
  /** The option that says so. */
  option: "badRows" | "maxRejects" | "maxRejectsByTable";
  most: number;
}

const none: Limit = { option: "badRows", most: 0 };
const all: Limit = { option: "badRows", most: Number.POSITIVE_INFINITY };

/** Of one table. */
export function tableLimit({ badRows, maxRejects, maxRejectsByTable }: Limited, table: string): Limit {
  const own = maxRejectsByTable[table];
  if (own !== undefined) return { option: "maxRejectsByTable", most: own };
  return badRows === "skip" || maxRejects > 0 ? all : none;
}

/** Of all tables together. */
export function totalLimit({ badRows, maxRejects, maxRejectsByTable }: Limited): Limit {
  if (maxRejects > 0) return { option: "maxRejects", most: maxRejects };
  return badRows === "skip" || Object.keys(maxRejectsByTable).length > 0 ? all : none;
}
