/** Counts of time units as moments, and reals as numerics: in generated columns, which PostgreSQL takes immutable expressions for alone. */
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TimeForm } from "../../../migration/model";
import { assign } from "../../../migration/translate/assign";
import { Untranslatable } from "../../../migration/translate/scope";
import { value } from "../../../migration/translate/values";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await testServer();
  client = await connect(server.superuser());
  await client.query("SET TIME ZONE 'America/New_York'");
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** What a generated column makes of values beside it, as text. */
async function generated(from: string, type: string, expression: string, values: string[]): Promise<string[]> {
  await client.query(`CREATE TEMP TABLE g (n ${from}, v ${type} GENERATED ALWAYS AS (${expression}) STORED)`);
  try {
    await client.query(`INSERT INTO g SELECT unnest($1::${from}[])`, [values]);
    const shown = type === "timestamptz" ? "to_char(v AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')" : "v::text";
    return (await client.query<{ v: string }>(`SELECT ${shown} AS v FROM g`)).rows.map(({ v }) => v);
  } finally {
    await client.query("DROP TABLE g");
  }
}

const timestamptz = { kind: "timestamptz" } as const;

test.each<[TimeForm, string, string]>([
  ["epoch seconds", "1700000000", "2023-11-14 22:13:20.000000"],
  ["epoch seconds", "-1", "1969-12-31 23:59:59.000000"],
  ["epoch milliseconds", "1700000000001", "2023-11-14 22:13:20.001000"],
  ["epoch microseconds", "4102444800000001", "2100-01-01 00:00:00.000001"],
  // Daylight saving time, where the session is, begins in this hour.
  ["epoch seconds", "1710054000", "2024-03-10 07:00:00.000000"],
])("%s: %s", async (timeForm, count, moment) => {
  const sql = assign(value("integer", "n", true), { type: timestamptz, timeForm }, "integer");
  expect(await generated("bigint", "timestamptz", sql, [count])).toEqual([moment]);
});

test("nanoseconds, which PostgreSQL has none of, are refused; a text of digits stays a text where the affinity is BLOB", () => {
  const count = value("integer", "n", true);
  expect(() => assign(count, { type: timestamptz, timeForm: "epoch nanoseconds" }, "integer")).toThrow(Untranslatable);
  const digits = value("text", "t", true, { integerSql: "n" });
  const bigint = { type: { kind: "bigint" } as const, timeForm: null };
  expect(assign(digits, bigint, "integer")).toBe("n");
  expect(() => assign(digits, bigint, "blob", "c")).toThrow("it writes a text into c, which is bigint");
});

test("a real that a NUMERIC affinity makes an integer is all of that integer", async () => {
  const type = { kind: "numeric", precision: null, scale: null } as const;
  const sql = assign(value("real", "n", true), { type, timeForm: null }, "numeric");
  expect(
    await generated("double precision", "numeric", sql, ["0.1", "9007199254740994", "9223372036854774784"]),
  ).toEqual(["0.1", "9007199254740994", "9223372036854774784"]);
});
