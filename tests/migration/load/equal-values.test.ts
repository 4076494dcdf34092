import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoderFor, Unfit } from "../../../migration/load/encode";
import { keyTextOf } from "../../../migration/load/equal-values";
import type { ColumnPlan, TargetType } from "../../../migration/model";
import { typeSql } from "../../../migration/plan/type-sql";
import { readTypeWords } from "../../../migration/plan/type-words";
import type { SqliteValue } from "../../../migration/source/value";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await testServer();
  client = await connect(await server.createDatabase());
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

function column(type: TargetType, timeForm: ColumnPlan["timeForm"]): ColumnPlan {
  return {
    source: "c",
    target: "c",
    type,
    timeForm,
    notNull: false,
    default: null,
    identity: false,
    reason: "",
    profile: null,
  };
}

const values: Record<string, SqliteValue[]> = {
  text: [1n, "1", 1, "1.0", Buffer.from("1"), -0, 0, "-0.0", "a", "A", "a ", "é", "e\u0301"],
  bytea: [1n, "1", Buffer.from("1"), "a\0", Buffer.from("a\0"), "é", "e\u0301"],
  boolean: [1n, 0n, 1, 0, "t", "TRUE", "no", "off", "1"],
  bigint: [1n, 1, "1", "+1", "01", -1n, "-1", "-0", 0n],
  "double precision": [1n, 1, "1", "1.0", "1e0", "10e-1", 0, -0, "-0", ".5", 0.5, "5e-1", 1 / 0, -1 / 0, 5e-324],
  real: [1n, 1, "1.0", 0.5, "0.5", -0, 0, 0.1, "0.1", 16777216],
  numeric: [1n, "1", "1.00", "01", "1e0", "0.1e1", "100", "1e2", "1E+2", 100, "-0", "0.00", 1e300, "1e300", 0.1, ".1"],
  "numeric(8,2)": [1n, "1.5", "1.50", 1.5, "15e-1", "-0.00", 0n],
  "char(4)": ["a", "abcd", "b", "abc "],
  date: ["2024-02-29", "2024-02-29T00:00:00Z", "2024-02-29 00:00", "0001-01-01", "9999-12-31"],
  time: ["12:00", "12:00:00", "12:00:00.000", "12:00:00.5", "12:00:00.500"],
  timestamp: [
    "2024-01-01",
    "2024-01-01 00:00",
    "2024-01-01T00:00:00Z",
    "2024-01-01 00:00:00.10",
    "2024-01-01 00:00:00.1",
  ],
  timestamptz: [
    "2024-01-01",
    "2024-01-01 00:00:00+00",
    "2024-01-01T05:30:00.0+05:30",
    "2023-12-31T23:00:00-0100",
    "0001-01-01 00:00:00.000001",
    "0001-01-01T01:00:00.000001+01:00",
    "9999-12-31 23:59:59.999999",
  ],
  "timestamp from excel days": [45292.5, 45292.50000000001, 45292n, "2024-01-01 12:00:00"],
  uuid: [
    Buffer.from("0123456789abcdef0123456789abcdef", "hex"),
    "01234567-89AB-CDEF-0123-456789ABCDEF",
    "0123456789abcdef0123456789abcdee",
  ],
};

describe("the text of a value in a key", () => {
  it.each(Object.entries(values))(
    "is the same for values of %s that PostgreSQL takes as equal, and for no others",
    async (words, all) => {
      const { type, timeForm } = readTypeWords(words);
      const plan = column(type, timeForm);
      const [encode, keyText] = [encoderFor(plan), keyTextOf(plan)];
      const fits = all.filter((value) => !(encode(value) instanceof Unfit));
      expect(fits.length).toBeGreaterThan(1);
      for (const a of fits)
        for (const b of fits) {
          // No field here needs COPY's escapes other than bytea's.
          const fields = [encode(a), encode(b)].map((field) => String(field).replace("\\\\x", "\\x"));
          const cast = `$1::text::${typeSql(type)} = $2::text::${typeSql(type)} AS equal`;
          const { rows } = await client.query<{ equal: boolean }>(`SELECT ${cast}`, fields);
          expect([a, b, keyText(a) === keyText(b)]).toEqual([a, b, rows[0]?.equal]);
        }
    },
  );
});
