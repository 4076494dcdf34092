import { describe, expect, test } from "vitest";
import { typeSql } from "../../../migration/plan/type-sql";
import { readTypeWords, typeWords } from "../../../migration/plan/type-words";
import { defaultPolicies as policies, policyErrors } from "../../../migration/policies";

describe("the words for a type", () => {
  test.each([
    ["smallint", "smallint", null],
    ["  NUMERIC ( 12 , 2 ) ", "numeric(12,2)", null],
    ["decimal(5)", "numeric(5,0)", null],
    ["character varying(20)", "varchar(20)", null],
    ["varchar", "text", null],
    ["char", "char(1)", null],
    ["timestamp(3) with time zone", "timestamp(3) with time zone", "text"],
    ["timestamptz from epoch milliseconds", "timestamp with time zone", "epoch milliseconds"],
    ["timestamp from excel days", "timestamp without time zone", "excel days"],
    ["date from julian day", "date", "julian day"],
    ["citext", "citext", null],
  ])("%s", (words, sql, timeForm) => {
    const read = readTypeWords(words);
    expect([typeSql(read.type), read.timeForm]).toEqual([sql, timeForm]);
  });

  test.each([
    ["timestamp null for ''", { nullFor: [{ t: "text", v: "" }] }],
    [
      "TIMESTAMPTZ from epoch seconds  NULL FOR 0 , -1,'N/A, or none', 'it''s'",
      {
        timeForm: "epoch seconds",
        nullFor: [
          { t: "integer", v: "0" },
          { t: "integer", v: "-1" },
          { t: "text", v: "N/A, or none" },
          { t: "text", v: "it's" },
        ],
      },
    ],
    ["timestamp from dotnet ticks cut to microseconds", { timeForm: "dotnet ticks", cut: true }],
    ["time cut to microseconds null for 'null for'", { cut: true, nullFor: [{ t: "text", v: "null for" }] }],
  ])("%s", (words, expected) => {
    const read = readTypeWords(words);
    expect(read).toMatchObject(expected);
    expect(readTypeWords(typeWords(read))).toEqual(read);
  });

  test.each([
    ["timestamp null for", /one of the types/],
    ["timestamp null for ", /one of the types/],
    ["timestamp null for x", /null for '…'/],
    ["timestamp null for 'a' 'b'", /null for '…'/],
    ["timestamp null for 1.5", /null for '…'/],
    ["date cut to microseconds", /time, timestamp, timestamptz cut/],
    ["number", /one of the types boolean, /],
    ["text(5)", /without a length/],
    ["varchar(0)", /a length from 1/],
    ["numeric(3,4)", /a scale from 0 to the precision/],
    ["timestamp(7)", /a precision from 0 to 6/],
    ["timestamptz from epoch", /one of the forms of time text, epoch seconds/],
    ["bigint from epoch seconds", /with a form of time/],
    ["text; DROP TABLE t", /one of the types/],
  ])("%s is refused", (words, accepted) => expect(() => readTypeWords(words)).toThrow(accepted));
});

test("every wrong policy is told at once", () => {
  const errors = policyErrors({
    ...policies,
    types: { a: "number", "t.b": "text", c: "varchar(x)" },
    mixed: "no" as never,
  });
  expect(errors.map(({ policy, problem }) => `${policy} ${problem}`)).toEqual([
    'types has "number" for a',
    'types has "varchar(x)" for c',
    "mixed is 'no'",
  ]);
});
