/**
 * Random SQLite databases, hostile on purpose: every storage class in every declared type, names that must be quoted, keys of all kinds, text that is
 * none. A database is plain data, so that fast-check can make it smaller, and a failure can print the SQL that makes it again.
 */
import Database from "better-sqlite3";
import fc from "fast-check";

export interface RandomDatabase {
  encoding: "UTF-8" | "UTF-16le" | "UTF-16be";
  tables: RandomTable[];
}

export interface RandomTable {
  name: string;
  columns: RandomColumn[];
  key: { kind: "none" | "rowid" | "autoincrement" | "columns"; columns: number[] };
  withoutRowid: boolean;
  strict: boolean;
  uniques: number[][];
  indexes: { name: string; columns: number[]; descending: boolean; unique: boolean }[];
  /** To a table by its place, to a column of it, or to its primary key. */
  references: { column: number; table: number; to: number | null; deferred: boolean }[];
  rows: RandomValue[][];
}

interface RandomColumn {
  name: string;
  declared: string;
  suffix: string;
  generated: string | null;
}

/** `invalid`: bytes that are stored as text. */
export type RandomValue = null | bigint | number | string | Uint8Array | { invalid: Uint8Array };

const letters = fc.constantFrom(
  ..."abzAZ019_ .,;:'\"`[](){}<>/\\%$#@!?&*+-=~^|",
  "é",
  "É",
  "ß",
  "ı",
  "日",
  "😀",
  "\u0301",
  "\t",
  "\n",
  "\u200b",
  "\u00a0",
);
const knownNames = fc.constantFrom(
  ..."user order select table group default references interval oid rowid _rowid_ ctid xmin tableoid cmax pg_class pg_temp public information_schema".split(
    " ",
  ),
  ..."true false null now count current_user id ID Id name NAME timestamp json 1 $1 %s - -- /* */ ' \" \\ é É".split(
    " ",
  ),
  `${"x".repeat(62)}é`,
  `${"long_".repeat(14)}a`,
  `${"long_".repeat(14)}b`,
  "",
  " ",
  // What every JavaScript object seems to have.
  "constructor",
  "__proto__",
  "toString",
);
const name = fc.oneof(
  { arbitrary: knownNames, weight: 3 },
  { arbitrary: fc.string({ unit: letters, minLength: 1, maxLength: 8 }), weight: 2 },
  { arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), weight: 1 },
);
/** A NUL ends SQLite's SQL; names that begin with sqlite_ are its own. */
const usable = (text: string) => !text.includes("\0") && !/^sqlite_/i.test(text) && text.isWellFormed();
/** SQLite compares names without the case of A to Z. */
const inSqlite = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const declaredTypes = [
  ..."|INTEGER|INT|TINYINT|SMALLINT|BIGINT|UNSIGNED BIG INT|INT8|BOOLEAN|BOOL|TINYINT(1)|REAL|DOUBLE PRECISION|FLOAT".split(
    "|",
  ),
  ..."NUMERIC|NUMERIC(10,2)|DECIMAL(38,10)|NUMBER|MONEY|TEXT|VARCHAR(5)|VARCHAR|CHAR(3)|NVARCHAR(100)|CLOB|STRING|BLOB|BYTEA".split(
    "|",
  ),
  ..."DATE|DATETIME|TIMESTAMP|TIMESTAMP WITH TIME ZONE|TIME|UUID|JSON|JSONB|ANY|whatever|timestampz|year|int[]|enum('a','b')".split(
    "|",
  ),
];
const strictTypes = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];

const pad = (value: number, length: number) => String(value).padStart(length, "0");
const day = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
  .map(([year, month, date]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`);
const soundDay = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, date]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`);
const clock = fc
  .tuple(
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 59 }),
    fc.integer({ min: 0, max: 59 }),
    fc.constantFrom("", ".0", ".5", ".123", ".123456", ".000001", ".999999", ".1234560", ".1000000"),
  )
  .map(([hour, minute, second, fraction]) => `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}`);
