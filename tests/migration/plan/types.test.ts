import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { readDeclaration } from "../../../migration/plan/declaration";
import { typeSql } from "../../../migration/plan/type-sql";
import { decideType } from "../../../migration/plan/types";
import { readCatalog } from "../../../migration/source/catalog";
import { profileTable } from "../../../migration/source/profile";

/** The decision for a column of this declaration that holds these SQL values, as SQLite stores and counts them. */
function decide(declared: string, ...values: string[]) {
  const db = new Database(":memory:");
  db.defaultSafeIntegers(true);
  db.exec(`CREATE TABLE t(id INTEGER PRIMARY KEY, c ${declared})`);
  for (const value of values) db.exec(`INSERT INTO t(c) VALUES (${value})`);
  const [table] = readCatalog(db, { path: ":memory:" } as never).tables;
  const profile = table && profileTable(db, table).get("c");
  db.close();
  if (profile === undefined) throw new Error("no profile");
  return decideType(declared, profile);
}

const type = (declared: string, ...values: string[]) => {
  const decision = decide(declared, ...values);
  return (
    typeSql(decision.type) +
    (decision.timeForm === null || decision.timeForm === "text" ? "" : ` from ${decision.timeForm}`)
  );
};

const timestamp = "timestamp without time zone";
const timestamptz = "timestamp with time zone";

describe("a declaration whose values all agree", () => {
  test.each([
    ["INTEGER", ["1", "-9223372036854775808"], "bigint"],
    ["UNSIGNED BIG INT", ["1"], "bigint"],
    ["INT8", [], "bigint"],
    ["MEDIUMINT", ["NULL"], "bigint"],
    ["BOOLEAN", ["0", "1", "NULL"], "boolean"],
    ["bool", ["'t'", "'FALSE'", "1"], "boolean"],
    ["TINYINT(1)", ["1"], "boolean"],
    ["TINYINT(4)", ["1"], "bigint"],
    ["BIT", ["1", "0"], "boolean"],
    ["BIT(8)", ["1"], "bigint"],
    ["LONG", [], "bigint"],
    ["YEAR(4)", ["2024"], "bigint"],
    ["CURRENCY", ["4.5"], "numeric"],
    ["[decimal](18, 4)", ["1.25"], "numeric(18,4)"],
    ["[nvarchar](5)", ["'ab'"], "varchar(5)"],
    ["REAL", ["1.5"], "double precision"],
    ["double precision", ["1.5"], "double precision"],
    ["FLOAT", [], "double precision"],
    ["VARCHAR(5)", ["'héllo'"], "varchar(5)"],
    ["NVARCHAR(5)", ["'日本語🎉x'"], "varchar(5)"],
    ["CHAR(3)", ["'ab'"], "varchar(3)"],
    ["TEXT", ["'x'"], "text"],
    ["TEXT", ["'true'", "'false'"], "text"],
    ["CLOB", ["'x'"], "text"],
    ["DECIMAL(10,2)", ["99999999.99", "1"], "numeric(10,2)"],
    ["DECIMAL(5)", ["12345"], "numeric(5,0)"],
    ["NUMERIC", ["0.1", "1e300"], "numeric"],
    ["NUMBER", ["5"], "numeric"],
    ["BLOB", ["x'00ff'"], "bytea"],
    ["", ["x'00ff'"], "bytea"],
    ["", ["1"], "bigint"],
    ["", ["'x'"], "text"],
    ["", [], "text"],
    ["DATE", ["'2024-02-29'"], "date"],
    ["DATETIME", ["'2024-01-01 10:00:00.123456'", "'2024-01-01T10:00'", "'2024-01-01'"], timestamp],
    ["TIMESTAMP", ["'2024-01-01 10:00:00Z'", "'2024-01-01T10:00:00.5+05:30'"], timestamptz],
    ["TIMESTAMPTZ", [], timestamptz],
    ["TIME", ["'23:59:59.5'", "'10:00'"], "time without time zone"],
    ["UUID", ["'0190a6a2-7b5e-7c0e-8f00-000000000001'"], "uuid"],
    ["JSON", [`'{"a": 1}'`, "'5'", "'[]'"], "json"],
  ])("%s with %j is %s", (declared, values, expected) => expect(type(declared, ...values)).toBe(expected));
});

