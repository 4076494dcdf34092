/** The current time and SQLite's date functions (sqlite.org/lang_datefunc.html). They work in UTC, and show whole seconds. */
import type { FunctionRule } from "./function-rule";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { format, wholeField } from "./strftime";
import { inMilliseconds, pointInTime, utcNow } from "./time-values";
import { value } from "./values";

/** CURRENT_TIMESTAMP, CURRENT_DATE and CURRENT_TIME. */
export function currentMoment(what: "timestamp" | "date" | "time", scope: Scope): Translated {
  if (!scope.mayUse.volatile) throw new Untranslatable("the current time, which changes");
  return rules[what]({ sql: utcNow, nullable: false, now: true }, scope);
}

/** A point in time as a PostgreSQL timestamp in UTC. */
export interface PointInTime {
  sql: string;
  nullable: boolean;
  /** Whether it comes from the current time. */
  now: boolean;
  /** Whether it may be finer than milliseconds: a column's, as long as SQLite has not calculated with it. */
  finer?: boolean;
  /** Whether its thousandths are shown too, as the modifier 'subsec' says. */
  subsec?: boolean;
}

const rules = {
  timestamp: (at: PointInTime, scope: Scope): Translated =>
    value("text", format(at.subsec ? "%Y-%m-%d %H:%M:%f" : "%Y-%m-%d %H:%M:%S", at, scope), at.nullable, {
      temporal: { type: "timestamp", sql: at.now ? at.sql : `date_trunc('second', ${at.sql})` },
    }),
  date: (at: PointInTime): Translated => value("date", `${at.sql}::date`, at.nullable),
  time: (at: PointInTime, scope: Scope): Translated =>
    value("text", format(at.subsec ? "%H:%M:%f" : "%H:%M:%S", at, scope), at.nullable, {
      temporal: { type: "time", sql: `date_trunc('${at.subsec ? "milliseconds" : "second"}', ${at.sql})::time` },
    }),
};

/** Whole milliseconds, as SQLite counts time when it calculates. */
export function epochMilliseconds(at: PointInTime): string {
  return `floor(extract(epoch from ${at.finer ? inMilliseconds(at.sql) : at.sql}) * 1000 + 0.5)`;
}

function epochSeconds(at: PointInTime): string {
  return at.now ? `floor(extract(epoch from ${at.sql}))::bigint` : `floor(${epochMilliseconds(at)} / 1000)::bigint`;
}

const strftime: FunctionRule = (args, scope, name) => {
  const [form, ...rest] = args;
  if (typeof form?.literal !== "string") throw new Untranslatable(`${name} with a format that is not a literal`);
  const at = pointInTime(rest, scope, name);
  if (at.subsec && form.literal.includes("%s")) throw new Untranslatable(`${name} of seconds with their thousandths`);
  if (form.literal === "%s") {
    const seconds = epochSeconds(at);
    return value("text", `${seconds}::text`, at.nullable, { integerSql: seconds });
  }
  const integerSql = wholeField(form.literal, at.sql);
  return (
    ofFormat(form.literal, at, scope) ??
    value("text", format(form.literal, at, scope), at.nullable, integerSql === null ? {} : { integerSql })
  );
};

/** A date with its time, as ORMs have their defaults write it: with milliseconds, and with what says that it is UTC. */
const dateAndTime = /^%Y-%m-%d[ T]%H:%M:(%S(\.0{1,6})?|%f0{0,3})(Z|[+-]00:?00)?$/;

/** A format that gives what date(), time() or datetime() does is worth a type of PostgreSQL's; null for any other. */
function ofFormat(form: string, at: PointInTime, scope: Scope): Translated | null {
  const spelled = form.replaceAll("%F", "%Y-%m-%d").replaceAll("%T", "%H:%M:%S");
  if (spelled === "%Y-%m-%d") return rules.date(at);
  if (spelled === "%H:%M:%S") return rules.time(at, scope);
  if (!dateAndTime.test(spelled)) return null;
  return { ...rules.timestamp(at, scope), sql: format(form, at, scope) };
}

export const dateFunctions: Record<string, FunctionRule> = {
  date: (args, scope, name) => rules.date(pointInTime(args, scope, name)),
  time: (args, scope, name) => rules.time(pointInTime(args, scope, name), scope),
  datetime: (args, scope, name) => rules.timestamp(pointInTime(args, scope, name), scope),
  julianday: (args, scope, name) => {
    const at = pointInTime(args, scope, name);
    const milliseconds = `(${epochMilliseconds(at)}::bigint + 210866760000000)`;
    return value("real", `(${milliseconds}::double precision / '86400000'::double precision)`, at.nullable);
  },
  unixepoch: (args, scope, name) => {
    const at = pointInTime(args, scope, name);
    if (!at.subsec) return value("integer", epochSeconds(at), at.nullable);
    const milliseconds = at.now ? `floor(extract(epoch from ${at.sql}) * 1000)` : epochMilliseconds(at);
    return value("real", `(${milliseconds}::double precision / '1000'::double precision)`, at.nullable);
  },
  strftime,
};
