import { describe, expect, it } from "vitest";
import { formatMemory, GB, kB, MB, parseMemory, sameValue } from "../../server/units";

describe("memory sizes", () => {
  it.each([
    ["8GB", 8 * GB],
    ["512 MB", 512 * MB],
    ["1.5g", 1.5 * GB],
    ["64kB", 64 * kB],
    ["2TiB", 2048 * GB],
  ])("reads %s", (text, bytes) => expect(parseMemory(text)).toBe(bytes));

  it.each(["", "8", "GB", "-1GB", "8XB", "8GB more"])("refuses %j", (text) =>
    expect(() => parseMemory(text)).toThrow("amount of memory"),
  );

  it("writes the largest unit that is exact", () => {
    expect([2 * GB, 1536 * MB, 10280 * kB + 5, 0].map(formatMemory)).toEqual(["2GB", "1536MB", "10280kB", "0kB"]);
  });
});

describe("comparing a value with the running one", () => {
  const running = (setting: string, unit: string | null, vartype: string) => ({ setting, unit, vartype });
  it.each([
    ["256MB", running("32768", "8kB", "integer"), true],
    ["32768", running("32768", "8kB", "integer"), true],
    ["257MB", running("32768", "8kB", "integer"), false],
    ["1min", running("60", "s", "integer"), true],
    ["0.5h", running("1800000", "ms", "integer"), true],
    ["0.9", running("0.9", null, "real"), true],
    ["1.10", running("1.1", null, "real"), true],
    ["1.2", running("1.1", null, "real"), false],
    ["1s", running("1000", "ms", "real"), true],
    ["true", running("on", null, "bool"), true],
    ["1", running("on", null, "bool"), true],
    ["of", running("off", null, "bool"), true],
    ["o", running("off", null, "bool"), false],
    ["no", running("on", null, "bool"), false],
    ["16 MB", running("2048", "8kB", "integer"), true],
    ["16mb", running("2048", "8kB", "integer"), false],
    ["UTC", running("UTC", null, "string"), true],
    ["utc", running("UTC", null, "string"), false],
    ["%m ", running("%m", null, "string"), false],
  ])("%s against %o: %s", (written, actual, same) => expect(sameValue(written, actual)).toBe(same));
});
