/** What a date function takes: a time in one of SQLite's forms, and modifiers that move it (sqlite.org/lang_datefunc.html, 2 and 3). */
import type { PointInTime } from "./dates";
import { type Scope, type Translated, Untranslatable } from "./scope";

export const utcNow = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";

/** @throws Untranslatable for a form that is not known, and for modifiers that depend on where the computer stands */
export function pointInTime(args: Translated[], scope: Scope, name: string): PointInTime {
  const [of, ...rest] = args;
  const said = rest.map((modifier) => {
    if (typeof modifier.literal !== "string") throw new Untranslatable(`${name} with a modifier that is not a literal`);
    return modifier.literal.trim().toLowerCase().replace(/\s+/g, " ");
  });
  const modifiers = said.filter((modifier) => !subsec.test(modifier));
  const epoch = modifiers[0] === "unixepoch";
  const start = epoch && of !== undefined ? ofEpoch(of, name) : timeValue(of, scope, name);
  const at = (epoch ? modifiers.slice(1) : modifiers).reduce(
    (point, modifier) => modified(point, modifier, name),
    start,
  );
  // It may also stand in the place of 'now'.
  const isNow = typeof of?.literal === "string" && subsec.test(of.literal.toLowerCase());
  return said.length > modifiers.length || isNow ? { ...at, subsec: true } : at;
}

const subsec = /^subsec(ond)?$/;

function timeValue(of: Translated | undefined, scope: Scope, name: string): PointInTime {
  if (of === undefined || (typeof of.literal === "string" && /^(now|subsec(ond)?)$/i.test(of.literal))) {
    if (!scope.mayUse.volatile) throw new Untranslatable(`${name} of the current time, which changes`);
    return { sql: utcNow, nullable: false, now: true };
  }
  switch (of.kind) {
    case "date":
      return { sql: `${of.sql}::timestamp`, nullable: of.nullable, now: false };
    case "moment":
      return {
        sql: of.type.kind === "timestamptz" ? `(${of.sql} AT TIME ZONE 'UTC')` : of.sql,
        nullable: of.nullable,
        now: false,
        finer: true,
      };
    case "text":
      return { sql: ofText(of.sql), nullable: true, now: false };
    default:
      throw new Untranslatable(`${name} of a value that is no text and no column of times`);
  }
}

