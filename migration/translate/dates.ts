/** The current time and SQLite's date functions (sqlite.org/lang_datefunc.html). Its current time is in UTC and in whole seconds. */
import type { FunctionRule } from "./functions";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { value } from "./values";

const utcNow = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";
const forms = { timestamp: "YYYY-MM-DD HH24:MI:SS", date: "YYYY-MM-DD", time: "HH24:MI:SS" };

export function currentMoment(what: keyof typeof forms, scope: Scope): Translated {
  if (!scope.mayUse.volatile) throw new Untranslatable("the current time, which changes");
  return value("text", `to_char(${utcNow}, '${forms[what]}')`, false);
}

export const dateFunctions: Record<string, FunctionRule> = {};
