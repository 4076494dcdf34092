import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TargetType } from "../../../migration/model";
import { cellReader, typeName } from "../../../migration/verify/cell";
import {
  cellSql,
  digestNumberSql,
  HashSum,
  isFree,
  rowDigest,
  rowDigestSql,
  rowText,
  rowTextSql,
} from "../../../migration/verify/row-hash";
import type { Cell, SqliteValue } from "../../../migration/verify/value";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await testServer();
  client = await connect(await server.createDatabase());
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

/** What the server shows for a literal, in the form in which the proof asks for it. */
async function serverCell(type: TargetType, literal: string): Promise<Cell> {
  const { rows } = await client.query<[Cell]>({
    text: `SELECT ${cellSql("v", type)} FROM (SELECT $1::text::${typeName(type)} AS v) AS t`,
    values: [literal],
    rowMode: "array",
    types: { getTypeParser: () => (text: unknown) => text },
  });
  return rows[0]?.[0] ?? null;
}

type Case = [value: SqliteValue, literal: string];
const kinds: [
  string,
  TargetType,
  "text" | "epoch seconds" | "epoch milliseconds" | "epoch microseconds" | "julian day" | null,
  Case[],
][] = [
  [
    "boolean",
    { kind: "boolean" },
    null,
    [
      [1n, "t"],
      [0n, "f"],
      ["True", "t"],
      ["off", "f"],
    ],
  ],
  [
    "bigint",
    { kind: "bigint" },
    null,
    [
      [9223372036854775807n, "9223372036854775807"],
      [-9223372036854775808n, "-9223372036854775808"],
      ["+42", "42"],
      [3, "3"],
    ],
  ],
  [
    "double precision",
    { kind: "double precision" },
    null,
    [
      [-0, "-0"],
      [0, "0"],
      [0.1, "0.1"],
      [5e-324, "5e-324"],
      [1.7976931348623157e308, "1.7976931348623157e308"],
      [Infinity, "Infinity"],
      [-Infinity, "-Infinity"],
      [9007199254740992n, "9007199254740992"],
      ["NaN", "NaN"],
    ],
  ],
  [
    "real",
    { kind: "real" },
    null,
    [
      [0.1, "0.1"],
      [-0, "-0"],
      [16777216n, "16777216"],
    ],
  ],
  [
    "numeric",
    { kind: "numeric", precision: null, scale: null },
    null,
    [
      [12n, "12.000"],
      ["0012.50", "12.5"],
      [0.1, "0.10"],
      [1e21, "1000000000000000000000"],
      [1e-7, "0.0000001"],
      ["-0.0", "0"],
      ["-.5", "-0.50"],
      ["1.5e3", "1500"],
      [-0, "0"],
      [Infinity, "Infinity"],
    ],
  ],
  [
    "text",
    { kind: "text" },
    null,
    [
      ["", ""],
      ["é\t東\n🗄️ ", "é\t東\n🗄️ "],
      [7n, "7"],
      [1, "1.0"],
    ],
  ],
  [
    "char",
    { kind: "char", length: 5 },
    null,
    [
      ["ab", "ab"],
      ["ab  ", "ab"],
      ["", ""],
    ],
  ],
  [
    "bytea",
    { kind: "bytea" },
    null,
    [
      [Buffer.from([0, 255, 1]), "\\x00ff01"],
      [Buffer.alloc(0), "\\x"],
      ["é", "\\xc3a9"],
    ],
  ],
  [
    "date",
    { kind: "date" },
    "text",
    [
      ["2024-02-29", "2024-02-29"],
      ["0001-01-01", "0001-01-01"],
      ["9999-12-31", "9999-12-31"],
      ["2024-01-01 00:00:00", "2024-01-01"],
      ["infinity", "infinity"],
      ["0000-03-01", "0001-03-01 BC"],
    ],
  ],
  [
    "time",
    { kind: "time" },
    "text",
    [
      ["23:59:59.999999", "23:59:59.999999"],
      ["07:05", "07:05:00"],
      ["01:02:03.500000", "01:02:03.5"],
      ["24:00:00", "24:00:00"],
    ],
  ],
  [
    "timestamp",
    { kind: "timestamp" },
    "text",
    [
      ["2025-12-02 11:41:07.482913", "2025-12-02 11:41:07.482913"],
      ["2025-12-02T11:41:07.100", "2025-12-02 11:41:07.1"],
      ["2025-12-02", "2025-12-02 00:00:00"],
      ["2025-12-02 11:41", "2025-12-02 11:41:00"],
      ["1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999"],
      ["2025-12-02T11:41:07Z", "2025-12-02 11:41:07"],
    ],
  ],
  [
    "timestamptz",
    { kind: "timestamptz" },
    "text",
    [
      ["2025-12-02 01:41:07+05:30", "2025-12-01 20:11:07+00"],
      ["2025-12-02T11:41:07.000001Z", "2025-12-02 11:41:07.000001+00"],
      ["2025-12-31 23:30:00-01", "2026-01-01 00:30:00+00"],
    ],
  ],
  [
    "epoch seconds",
    { kind: "timestamp" },
    "epoch seconds",
    [
      [0n, "1970-01-01"],
      [-1n, "1969-12-31 23:59:59"],
      [1627303906.122, "2021-07-26 12:51:46.122"],
    ],
  ],
  [
    "epoch milliseconds",
    { kind: "timestamptz" },
    "epoch milliseconds",
    [
      [1627303906122n, "2021-07-26 12:51:46.122+00"],
      [-62167219200000n, "0001-01-01 00:00:00+00 BC"],
    ],
  ],
  [
    "epoch microseconds",
    { kind: "timestamp" },
    "epoch microseconds",
    [
      [1n, "1970-01-01 00:00:00.000001"],
      [253402300800000000n, "10000-01-01 00:00:00"],
    ],
  ],
  [
    "julian day",
    { kind: "timestamp" },
    "julian day",
    [
      [2440587.5, "1970-01-01 00:00:00"],
      [2460676.25, "2024-12-31 18:00:00"],
    ],
  ],
  [
    "uuid",
    { kind: "uuid" },
    null,
    [
      ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
      [Buffer.from("a0eebc999c0b4ef8bb6d6bb9bd380a11", "hex"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    ],
  ],
  ["json", { kind: "json" }, null, [['{ "a":1 , "a":2}', '{ "a":1 , "a":2}']]],
  [
    "jsonb",
    { kind: "jsonb" },
    null,
    [
      '{"bb":1,"a":[1.50,1e3,-0.0,1.5e1,2E-3],"é":"\\u00e9\\n\\u001f\\/","a":{}}',
      "[]",
      '[1, "x", null, true]',
      '"\\ud83d\\ude00"',
      "12345678901234567890.5",
      '{"z":{"y":[{}]}}',
    ].map((text): Case => [text, text]),
  ],
];

describe("a source value and the same value in PostgreSQL have one form", () => {
  for (const [name, type, timeForm, cases] of kinds) {
    it(name, async () => {
      for (const [value, literal] of cases)
        expect(cellReader({ type, timeForm })(value), `${String(value)} in ${typeName(type)}`).toBe(
          await serverCell(type, literal),
        );
    });
  }
});

describe("a value that its column cannot hold has a form that nothing in PostgreSQL has", () => {
  const cases: [string, SqliteValue, TargetType][] = [
    ["a word in an integer", "toto", { kind: "integer" }],
    ["a fraction in an integer", 12.3, { kind: "integer" }],
    ["2 in a boolean", 2n, { kind: "boolean" }],
    ["an integer that no double holds", 9007199254740993n, { kind: "double precision" }],
    ["the 30th of February", "2025-02-30", { kind: "date" }],
    ["a time of day in a date", "2025-02-01 10:00:00", { kind: "date" }],
    ["a seventh digit", "2025-02-01 10:00:00.1234567", { kind: "timestamp" }],
    ["a blob that is no text", Buffer.from([255]), { kind: "text" }],
    ["half a JSON text", "[1", { kind: "jsonb" }],
    ["JSON with NUL", '"\\u0000"', { kind: "jsonb" }],
    ["half a surrogate pair", '"\\ud83d"', { kind: "jsonb" }],
    ["a short uuid", "a0eebc99", { kind: "uuid" }],
  ];
  for (const [name, value, type] of cases)
    it(name, () => {
      expect(cellReader({ type, timeForm: "text" })(value)).toMatch(/^\0/);
    });
});

describe("a row's text", () => {
  const columns = [
    { name: "n", type: { kind: "integer" } as TargetType },
    { name: "t", type: { kind: "text" } as TargetType },
    { name: "f", type: { kind: "double precision" } as TargetType },
    { name: "u", type: { kind: "varchar", length: 9 } as TargetType },
    { name: "b", type: { kind: "bytea" } as TargetType },
    { name: "o", type: { kind: "boolean" } as TargetType },
  ];
  const free = columns.map(({ type }) => isFree(type));
  const rows: [SqliteValue[], string][] = [
    [[1n, "a,b", -0, "", Buffer.from([1]), 1n], `(1, 'a,b', '-0'::float8, '', '\\x01'::bytea, true)`],
    [[null, null, null, null, null, null], "(NULL, NULL, NULL, NULL, NULL, NULL)"],
    [[-2147483648n, "1:2🗄️", 1.5, "é:", Buffer.alloc(0), 0n], `(-2147483648, '1:2🗄️', 1.5, 'é:', '\\x'::bytea, false)`],
  ];

  it("is the same on both sides, as is the sum of its hashes", async () => {
    await client.query(
      `CREATE TEMP TABLE shape (n integer, t text, f float8, u varchar(9), b bytea, o boolean);
       INSERT INTO shape VALUES ${rows.map(([, sql]) => sql).join(", ")}`,
    );
    const text = rowTextSql(columns);
    const { rows: found } = await client.query<{ text: string }>(`SELECT ${text} AS text FROM shape`);
    const expected = rows.map(([values]) =>
      rowText(
        columns.map(({ type }, i) => cellReader({ type, timeForm: null })(values[i] ?? null)),
        free,
      ),
    );
    expect(found.map((row) => row.text)).toEqual(expected);
    const sum = new HashSum();
    for (const row of expected) sum.add(rowDigest(row));
    const total = await client.query<{ sum: string }>(
      `SELECT sum(${digestNumberSql(rowDigestSql(text))})::text AS sum FROM shape`,
    );
    expect(sum.total()).toBe(total.rows[0]?.sum);
  });

  it("differs where values move over a border, or NULL and nothing are exchanged", () => {
    const two = [true, true];
    const texts = [
      ["a", "b"],
      ["ab", ""],
      ["", "ab"],
      [null, "ab"],
      ["ab", null],
      ["1:a", "b"],
      [":", null],
      [null, ":"],
    ].map((cells) => rowText(cells, two));
    expect(new Set(texts).size).toBe(texts.length);
    expect(rowText([null, "1"], [false, false])).not.toBe(rowText(["1", null], [false, false]));
  });
});

describe("the sum of hashes", () => {
  const sumOf = (texts: string[]) => {
    const sum = new HashSum();
    for (const text of texts) sum.add(rowDigest(text));
    return sum.total();
  };

  it("does not depend on the order, and counts each copy of a row", () => {
    expect(sumOf(["a", "b", "c"])).toBe(sumOf(["c", "a", "b"]));
    expect(sumOf(["a", "a"])).not.toBe(sumOf(["a"]));
    expect(sumOf(["a", "a", "b"])).not.toBe(sumOf(["a", "b", "b"]));
  });

  it("is exact beyond the million rows between two carries", () => {
    const sum = new HashSum();
    const digest = Buffer.alloc(32, 0xff);
    for (let i = 0; i < 2_000_001; i++) sum.add(digest);
    expect(sum.total()).toBe(String(((1n << 128n) - 1n) * 2_000_001n));
  });
});