const oddClock = fc.constantFrom("24:00:00", "23:59:60", "12:30", "1:2:3", "12:00:00.1234567", "12:00 PM", "25:00:00");
const offset = fc.constantFrom("Z", "z", "+00:00", "-00:00", "+05:30", "-1200", "+14", "+15:59", " +01:00");
const moment = fc.tuple(soundDay, fc.constantFrom(" ", "T"), clock).map((parts) => parts.join(""));
const bytes = fc.uint8Array({ maxLength: 20 });
const real = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(
    0,
    -0,
    1,
    0.1,
    1.5,
    1e300,
    -1e300,
    5e-324,
    Number.MAX_VALUE,
    Infinity,
    -Infinity,
    2 ** 53,
    2 ** 63,
    1e21,
  ),
  fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
);
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -5n, max: 300n }),
  fc.constantFrom(
    -(2n ** 63n),
    2n ** 63n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    2n ** 31n,
    32768n,
    0n,
    1n,
  ),
);
const plainText = fc.oneof(
  fc.string({ unit: letters, maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 10 }).filter((text) => text.isWellFormed() && !text.includes("\0")),
  fc.constantFrom(
    "",
    " ",
    "x ",
    "\\N",
    "\\.",
    "\\",
    "\t",
    "\r\n",
    "NULL",
    "\ufeffbom",
    "\ufffd",
    "\u0001",
    "a".repeat(300),
  ),
  fc.constantFrom(
    "1",
    "-0",
    "1.0",
    "1e5",
    " 12 ",
    "0x10",
    "+7",
    "9223372036854775808",
    "inf",
    "NaN",
    "true",
    "t",
    "constructor",
    "__proto__",
  ),
);
const uuid = fc.uuid();
const json = fc.json({ maxDepth: 2 });

/** What a column mostly holds, so that types other than text are decided too. */
const flavours: fc.Arbitrary<RandomValue>[] = [
  integer,
  fc.constantFrom(0n, 1n),
  fc.constantFrom("t", "f", "true", "FALSE", "yes", "0", "1", 0n, 1n, 1),
  real,
  fc.integer({ min: -99_999_999, max: 99_999_999 }).map((value) => value / 100),
  fc.integer({ min: -99_999, max: 99_999 }).map((value) => (value % 100 === 0 ? BigInt(value / 100) : value / 100)),
  soundDay,
  moment,
  fc.oneof(moment, soundDay),
  fc.tuple(moment, offset).map((parts) => parts.join("")),
  clock,
  fc.bigInt({ min: 631_152_000n, max: 4_102_444_799n }),
  fc.bigInt({ min: 631_152_000_000n, max: 4_102_444_799_999n }),
  fc.bigInt({ min: 631_152_000_000_000n, max: 4_102_444_799_999_999n }),
  fc.integer({ min: 631_152_000_000, max: 4_102_444_799_999 }).map((value) => value / 1000),
  fc.integer({ min: 2_447_893, max: 2_488_069 }).map((value) => value + 0.5),
  uuid,
  fc.oneof(
    uuid,
    uuid.map((text) => text.toUpperCase()),
  ),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  json,
  plainText,
  fc.constantFrom("a", "b", "c"),
  bytes,
  fc.oneof(plainText, bytes),
  fc.oneof(integer, real, plainText),
];
const odd: fc.Arbitrary<RandomValue> = fc.oneof(
  integer,
  real,
  plainText,
  bytes,
  day,
  oddClock,
  fc.constantFrom(
    "0000-00-00",
    "12024-01-01",
    "0044-03-15 BC",
    "01/02/2024",
    "2024-1-5",
    "20240101",
    "2024-06-30T23:59:60Z",
  ),
  fc.constantFrom('{"a":1,"a":2}', '{"n":12345678901234567890}', "{'a':1}", '"\\u0000"', '"\\ud800"', "nan"),
);
const invalid: fc.Arbitrary<RandomValue> = fc.oneof(
  fc
    .constantFrom(
      "ff41",
      "c3",
      "eda080",
      "f8888080",
      "c080",
      "610062",
      "00",
      "00d84100",
      "00dc",
      "d800",
      "efbbbf",
      "fffe4100",
    )
    .map((hex) => ({ invalid: Buffer.from(hex, "hex") })),
  bytes.map((raw) => ({ invalid: raw })),
);

