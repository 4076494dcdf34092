/**
 * The values that the steps of a migration hand to each other: options -> source catalog -> plan -> report. Everything
 * here is plain data and JSON-clean (64-bit numbers are decimal strings), so that a plan can be printed, a report kept in
 * a Pulumi state, and each step tested alone.
 */
export type * from "./options";
export type * from "./plan";
export type * from "./report";
export type * from "./rows";
export type * from "./source";
