/** Days and times of day, read from a text's bytes. */
import { expect, test } from "vitest";
import { clockOfBytes, dayOfBytes } from "../../../migration/source/moments";

const from2000 = Date.UTC(2000, 0, 1);
const dayMilliseconds = 86_400_000;

function day(text: string): number {
  return dayOfBytes(Buffer.from(`x${text}`), 1);
}

function clock(text: string): number {
  return clockOfBytes(Buffer.from(`x${text}`), 1, text.length);
}

function* withOneWrongSign(ordinary: string): Generator<string> {
  for (let at = 0; at < ordinary.length; at++)
    for (const sign of " /:-.+aT\u0000é٣")
      if (sign !== ordinary[at]) yield ordinary.slice(0, at) + sign + ordinary.slice(at + 1);
}

test("every day of ordinary years, and of those at the ends of the calendar, is counted from 2000", () => {
  const ranges = [
    [1, 5],
    [1895, 2160],
    [9996, 9999],
  ] as const;
  for (const [first, last] of ranges) {
    const date = new Date(0);
    date.setUTCFullYear(first, 0, 1);
    for (; date.getUTCFullYear() <= last; date.setUTCDate(date.getUTCDate() + 1)) {
      const text = date.toISOString().replace(/^\+00/, "").slice(0, 10);
      if (day(text) !== (date.getTime() - from2000) / dayMilliseconds) throw new Error(`${text} is ${day(text)}`);
    }
  }
});

test.each([
  "1900-02-29",
  "2023-02-29",
  "2100-02-29",
  "2024-02-30",
  "2024-04-31",
  "2155-13-01",
  "1750-02-29",
  "9999-11-31",
])("%s does not exist", (text) => expect(day(text)).toBeNaN());

test("what is no ordinary text of a day is not read as one", () => {
  for (const text of withOneWrongSign("2024-05-06"))
    if (!Number.isNaN(day(text))) throw new Error(`${text} is ${day(text)}`);
  for (const text of ["0000-01-01", "2024-00-10", "2024-10-00", "2024-1-001", "-024-01-01", ""])
    expect(day(text)).toBeNaN();
});

test("every second of a day, and the digits after it, are read", () => {
  for (let second = 0; second < 86_400; second++) {
    const text = new Date(second * 1000).toISOString().slice(11, 19);
    if (clock(text) !== second * 1_000_000) throw new Error(`${text} is ${clock(text)}`);
  }
  expect(clock("01:02:03.5")).toBe(3_723_500_000);
  expect(clock("01:02:03.000007")).toBe(3_723_000_007);
});

test("what is no ordinary time of day is not read as one", () => {
  for (const text of withOneWrongSign("12:34:56.789"))
    if (!Number.isNaN(clock(text))) throw new Error(`${text} is ${clock(text)}`);
  for (const text of ["24:00:00", "23:60:00", "23:59:60", "1:02:03", "01:02", "01:02:03.", "01:02:03.1234567"])
    expect(clock(text)).toBeNaN();
});
