/** The options of a migration: defaults, and every error told at once. */
import { UserError } from "../support/errors";
import type { MigrationOptions } from "./model";
import { defaultPolicies, policyErrors } from "./policies";

/** What must be given; the rest has defaults. */
export type MigrationInput = Pick<MigrationOptions, "source" | "target"> & Partial<MigrationOptions>;

export const defaultOptions: Omit<MigrationOptions, "source" | "target"> = {
  mode: "create",
  schema: "public",
  excludeTables: [],
  batchSize: 1000,
  badRows: "fail",
  verification: "full",
  ...defaultPolicies,
  overwrite: false,
  compareQueries: [],
  workFolder: "pgstead-runs",
};

/** Those that decide what comes over and how: with the same ones, the same source gives the same target. */
export type DecisiveOptions = Omit<
  MigrationOptions,
  "source" | "target" | "batchSize" | "verification" | "overwrite" | "workFolder"
>;

export function decisiveOptions(options: MigrationOptions): DecisiveOptions {
  const { source: _, target: _target, batchSize: _size, verification: _how, overwrite: _may, ...rest } = options;
  const { workFolder: _folder, ...decisive } = rest;
  return decisive;
}

/** Fills in the defaults and checks the whole. @throws UserError that lists every error */
export function migrationOptions(input: MigrationInput): MigrationOptions {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const options = { ...defaultOptions, ...given } as MigrationOptions;
  const errors = [
    ...(options.source === "" ? ["source is empty: give the path of a SQLite database or .sql script"] : []),
    ...(["create", "existing"].includes(options.mode) ? [] : [`mode is ${options.mode}: use create or existing`]),
    ...(["fail", "skip"].includes(options.badRows) ? [] : [`badRows is ${options.badRows}: use fail or skip`]),
    ...(["full", "thorough", "off"].includes(options.verification)
      ? []
      : [`verification is ${options.verification}: use full, thorough or off`]),
    ...(Number.isInteger(options.batchSize) && options.batchSize >= 1 && options.batchSize <= 1_000_000
      ? []
      : [`batchSize is ${options.batchSize}: use a whole number from 1 to 1000000`]),
    ...policyErrors(options).map(({ policy, problem, accepted }) => `${policy} ${problem}: use ${accepted}`),
    ...schemaErrors(options.schema),
    ...(options.workFolder === "" ? ["workFolder is empty: give a folder"] : []),
    ...options.compareQueries.flatMap((query, position) =>
      query.name === "" || query.sql.trim() === "" ? [`compareQueries[${position}] needs a name and an sql`] : [],
    ),
    ...options.compareQueries
      .filter((query, position) => options.compareQueries.findIndex((other) => other.name === query.name) !== position)
      .map((query) => `compareQueries names ${query.name} twice`),
  ];
  if (errors.length > 0)
    throw new UserError(
      `The options of the migration are not right: ${errors.join("; ")}.`,
      "Correct them, then run again.",
    );
  return options;
}

function schemaErrors(schema: string): string[] {
  if (schema === "" || Buffer.byteLength(schema) > 63) return ["schema must be a name of 1 to 63 bytes"];
  if (/^pg_/.test(schema) || schema === "information_schema")
    return [`schema is ${schema}, which belongs to PostgreSQL`];
  return schema === "pgstead" ? ["schema is pgstead, which holds the ledger of runs"] : [];
}