describe("a declaration that some values contradict is widened to what holds them all", () => {
  test.each([
    ["INTEGER", ["1", "'toto'"], "text"],
    ["INTEGER", ["1", "12.5"], "double precision"],
    ["INTEGER", ["9007199254740993", "12.5"], "numeric"],
    ["INTEGER", ["1", "x'ff'"], "bytea"],
    ["BOOLEAN", ["0", "2"], "bigint"],
    ["BOOLEAN", ["0", "'maybe'"], "text"],
    ["TINYINT(1)", ["5"], "bigint"],
    ["REAL", ["1.5", "'n/a'"], "text"],
    ["VARCHAR(3)", ["'abcd'"], "text"],
    ["TEXT", ["'x'", "x'616263'"], "text"],
    ["TEXT", ["'x'", "x'ff'"], "bytea"],
    ["BLOB", ["'only text'"], "text"],
    ["BLOB", ["'text'", "x'ff'"], "bytea"],
    ["DECIMAL(10,2)", ["1.005"], "numeric"],
    ["DECIMAL(4,2)", ["123.5"], "numeric"],
    ["DECIMAL(4,2)", ["'1,50'"], "text"],
    ["DATE", ["'2024-02-30'"], "text"],
    ["DATE", ["'2024-01-01'", "'2024-01-01 10:00:00'"], timestamp],
    ["DATETIME", ["'2024-01-01 10:00:00.1234567'"], "text"],
    ["DATETIME", ["'2024-01-01 10:00:00'", "'2024-01-01 10:00:00Z'"], "text"],
    ["DATETIME", ["'yesterday'"], "text"],
    ["DATETIME", ["'0000-00-00 00:00:00'"], "text"],
    ["TIME", ["'25:00'"], "text"],
    ["TIME", ["'2000-01-01 10:30:00'", "'2000-01-01 23:59:59.5'"], timestamp],
    ["BIT", ["2"], "bigint"],
    ["UUID", ["'0190A6A2-7B5E-7C0E-8F00-000000000001'"], "text"],
    ["JSON", ["'{broken'"], "text"],
  ])("%s with %j is %s", (declared, values, expected) => {
    const decision = decide(declared, ...values);
    expect(typeSql(decision.type)).toBe(expected);
    expect(decision.reason.length).toBeGreaterThan(20);
  });

  test("and says so, with rows that speak against it", () => {
    const decision = decide("BOOLEAN", "1", "'maybe'");
    expect(decision.widened).toBe(true);
    expect(decision.reason).toBe(
      "Declared BOOLEAN; not all values are 0, 1 or words for them, it holds 1 integer, 1 text (for example id 2: maybe).",
    );
  });
});

describe("numbers in a column of times", () => {
  test.each([
    ["seconds", ["1700000000", "1600000000"], `${timestamptz} from epoch seconds`],
    ["seconds with a fraction", ["1700000000.25", "1600000000"], `${timestamptz} from epoch seconds`],
    ["milliseconds", ["1700000000123", "1600000000000"], `${timestamptz} from epoch milliseconds`],
    ["microseconds", ["1700000000123456", "1600000000000000"], `${timestamptz} from epoch microseconds`],
    ["Julian days", ["julianday('2024-01-01 10:00:00.5')", "julianday('2020-01-01')"], `${timestamp} from julian day`],
    ["one value alone", ["1700000000"], "bigint"],
    ["the same value twice", ["1700000000", "1700000000"], "bigint"],
    ["two units", ["1700000000", "1700000000123"], "bigint"],
    ["zero for none", ["1700000000", "1600000000", "0"], "bigint"],
    ["years", ["2023", "2024"], "bigint"],
    ["finer than microseconds", ["1700000000.1234567", "1600000000.5"], "double precision"],
    ["numbers and texts", ["1700000000", "'2024-01-01'"], "text"],
  ])("%s: %j", (_, values, expected) => expect(type("DATETIME", ...values)).toBe(expected));

  test("stay numbers where the column is declared an integer", () =>
    expect(type("INTEGER", "1700000000", "1600000000")).toBe("bigint"));
});

test("type names are read whatever their case, spaces and parentheses", () => {
  expect(readDeclaration(" character  varying ( 20 ) ")).toEqual({ family: "text", length: 20, scale: null });
  expect(readDeclaration("decimal(10, 2) unsigned")).toEqual({ family: "decimal", length: 10, scale: 2 });
  expect(readDeclaration("INTEGER(11)").family).toBe("integer");
  expect(readDeclaration("timestamp without time zone").family).toBe("timestamp");
  expect(readDeclaration("byte[]").family).toBe("any");
});
