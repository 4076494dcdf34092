/** Random expressions over the columns of one table, for fast-check: of every operator and function that the translator knows, and some that it refuses. */
import fc from "fast-check";

export const columns = ["i", "j", "b", "r", "q", "t", "u", "n", "d", "dt", "s", "bl", "g"];

/** The table whose columns they name; `id` orders the rows. */
export const table = `CREATE TABLE t (
  id INTEGER PRIMARY KEY, i INTEGER, j BIGINT NOT NULL, b BOOLEAN, r REAL, q DOUBLE NOT NULL, t TEXT, u TEXT COLLATE NOCASE NOT NULL,
  n DECIMAL(10,2), d DATE, dt DATETIME, s VARCHAR(20) COLLATE RTRIM, bl BLOB, g NUMERIC
);`;

const texts = [
  "",
  "a",
  "A",
  "abc",
  "ABC ",
  "abc  ",
  "Ärger",
  "%",
  "_x",
  "a%b",
  "12",
  "-3",
  "1.5",
  "x'y",
  "日本",
  "a\\b",
  "[a]",
  "2024-01-31",
  "2024-12-31T23:30:00.12349-02:00",
  "2024-02-30 10:00:59.9996Z",
];
const quotedText = (text: string) => `'${text.replaceAll("'", "''")}'`;

export const literal = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "-1",
    "2",
    "7",
    "10",
    "63",
    "1000000",
    "9223372036854775807",
    "-9223372036854775808",
    "0x1F",
    "4294967296",
  ),
  fc.constantFrom("0.0", "0.5", "1.5", "-2.5", "1e3", "3.0", "1e300", "0.1"),
  fc.constantFrom(...texts).map(quotedText),
  fc.constantFrom("NULL", "TRUE", "FALSE", "x'00ff'", "x''", "'2024-02-29'", "'2023-01-01 00:00:00'"),
);

/** Of columns whose kinds agree, and whose collations do not. */
const comparison = fc
  .tuple(
    fc.constantFrom("t", "u", "s"),
    fc.constantFrom("=", "<", "IS", "<>", ">="),
    fc.constantFrom("t", "u", "s", "'ABC '"),
  )
  .map(([a, op, b]) => `(${a} ${op} ${b})`);

const operators = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "||",
  "=",
  "==",
  "<>",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "IS",
  "IS NOT",
  "AND",
  "OR",
  "&",
  "|",
  "<<",
  ">>",
  "LIKE",
  "NOT LIKE",
  "GLOB",
];

function binary(any: fc.Arbitrary<string>) {
  return fc.tuple(any, fc.constantFrom(...operators), any).map(([a, op, b]) => `(${a} ${op} ${b})`);
}

function unary(any: fc.Arbitrary<string>) {
  return fc
    .tuple(
      fc.constantFrom(
        (x: string) => `(NOT ${x})`,
        (x: string) => `(- ${x})`,
        (x: string) => `(+ ${x})`,
        (x: string) => `(~ ${x})`,
        (x: string) => `(${x} IS NULL)`,
        (x: string) => `(${x} NOT NULL)`,
        (x: string) => `(${x} IS TRUE)`,
        (x: string) => `(${x} IS NOT FALSE)`,
        (x: string) => `(${x} COLLATE NOCASE)`,
        (x: string) => `(${x} COLLATE BINARY)`,
        (x: string) => `(${x} COLLATE RTRIM)`,
      ),
      any,
    )
    .map(([make, x]) => make(x));
}

const functionNames = {
  1: [
    "abs",
    "length",
    "lower",
    "upper",
    "trim",
    "ltrim",
    "rtrim",
    "typeof",
    "hex",
    "json_valid",
    "round",
    "octet_length",
    "likely",
    "date",
    "datetime",
    "time",
    "julianday",
    "unixepoch",
    "sign",
    "ceil",
    "floor",
    "unicode",
  ],
  2: ["ifnull", "nullif", "coalesce", "max", "min", "instr", "substr", "trim", "iif", "concat"],
  3: ["coalesce", "max", "min", "replace", "substr", "iif"],
};

