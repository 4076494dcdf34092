/** Which values agree with a declaration. */
import type { ColumnProfile } from "../model";
import type { Family } from "./declaration";
import { timeForms } from "./temporal";

/** The storage classes that agree with a family by themselves. */
const agreeingClasses: Partial<Record<Family, string[]>> = {
  integer: ["integer"],
  real: ["integer", "real"],
  decimal: ["integer", "real"],
  text: ["text"],
  blob: ["blob"],
};

/** The forms that agree with a family; of several groups the one with the most values counts. */
export const agreeingForms: Partial<Record<Family, string[][]>> = {
  boolean: [["boolean"]],
  uuid: [["uuid"], ["uuid bytes"]],
  json: [["json"]],
  time: [["time"]],
  date: [["date"], ["date and time"], ["date and time with offset"]],
  timestamp: [["date and time", "date"], ["date and time with offset"], ...timeForms.map((form) => [form])],
};

/** The evidence without the values that speak against the declaration; null where that leaves none. */
export function agreeingValues(family: Family, profile: ColumnProfile): ColumnProfile | null {
  const only = (counts: Record<string, string>, names: string[]) =>
    Object.fromEntries(Object.entries(counts).filter(([name]) => names.includes(name)));
  const sum = (counts: Record<string, string>) =>
    Object.values(counts).reduce((total, count) => total + Number(count), 0);
  const kinds = agreeingClasses[family];
  if (kinds !== undefined) {
    const storage = only(profile.storage, kinds);
    return sum(storage) === 0 ? null : { ...profile, storage, forms: only(profile.forms, ["number"]), contrary: [] };
  }
  const groups = (agreeingForms[family] ?? []).map((names) => only(profile.forms, names));
  const forms = groups.reduce((best, group) => (sum(group) > sum(best) ? group : best), {});
  if (sum(forms) === 0) return null;
  // Which class the agreeing values have is not known one by one; the rules ask for forms alone.
  return { ...profile, forms, contrary: [] };
}
