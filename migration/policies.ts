/** What the user decides in place of the defaults: one vocabulary for options, command line and stack config. */
import { messageOf } from "../support/errors";
import type { Policies } from "./model";
import { isDistribution } from "./plan/distribution";
import { readTypeWords } from "./plan/type-words";

export const defaultPolicies: Policies = {
  types: {},
  mixed: "widen",
  maxRejects: 0,
  maxRejectsByTable: {},
  orphans: "keep",
  badText: {},
  names: "keep",
  rename: {},
  distribution: {},
};

/** What is wrong with one policy, and what would be right. */
export interface PolicyError {
  policy: keyof Policies;
  problem: string;
  accepted: string;
}

/** Every error that shows without the source. */
export function policyErrors(policies: Policies): PolicyError[] {
  return [
    ...typeErrors(policies.types),
    ...wordError("mixed", policies.mixed, ["widen", "reject"]),
    ...(isCount(policies.maxRejects)
      ? []
      : [{ policy: "maxRejects" as const, problem: `is ${policies.maxRejects}`, accepted: counts }]),
    ...Object.entries(policies.maxRejectsByTable).flatMap(([table, count]): PolicyError[] =>
      isCount(count) ? [] : [{ policy: "maxRejectsByTable", problem: `has ${count} for ${table}`, accepted: counts }],
    ),
    ...Object.entries(policies.badText).flatMap(([column, what]): PolicyError[] =>
      ["reject", "replace", "bytea"].includes(what)
        ? []
        : [{ policy: "badText", problem: `has '${what}' for ${column}`, accepted: "reject, replace, bytea" }],
    ),
    ...wordError("names", policies.names, ["keep", "snake_case"]),
    ...Object.entries(policies.rename).flatMap(([from, to]): PolicyError[] =>
      typeof to === "string" && to !== "" && !to.includes("\0") && Buffer.byteLength(to) <= 63
        ? []
        : [{ policy: "rename", problem: `has ${JSON.stringify(to)} for ${from}`, accepted: "names of 1 to 63 bytes" }],
    ),
    ...Object.entries(policies.distribution).flatMap(([table, words]): PolicyError[] =>
      isDistribution(words)
        ? []
        : [
            {
              policy: "distribution",
              problem: `has ${JSON.stringify(words)} for ${table}`,
              accepted: "reference, by <column>",
            },
          ],
    ),
    ...wordError("orphans", policies.orphans, ["keep", "setAside"]),
  ];
}

const counts = "whole numbers from 0";
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

function typeErrors(types: Record<string, string>): PolicyError[] {
  return Object.entries(types).flatMap(([name, words]): PolicyError[] => {
    try {
      readTypeWords(words);
      return [];
    } catch (error) {
      return [{ policy: "types", problem: `has ${JSON.stringify(words)} for ${name}`, accepted: messageOf(error) }];
    }
  });
}

function wordError(policy: keyof Policies, value: string, accepted: string[]): PolicyError[] {
  return accepted.includes(value) ? [] : [{ policy, problem: `is '${value}'`, accepted: accepted.join(", ") }];
}
