import fc from "fast-check";
import { expect, test } from "vitest";
import { digitsOf } from "../../../migration/plan/forms";
import { formOfNumber, isOrdinaryMoment, momentOfNumber, parseTemporal } from "../../../migration/plan/temporal";

test.each<[bigint | number | string, number, number]>([
  [0n, 0, 0],
  [0, 0, 0],
  [-0.5, 0, 1],
  [0.001, 0, 3],
  [123.45, 3, 2],
  [-123456789012345678n, 18, 0],
  [1e-7, 0, 7],
  [1.5e-7, 0, 8],
  [1e21, 22, 0],
  [1.25e300, 301, 0],
  ["10.50", 2, 2],
])("%s has %i digits before and %i after the point", (value, integer, fraction) =>
  expect(digitsOf(value)).toEqual({ integer, fraction }),
);

test.each([
  ["2024-02-29", "date", "2024-02-29"],
  ["1900-02-29", null, null],
  ["2000-02-29", "date", "2000-02-29"],
  ["0000-01-01", null, null],
  ["2024-13-01", null, null],
  ["2024-1-1", null, null],
  ["10:30", "time", "10:30:00"],
  ["23:59:60", null, null],
  ["2024-01-01T00:00:00.1200000", "date and time", "2024-01-01 00:00:00.12"],
  ["2024-01-01 00:00:00.1234561", null, null],
  ["2024-01-01 00:00:00z", "date and time with offset", "2024-01-01 00:00:00+00:00"],
  ["2024-01-01 00:00:00+0545", "date and time with offset", "2024-01-01 00:00:00+05:45"],
  ["2024-01-01 00:00:00+16", null, null],
  ["2024-01-01 00:00:00 UTC", null, null],
  [" 2024-01-01", null, null],
  ["2024-01-01\n", null, null],
])("%j is %s", (text, kind, iso) => expect(parseTemporal(text)).toEqual(kind === null ? null : { kind, text: iso }));

test("a number is a moment only where microseconds hold all of it", () => {
  expect(momentOfNumber(1700000000.123456, "epoch seconds")).toBe("2023-11-14 22:13:20.123456");
  expect(momentOfNumber(1700000000.1234567, "epoch seconds")).toBe(null);
  expect(momentOfNumber(-62135596800n, "epoch seconds")).toBe("0001-01-01 00:00:00");
  expect(momentOfNumber(-62135596801n, "epoch seconds")).toBe(null);
  expect(momentOfNumber(2460000.123, "julian day")).toBe("2023-02-24 14:57:07.2");
  expect(momentOfNumber(2460000.1234567, "julian day")).toBe(null);
  expect(formOfNumber(20240101n)).toBe(null);
});

test("what is taken as an ordinary moment at a glance is one when it is read completely", () => {
  const field = (...values: string[]) => fc.constantFrom(...values);
  const texts = fc
    .tuple(
      field("0000", "0001", "1999", "2024", "9999", "99999"),
      field("00", "01", "02", "12", "13"),
      field("00", "01", "28", "29", "31"),
      field(" ", "T"),
      field("00", "09", "19", "23", "24"),
      field("00", "59", "60"),
      field("00", "59", "60"),
      field("", ".", ".5", ".500", ".123456", ".1234567"),
      field("", "Z", "+00:00", " ", "\n"),
    )
    .map(([y, m, d, t, h, i, s, f, z]) => `${y}-${m}-${d}${t}${h}:${i}:${s}${f}${z}`);
  let ordinary = 0;
  fc.assert(
    fc.property(texts, (text) => {
      if (!isOrdinaryMoment(text)) return;
      ordinary++;
      const read = parseTemporal(text);
      expect(read?.kind).toBe("date and time");
      expect(read?.text).toBe(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
    }),
    { numRuns: 20_000 },
  );
  expect(ordinary).toBeGreaterThan(20);
});