interface Flavoured {
  column: RandomColumn;
  values: fc.Arbitrary<RandomValue>;
}

const expressions = ["1", "1 + 1", "'x' || 2", "NULL", "x'00ff'", "abs(-5)"];
const defaults = [
  ..."DEFAULT 1|DEFAULT -1.5|DEFAULT 'it''s'|DEFAULT \"\"|DEFAULT NULL|DEFAULT CURRENT_TIMESTAMP|DEFAULT (datetime('now'))|DEFAULT x'00ff'|DEFAULT TRUE|DEFAULT (1 + 2)".split(
    "|",
  ),
  "NOT NULL",
  "COLLATE NOCASE",
  "CHECK (1)",
];

const flavoured = (types: string[]): fc.Arbitrary<Flavoured> =>
  fc.record({
    column: fc.record({
      name: name.filter(usable),
      declared: fc.constantFrom(...types),
      suffix: fc.oneof(
        { arbitrary: fc.constant(""), weight: 5 },
        { arbitrary: fc.constantFrom(...defaults), weight: 1 },
      ),
      generated: fc.oneof(
        { arbitrary: fc.constant(null), weight: 15 },
        { arbitrary: fc.constantFrom(...expressions), weight: 1 },
      ),
    }),
    values: fc
      .tuple(fc.constantFrom(...flavours), fc.constantFrom(0, 0, 0, 1, 4), fc.constantFrom(0, 0, 0, 0, 1))
      .map(([usual, others, invalids]) =>
        fc.oneof(
          { arbitrary: usual, weight: 20 },
          { arbitrary: fc.constant(null), weight: 2 },
          { arbitrary: odd, weight: others },
          { arbitrary: invalid, weight: invalids },
        ),
      ),
  });

const table = fc
  .record({ strict: fc.nat(9).map((value) => value === 0), name: name.filter(usable) })
  .chain(({ strict, name: called }) =>
    fc
      .uniqueArray(flavoured(strict ? strictTypes : declaredTypes), {
        minLength: 1,
        maxLength: 6,
        selector: ({ column }) => inSqlite(column.name),
      })
      .chain((columns) => {
        // A table needs a column that is not generated.
        const all = columns.map(({ column }, place) => (place === 0 ? { ...column, generated: null } : column));
        const places = fc.integer({ min: 0, max: all.length - 1 });
        const several = fc.uniqueArray(places, { minLength: 1, maxLength: 3 });
        const row = fc.tuple(...columns.map(({ values }) => values)) as fc.Arbitrary<RandomValue[]>;
        return fc.record<RandomTable>({
          name: fc.constant(called),
          columns: fc.constant(all),
          strict: fc.constant(strict),
          key: fc.record({
            kind: fc.constantFrom("none", "rowid", "autoincrement", "columns", "columns"),
            columns: several,
          }),
          withoutRowid: fc.nat(4).map((value) => value === 0),
          uniques: fc.array(several, { maxLength: 1 }),
          indexes: fc.array(
            fc.record({
              name: name.filter(usable),
              columns: several,
              descending: fc.boolean(),
              unique: fc.nat(3).map((value) => value === 0),
            }),
            { maxLength: 2 },
          ),
          references: fc.array(
            fc.record({
              column: places,
              table: fc.nat(3),
              to: fc.oneof(fc.constant(null), fc.nat(5)),
              deferred: fc.boolean(),
            }),
            { maxLength: 2 },
          ),
          rows: fc.array(row, { maxLength: 14 }),
        });
      }),
  );