function call(any: fc.Arbitrary<string>) {
  return fc.oneof(
    ...([1, 2, 3] as const).map((count) =>
      fc
        .tuple(fc.constantFrom(...functionNames[count]), fc.array(any, { minLength: count, maxLength: count }))
        .map(([name, args]) => `${name}(${args.join(", ")})`),
    ),
    fc
      .tuple(
        fc.constantFrom("%Y", "%Y-%m-%d", "%m", "%d", "%H:%M", "%s", "%j", "%w", "%S", "%f"),
        fc.constantFrom("d", "dt", "t"),
      )
      .map(([format, x]) => `strftime('${format}', ${x})`),
  );
}

function special(any: fc.Arbitrary<string>) {
  return fc.oneof(
    fc.tuple(any, any, any).map(([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`),
    fc
      .tuple(any, fc.array(any, { maxLength: 3 }), fc.boolean())
      .map(([a, list, not]) => `(${a} ${not ? "NOT " : ""}IN (${list.join(", ")}))`),
    fc.tuple(any, any, any).map(([a, b, c]) => `(CASE WHEN ${a} THEN ${b} ELSE ${c} END)`),
    fc.tuple(any, any, any).map(([a, b, c]) => `(CASE ${a} WHEN ${b} THEN ${c} END)`),
    fc
      .tuple(any, fc.constantFrom("INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB"))
      .map(([a, type]) => `CAST(${a} AS ${type})`),
    fc
      .tuple(any, fc.constantFrom("'a%'", "'%b_'", "'A'", "'!%%'", "'[a]*'"))
      .map(([a, pattern]) => `(${a} LIKE ${pattern} ESCAPE '!')`),
    fc
      .tuple(any, fc.constantFrom("'a*'", "'[a-z]*'", "'*[^0-9]*'", "'?'", "'[0-9]'", "'[]a]*'", "'*.*'"))
      .map(([a, pattern]) => `(${a} GLOB ${pattern})`),
  );
}

/** A row's values as SQL, in the order of `columns`. */
export const row = fc
  .tuple(
    nullable(integer()),
    integer(),
    nullable(fc.constantFrom("0", "1")),
    nullable(real()),
    real(),
    nullable(fc.constantFrom(...texts).map(quotedText)),
    fc.constantFrom(...texts).map(quotedText),
    nullable(fc.oneof(fc.constantFrom("0", "3", "9.99", "-12.5", "0.1", "99999999.99"))),
    nullable(fc.constantFrom("'2024-01-31'", "'2024-02-29'", "'1999-12-31'", "'0001-01-01'", "'9999-12-31'")),
    nullable(
      fc.constantFrom(
        "'2024-01-31 10:20:30'",
        "'1999-12-31 23:59:59'",
        "'2024-03-01 00:00:00'",
        "'1970-01-01 00:00:01'",
      ),
    ),
    nullable(fc.constantFrom(...texts.filter((text) => text.length < 10)).map(quotedText)),
    nullable(fc.constantFrom("x''", "x'00'", "x'616263'", "x'ff80'")),
    nullable(fc.constantFrom("0", "3", "0.25", "-7", "1234567.5")),
  )
  .map((values) => `(${values.join(", ")})`);

function nullable(of: fc.Arbitrary<string>) {
  return fc.oneof({ arbitrary: of, weight: 5 }, { arbitrary: fc.constant("NULL"), weight: 1 });
}

function integer() {
  return fc.oneof(
    fc.integer({ min: -20, max: 20 }).map(String),
    fc.constantFrom("9223372036854775807", "-9223372036854775807", "9007199254740993", "4294967296", "1700000000"),
  );
}

function real() {
  return fc.oneof(
    fc.constantFrom(
      "0.0",
      "1.0",
      "-1.0",
      "0.5",
      "2.5",
      "-2.5",
      "0.1",
      "1e300",
      "-1e300",
      "9e999",
      "-9e999",
      "9007199254740993.0",
      "3.7",
    ),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
      .map((x) => (/[.e]/.test(String(x)) ? String(x) : `${x}.0`)),
  );
}

export const expression = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constantFrom(...columns), literal, comparison),
    binary(tie("any")),
    unary(tie("any")),
    call(tie("any")),
    special(tie("any")),
  ),
})).any;