const clock = String.raw`([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?`;
const zone = "[Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9]";
const iso = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]${clock}( *(${zone}))?)? *$`;

/**
 * A text in the ISO form. Without a digit SQLite takes it for no time, which is NULL; of its other forms (Julian days, a time alone) PostgreSQL makes an
 * error. A day that the month does not have counts on into the next, in both. Year 0 is an error too. What follows the second is rounded, but at most .999 to SQLite.
 */
function ofText(sql: string): string {
  const part = (from: number, count: number) => `substr(${sql}, ${from}, ${count})::integer`;
  const optional = (least: number, from: number) =>
    `CASE WHEN length(${sql}) >= ${least} THEN ${part(from, 2)} ELSE 0 END`;
  const found = (pattern: string) => `substring(${sql} COLLATE "C" from '${pattern}')`;
  const fraction = `least(round(coalesce(${found(String.raw`^.{19}(\.[0-9]{1,6})`)}::numeric, 0), 3), 0.999)`;
  const seconds = `coalesce(${found("^.{16}:([0-9]{2})")}::integer + ${fraction}, 0)`;
  const day = `make_timestamp(${part(1, 4)}, ${part(6, 2)}, 1, ${optional(16, 12)}, ${optional(16, 15)}, (${seconds})::double precision)`;
  const hours = `coalesce(${found("([+-][0-9]{2}):[0-9]{2} *$")}::integer, 0)`;
  const minutes = `coalesce((${found("([+-])[0-9]{2}:[0-9]{2} *$")} || ${found("[+-][0-9]{2}:([0-9]{2}) *$")})::integer, 0)`;
  const since = `make_interval(days => ${part(9, 2)} - 1, hours => -${hours}, mins => -${minutes})`;
  return `(CASE WHEN ${sql} COLLATE "C" ~ '${iso}' THEN ${day} + ${since} WHEN ${sql} COLLATE "C" !~ '[0-9]' AND lower(${sql} COLLATE "C") NOT IN ('now', 'subsec', 'subsecond') THEN NULL ELSE ${noTime(`length(${sql})`)} END)`;
}

/** An error when a row comes to it, which must not be seen beforehand: so it depends on a column. */
function noTime(integer: string): string {
  return `make_timestamp(${integer} * 0, 0, 0, 0, 0, 0)`;
}

/** 0001-01-01 and the last second of 9999. */
const [earliest, latest] = [-62_135_596_800, 253_402_300_799];

function ofEpoch(of: Translated, name: string): PointInTime {
  if (of.kind !== "integer") throw new Untranslatable(`${name} with 'unixepoch' of a value that is no integer`);
  const moved = `('1970-01-01'::timestamp + ${of.sql} * '1 second'::interval)`;
  return {
    sql: `(CASE WHEN ${of.sql} BETWEEN ${earliest} AND ${latest} THEN ${moved} WHEN ${of.sql} > ${latest} THEN NULL ELSE ${noTime(`(${of.sql} * 0)::integer`)} END)`,
    nullable: true,
    now: false,
  };
}

/** What follows the second is rounded, but at most .999 to SQLite. */
export function inMilliseconds(sql: string): string {
  return `date_trunc('milliseconds', least(${sql} + '0.0005 s'::interval, date_trunc('second', ${sql}) + '0.999 s'::interval))`;
}

const units: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

function modified(at: PointInTime, modifier: string, name: string): PointInTime {
  const start = /^start of (month|year|day)$/.exec(modifier)?.[1];
  // A column's microseconds count as milliseconds as soon as SQLite calculates with the time.
  const base = at.finer ? inMilliseconds(at.sql) : at.sql;
  if (start !== undefined) return moved(at, `date_trunc('${start}', ${base})`);
  const weekday = /^weekday ([0-6])$/.exec(modifier)?.[1];
  if (weekday !== undefined)
    return moved(
      at,
      `(${base} + make_interval(days => (${Number(weekday) + 7} - extract(dow from ${base})::integer) % 7))`,
    );
  const amount = /^([+-]?\d{1,6}) (second|minute|hour|day|month|year)s?$/.exec(modifier);
  const unit = amount?.[2];
  if (unit === undefined)
    throw new Untranslatable(
      /^(localtime|utc)$/.test(modifier)
        ? `${name} with '${modifier}': it depends on where the computer stands`
        : `${name} with the modifier '${modifier}'`,
    );
  const count = Number(amount?.[1]);
  if (unit === "month" || unit === "year") {
    // A day that the month does not have counts on into the next one, where PostgreSQL takes the month's last day.
    const month = `date_trunc('month', ${base})`;
    const months = count * (unit === "year" ? 12 : 1);
    return moved(at, `(${month} + '${months} months'::interval + (${base} - ${month}))`);
  }
  const whole = unit === "day" ? `${count} days` : `${count * (units[unit] ?? 1)} seconds`;
  return moved(at, `(${base} + '${whole}'::interval)`);
}

/** After the year 9999 a time is NULL in SQLite; before the year 1, where the two write years differently, it is an error here. */
function moved(at: PointInTime, sql: string): PointInTime {
  if (at.now) return { ...at, sql };
  return {
    sql: `(CASE WHEN ${sql} >= '10000-01-01'::timestamp THEN NULL WHEN ${sql} < '0001-01-01'::timestamp THEN ${noTime(`extract(year from ${sql})::integer`)} ELSE ${sql} END)`,
    nullable: true,
    now: false,
  };
}
