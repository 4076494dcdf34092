import { describe, expect, test } from "vitest";
import { encoderFor, Unfit } from "../../../migration/load/encode";
import type { ColumnPlan, TargetType, TimeForm } from "../../../migration/model";
import { isValidText } from "../../../migration/source/bad-text";
import type { SqliteValue } from "../../../migration/source/value";

function encode(type: TargetType, value: SqliteValue, timeForm: TimeForm | null = null): string {
  const column: ColumnPlan = {
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
  const field = encoderFor(column)(value);
  return field instanceof Unfit ? `unfit: ${field.code}` : field;
}

const bytes = (...values: number[]) => Buffer.from(values);

describe("what fits is written whole", () => {
  test.each<[TargetType, SqliteValue, string]>([
    [{ kind: "bigint" }, null, "\\N"],
    [{ kind: "bigint" }, -9223372036854775808n, "-9223372036854775808"],
    [{ kind: "bigint" }, 5.0, "5"],
    [{ kind: "double precision" }, 0.1, "0.1"],
    [{ kind: "double precision" }, -0, "-0"],
    [{ kind: "double precision" }, Number.POSITIVE_INFINITY, "Infinity"],
    [{ kind: "double precision" }, 5e-324, "5e-324"],
    [{ kind: "double precision" }, 1.7976931348623157e308, "1.7976931348623157e+308"],
    [{ kind: "double precision" }, 9007199254740992n, "9007199254740992"],
    [{ kind: "numeric", precision: 5, scale: 2 }, 999.99, "999.99"],
    [{ kind: "numeric", precision: 5, scale: 2 }, "1.100", "1.100"],
    [{ kind: "numeric", precision: null, scale: null }, 1e300, "1e+300"],
    [{ kind: "text" }, "a\tb\nc\\d\r", "a\\tb\\nc\\\\d\\r"],
    [{ kind: "text" }, "\\N", "\\\\N"],
    [{ kind: "text" }, 12n, "12"],
    [{ kind: "text" }, 12, "12.0"],
    [{ kind: "text" }, 0.1, "0.1"],
    [{ kind: "text" }, bytes(0xc3, 0xa9), "é"],
    [{ kind: "varchar", length: 2 }, "🎉é", "🎉é"],
    [{ kind: "bytea" }, bytes(0, 255, 92), "\\\\x00ff5c"],
    [{ kind: "bytea" }, "é", "\\\\xc3a9"],
    [{ kind: "boolean" }, 1n, "t"],
    [{ kind: "boolean" }, "No", "f"],
    [{ kind: "date" }, "2024-02-29", "2024-02-29"],
    [{ kind: "time" }, "10:00", "10:00:00"],
    [{ kind: "timestamp" }, "2024-01-01T10:00:00.120", "2024-01-01 10:00:00.12"],
    [{ kind: "timestamp" }, "2024-01-01 10:00:00.1234560", "2024-01-01 10:00:00.123456"],
    [{ kind: "timestamp" }, "2024-01-01T10:00:00Z", "2024-01-01 10:00:00"],
    [{ kind: "timestamptz" }, "2024-01-01 10:00 -0330", "2024-01-01 10:00:00-03:30"],
    [{ kind: "timestamptz" }, "2024-01-01 10:00", "2024-01-01 10:00:00+00:00"],
    [{ kind: "uuid" }, "0190A6A27B5E7C0E8F00000000000001", "0190a6a2-7b5e-7c0e-8f00-000000000001"],
    [{ kind: "json" }, '{"a":"b\\\\c"}', '{"a":"b\\\\\\\\c"}'],
    [{ kind: "real" }, 0.1, "0.1"],
  ])("%j %o", (type, value, expected) => expect(encode(type, value)).toBe(expected));
});

describe("what does not fit is refused, not changed", () => {
  test.each<[TargetType, SqliteValue, string]>([
    [{ kind: "smallint" }, 32768n, "out of range"],
    [{ kind: "integer" }, 2147483648n, "out of range"],
    [{ kind: "bigint" }, 12.5, "not an integer"],
    [{ kind: "bigint" }, 1e19, "out of range"],
    [{ kind: "bigint" }, "toto", "not an integer"],
    [{ kind: "double precision" }, 9007199254740993n, "out of range"],
    [{ kind: "real" }, 0.123456789, "out of range"],
    [{ kind: "numeric", precision: 5, scale: 2 }, 1.005, "would be rounded"],
    [{ kind: "numeric", precision: 5, scale: 2 }, 1000n, "out of range"],
    [{ kind: "numeric", precision: 5, scale: 2 }, Number.POSITIVE_INFINITY, "out of range"],
    [{ kind: "numeric", precision: null, scale: null }, "1,5", "not a number"],
    [{ kind: "text" }, "a\0b", "NUL in text"],
    [{ kind: "text" }, bytes(255), "bytes in text"],
    [{ kind: "varchar", length: 1 }, "ab", "too long"],
    [{ kind: "char", length: 4 }, "ab ", "would be changed"],
    [{ kind: "boolean" }, 2n, "invalid boolean"],
    [{ kind: "boolean" }, "maybe", "invalid boolean"],
    [{ kind: "date" }, "2023-02-29", "invalid time"],
    [{ kind: "date" }, "2024-01-01 10:00:00", "invalid time"],
    [{ kind: "timestamp" }, "2024-01-01 24:00:00", "invalid time"],
    [{ kind: "timestamp" }, "2024-01-01 10:00:00.1234567", "invalid time"],
    [{ kind: "timestamp" }, "2024-01-01 10:00:00+02:00", "invalid time"],
    [{ kind: "timestamp", precision: 3 }, "2024-01-01 10:00:00.1234", "would be rounded"],
    [{ kind: "timestamp" }, 1700000000n, "invalid time"],
    [{ kind: "uuid" }, "not-a-uuid", "invalid uuid"],
    [{ kind: "json" }, "{", "invalid json"],
    [{ kind: "jsonb" }, '"\\u0000"', "invalid json"],
  ])("%j %o", (type, value, code) => expect(encode(type, value)).toBe(`unfit: ${code}`));
});

test.each<[TimeForm, SqliteValue, string]>([
  ["epoch seconds", 1700000000n, "2023-11-14 22:13:20+00:00"],
  ["epoch seconds", 1700000000.25, "2023-11-14 22:13:20.25+00:00"],
  ["epoch milliseconds", -1n, "1969-12-31 23:59:59.999+00:00"],
  ["epoch microseconds", 1700000000123456n, "2023-11-14 22:13:20.123456+00:00"],
  ["julian day", 2440587.5, "1970-01-01 00:00:00+00:00"],
  ["epoch seconds", 9223372036854775807n, "unfit: invalid time"],
])("%s %o is a moment", (form, value, expected) => expect(encode({ kind: "timestamptz" }, value, form)).toBe(expected));

test("bytes are judged in the database's own encoding", () => {
  expect(isValidText(bytes(0xff), "UTF-8")).toBe(false);
  expect(isValidText(bytes(0xed, 0xa0, 0x80), "UTF-8")).toBe(false);
  expect(isValidText(bytes(0x3d, 0xd8, 0x00, 0xde), "UTF-16le")).toBe(true);
  expect(isValidText(bytes(0xd8, 0x3d), "UTF-16be")).toBe(false);
  expect(isValidText(bytes(0xd8, 0x3d, 0xde, 0x00), "UTF-16be")).toBe(true);
});
