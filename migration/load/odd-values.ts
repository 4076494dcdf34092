/** What keeps a widened column from its declared type: the values, how many there are of each, and what to say so that it gets that type. */
import type { ColumnPlan, MigrationPlan, NullValue, TablePlan, TimeForm } from "../model";
import { epochOrCocoa, finerThanMicroseconds, formOfNumber, isFinerThanMicroseconds } from "../plan/temporal";
import { typeSql } from "../plan/type-sql";
import { clocks, type TypeWords, typeWords } from "../plan/type-words";
import { counted } from "../report/text";
import { quoteName, type Sqlite } from "../source/open";
import { type SqliteValue, showTyped } from "../source/value";
import { encoderFor, Unfit } from "./encode";

/** As many different values are told. */
const shown = 6;
/** Characters of a value that are. */
const shownLength = 40;
const moments = ["date", ...clocks];

/** Adds it to the plan's remarks about these columns. */
export function explainOddValues(db: Sqlite, plan: MigrationPlan): void {
  for (const table of plan.tables)
    for (const column of table.columns) {
      const at = plan.warnings.findIndex((line) => line.startsWith(`${table.source}.${column.source} becomes `));
      if (at < 0 || column.byConfig) continue;
      // Reals among integers are no oddity: a column of numbers stays one, unless it was to be times.
      if (!["text", "bytea"].includes(column.type.kind) && !moments.includes(column.declared?.type.kind ?? ""))
        continue;
      const words = wantedType(db, table, column);
      const told = words === null ? null : explain(db, table, column, words);
      if (told !== null) plan.warnings[at] += ` ${told}`;
    }
}

/** The declared type, as it would be said; of times finer than microseconds with the words that cut them. */
function wantedType(db: Sqlite, table: TablePlan, { source, profile, declared }: ColumnPlan): TypeWords | null {
  const finer = Number(profile?.forms[finerThanMicroseconds] ?? 0);
  const cut = finer > 0 ? { cut: true as const } : {};
  if (declared !== undefined) return { ...declared, ...(clocks.includes(declared.type.kind) ? cut : {}) };
  const values = Object.values(profile?.forms ?? {}).reduce((sum, count) => sum + Number(count), 0);
  if (finer === 0 || 2 * finer < values) return null;
  db.function("pgstead_finer", { deterministic: true }, (value: unknown) =>
    Number(typeof value === "string" && isFinerThanMicroseconds(value)),
  );
  const name = quoteName(source);
  const first = db
    .prepare<[], string>(
      `SELECT ${name} FROM ${quoteName(table.source)} NOT INDEXED WHERE pgstead_finer(${name}) LIMIT 1`,
    )
    .pluck()
    .get();
  if (first === undefined) return null;
  const kind = /^[\d:.]+$/.test(first) ? "time" : /(?:Z|[+-]\d{2}:?\d{2})$/i.test(first) ? "timestamptz" : "timestamp";
  return { type: { kind }, timeForm: "text", ...cut };
}

function explain(db: Sqlite, table: TablePlan, column: ColumnPlan, words: TypeWords): string | null {
  const whole = { ...column, ...words, notNull: false };
  const { cut: _, ...uncut } = whole;
  const [odd, odder] = [oddValues(db, table, whole), oddValues(db, table, uncut)];
  const { total, different } = odder;
  if (total === 0) return null;
  const name = `${table.source}.${column.source}`;
  const say = (more: Partial<TypeWords>) => `--type "${name}=${typeWords({ ...words, ...more })}"`;
  const their = odd.total === 1 ? "its" : "their";
  const list = odder.values.map(({ value, count }) => `${showTyped(value, shownLength)} (${count})`).join(", ");
  const nulls = odd.values.map(({ value }) => nullValue(value));
  const { storage } = column.profile ?? { storage: {} };
  const all = Object.entries(storage).reduce((sum, [kind, count]) => sum + (kind === "null" ? 0 : Number(count)), 0);
  const few = fewIn(all);
  const placeholders = odd.values.every(({ value }) => isPlaceholder(value));
  // Most of a column that says something else is no exception to its type.
  if (!placeholders && total > all / 2) return null;
  const canBeNull =
    odd.different <= shown && (placeholders || odd.total <= few) && nulls.every((value) => value !== null);
  const encode = encoderFor(uncut);
  const fitting = odder.values.every(({ value }) => !(encode(value) instanceof Unfit));
  const ways = [
    ...(odd.total === 0 && words.cut ? [`cut: ${say({})}`] : []),
    ...(odd.total > 0 && canBeNull ? [`with NULL in ${their} place: ${say({ nullFor: nulls as NullValue[] })}`] : []),
    ...(fitting ? [`with ${total === 1 ? "that time" : "those times"} as they are: ${say({})}`] : []),
    ...(fitting
      ? []
      : [`with ${total === 1 ? "its row" : "their rows"} set aside: ${say({ cut: undefined })} --bad-rows skip`]),
  ];
  return `It would be ${typeSql(words.type)} but for ${counted(total, "value")}: ${list}${different > shown ? ", …" : ""}. It becomes that, ${ways.join("; ")} (in a stack: the same in types, and badRows).`;
}

/** A tenth, and one in any case. */
const fewIn = (values: number) => Math.max(1, values / 10);

/** What says nothing but that there is no value: no digit other than 0, or one of the numbers that stand for none. */
function isPlaceholder(value: SqliteValue): boolean {
  return typeof value === "string" ? !/[1-9]/.test(value) : value === 0n || value === -1n;
}

interface Odd {
  total: number;
  different: number;
  values: { value: SqliteValue; count: string }[];
}

/** A number that is a time in the column's form, and so far from now that it may be none: 0, most of all. */
function isFarTime(value: unknown, form: TimeForm | null): boolean {
  if (form === null || form === "text" || (typeof value !== "bigint" && typeof value !== "number")) return false;
  const own = formOfNumber(value);
  return own !== form && own !== epochOrCocoa;
}

/** The values that do not fit a type, the most frequent first. */
function oddValues(db: Sqlite, table: TablePlan, column: ColumnPlan): Odd {
  const encode = encoderFor(column);
  db.function("pgstead_odd", { deterministic: true, safeIntegers: true }, (value: unknown) =>
    Number(value !== null && (encode(value as SqliteValue) instanceof Unfit || isFarTime(value, column.timeForm))),
  );
  const name = quoteName(column.source);
  const rows = db
    .prepare<[], [SqliteValue, bigint, bigint, bigint]>(
      `SELECT ${name}, count(*), sum(count(*)) OVER (), count(*) OVER () FROM ${quoteName(table.source)} NOT INDEXED
       WHERE pgstead_odd(${name}) GROUP BY typeof(${name}), ${name} COLLATE BINARY ORDER BY 2 DESC, 1 LIMIT ${shown}`,
    )
    .raw()
    .all();
  return {
    total: Number(rows[0]?.[2] ?? 0),
    different: Number(rows[0]?.[3] ?? 0),
    values: rows.map(([value, count]) => ({ value, count: count.toString() })),
  };
}

/** As config says it; null for what it cannot say. */
function nullValue(value: SqliteValue): NullValue | null {
  if (typeof value === "bigint") return { t: "integer", v: value.toString() };
  return typeof value === "string" && value.length <= shownLength && !/[\p{Cc}\ufffd"]/u.test(value)
    ? { t: "text", v: value }
    : null;
}
