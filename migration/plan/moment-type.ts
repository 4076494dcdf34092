/** The type of a column that is declared as a date or a moment: texts show their form, numbers only what they count where their values leave no doubt. */
import type { TargetType, TimeForm } from "../model";
import type { Evidence, TypeDecision } from "./evidence";
import { epochOrCocoa, finerThanMicroseconds, formOfNumbers } from "./temporal";

const sayIt = " (where you know it, say so by types)";

/** Days are those of a place; seconds and their fractions are counted in UTC, but .NET's ticks may be either. */
const withoutZone: TimeForm[] = ["julian day", "excel days", "dotnet ticks"];

/** @param whenEmpty the type of a column without values */
export function decideMoment(column: Evidence, whenEmpty: TargetType): TypeDecision {
  if (column.values === 0) return column.decide(whenEmpty, "no values speak against it", "text");
  const { forms } = column.profile;
  if (whenEmpty.kind === "date" && column.formsWithin("date"))
    return column.decide({ kind: "date" }, `all ${column.values} values are dates`, "text");
  if (column.formsWithin("date and time with offset"))
    return column.decide({ kind: "timestamptz" }, "all values have an offset from UTC: the instants are kept", "text");
  if (column.formsWithin("date", "date and time")) {
    const bare = forms.date === undefined ? "" : ` (${forms.date} bare dates stand for midnight)`;
    return column.decide(
      { kind: "timestamp" },
      `all ${column.values} values are times without an offset${bare}`,
      "text",
    );
  }
  const timeForm = formOfNumbers(forms, column.coreData);
  if (timeForm !== null) {
    const shown = isVaried(column) || column.shownForm?.form === timeForm;
    if (!shown) {
      const alone = column.values === 1 ? "one value alone does" : "values that are all the same do";
      return column.widen(`${alone} not show that ${column.values === 1 ? "it is" : "they are"} ${timeForm}${sayIt}`);
    }
    if (timeForm === "excel days" && column.count("real") === 0)
      return column.widen(`whole numbers alone do not show that they are ${timeForm}${sayIt}`);
    const why = `all ${column.values} values are ${timeForm} ${column.coreData && timeForm === "cocoa seconds" ? "in a table of Core Data" : "between 1990 and 2100"}${isVaried(column) ? "" : `, as ${column.shownForm?.by} shows by its own`}`;
    return withoutZone.includes(timeForm)
      ? column.decide(
          { kind: "timestamp" },
          timeForm === "dotnet ticks" ? why : `${why}, in whole milliseconds`,
          timeForm,
        )
      : column.decide({ kind: "timestamptz" }, why, timeForm);
  }
  const kinds = Object.keys(forms);
  if (kinds.length > 0 && kinds.every((form) => [epochOrCocoa, "cocoa seconds"].includes(form)))
    return column.widen(`the numbers may be seconds since 1970 or since 2001${sayIt}`);
  if (forms[finerThanMicroseconds] !== undefined)
    return column.widen(
      `${forms[finerThanMicroseconds]} ${forms[finerThanMicroseconds] === "1" ? "value has" : "values have"} more than six digits after the second, which PostgreSQL's times do not hold`,
    );
  return column.widen(mixture(column) ?? "not all values are of one form that PostgreSQL holds without loss");
}

const texts = ["date", "date and time", "date and time with offset"] as const;

/** Several ways to write a time, which a type of the config takes together; null where some are none. */
function mixture(column: Evidence): string | null {
  const { forms } = column.profile;
  if (column.formsWithin(...texts))
    return 'some have an offset from UTC and some have none (where those are in UTC, say so by types: "timestamptz")';
  const numbers = Object.entries(forms).filter(([form]) => !texts.some((text) => text === form));
  const form =
    numbers.length < Object.keys(forms).length ? formOfNumbers(Object.fromEntries(numbers), column.coreData) : null;
  return form === null
    ? null
    : `some are ${form} and some are texts (where you know it, and texts without an offset are in UTC, say so by types: "${withoutZone.includes(form) ? "timestamp" : "timestamptz"} from ${form}")`;
}

function isVaried(column: Evidence): boolean {
  return column.values > 1 && !(column.holdsOnly("integer") && column.profile.minInteger === column.profile.maxInteger);
}