export const randomDatabase: fc.Arbitrary<RandomDatabase> = fc.record({
  encoding: fc.constantFrom("UTF-8", "UTF-8", "UTF-8", "UTF-8", "UTF-16le", "UTF-16be"),
  tables: fc.uniqueArray(table, { minLength: 1, maxLength: 4, selector: (one) => inSqlite(one.name) }),
});

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The CREATE TABLE of a table. @param uniques whether its unique constraints and primary keys, rowids apart, are made too */
function createTable(one: RandomTable, all: RandomTable[], uniques: boolean): string {
  const { key } = one;
  const keyColumns = key.columns.filter((place) => one.columns[place]?.generated === null);
  const rowid = (key.kind === "rowid" || key.kind === "autoincrement") && keyColumns.length > 0;
  const columns = one.columns.map((column, place) => {
    if (rowid && place === keyColumns[0])
      return `${quote(column.name)} INTEGER PRIMARY KEY${key.kind === "autoincrement" ? " AUTOINCREMENT" : ""}`;
    const generated = column.generated === null ? column.suffix : `AS (${column.generated})`;
    return `${quote(column.name)} ${column.declared} ${generated}`.trim();
  });
  const list = (places: number[]) => places.map((place) => quote(one.columns[place]?.name ?? "")).join(", ");
  const hasKey = rowid || (uniques && key.kind === "columns" && keyColumns.length > 0);
  if (hasKey && !rowid) columns.push(`PRIMARY KEY (${list(keyColumns)})`);
  if (uniques) columns.push(...one.uniques.map((places) => `UNIQUE (${list(places)})`));
  for (const { column, table: place, to, deferred } of one.references) {
    const parent = all[place % all.length] as RandomTable;
    const referenced = to === null ? "" : ` (${quote(parent.columns[to % parent.columns.length]?.name ?? "")})`;
    columns.push(
      `FOREIGN KEY (${list([column])}) REFERENCES ${quote(parent.name)}${referenced}${deferred ? " DEFERRABLE INITIALLY DEFERRED" : ""}`,
    );
  }
  const options = [
    ...(one.withoutRowid && hasKey && key.kind !== "autoincrement" ? ["WITHOUT ROWID"] : []),
    ...(one.strict ? ["STRICT"] : []),
  ];
  return `CREATE TABLE ${quote(one.name)} (${columns.join(", ")}) ${options.join(", ")}`.trim();
}

/** Makes the database. Rows, indexes and tables that SQLite itself refuses are left out. @returns the SQL that was run, to show */
export function makeDatabase(path: string, { encoding, tables }: RandomDatabase, uniques: boolean): string[] {
  const db = new Database(path);
  const done = [`PRAGMA encoding = '${encoding}'`];
  const run = (sql: string, ...values: unknown[]) => {
    try {
      db.prepare(sql).run(...values);
      done.push(values.length === 0 ? sql : `${sql} -- ${values.map(shown).join(", ")}`);
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
    }
  };
  try {
    db.pragma(`encoding = '${encoding}'`);
    db.pragma("foreign_keys = OFF");
    for (const one of tables) run(createTable(one, tables, uniques));
    db.pragma("synchronous = OFF");
    for (const one of tables) {
      const kept = one.columns.flatMap((column, place) => (column.generated === null ? [place] : []));
      const names = kept.map((place) => quote(one.columns[place]?.name ?? "")).join(", ");
      for (const row of one.rows) {
        const values = kept.map((place) => row[place] ?? null);
        const marks = values.map((value) => (isInvalid(value) ? "CAST(? AS TEXT)" : "?")).join(", ");
        run(
          `INSERT OR IGNORE INTO ${quote(one.name)} (${names}) VALUES (${marks})`,
          ...values.map((value) => (isInvalid(value) ? value.invalid : value)),
        );
      }
      for (const index of one.indexes) {
        const parts = index.columns.map(
          (place) => `${quote(one.columns[place]?.name ?? "")}${index.descending ? " DESC" : ""}`,
        );
        run(
          `CREATE ${index.unique && uniques ? "UNIQUE " : ""}INDEX ${quote(index.name)} ON ${quote(one.name)} (${parts.join(", ")})`,
        );
      }
    }
    return done;
  } finally {
    db.close();
  }
}

function isInvalid(value: RandomValue): value is { invalid: Uint8Array } {
  return typeof value === "object" && value !== null && "invalid" in value;
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
