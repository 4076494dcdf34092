/** Comparisons of times that SQLite holds as texts: translated where all texts of a column look alike, and then the same on both sides. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shapeOf } from "../../../migration/source/moment-shapes";
import { type TestServer, testServer } from "../../support/postgres";
import { type Both, bothSides, differences } from "./both";

let server: TestServer;
let folder: string;
let both: Both;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-moments-"));
  both = await bothSides(
    server,
    folder,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a DATETIME, b DATETIME, z1 TIMESTAMP, z2 TIMESTAMP, other DATETIME, mixed DATETIME, aside DATETIME,
       day DATETIME, fine DATETIME, plain DATE, iso DATETIME, iso2 DATETIME,
       CHECK (length(a || b || z1 || z2 || other || mixed || fine || iso || iso2) > 0));
     INSERT INTO t VALUES
       (1, '2024-01-31 10:20:30', '2024-01-31 10:20:30', '2024-01-31T10:20:30.5Z', '2024-01-31T10:20:30.4Z', '2024-01-31T10:20:30', '2024-01-31 10:20:30', '2024-01-31 10:20:30', '2024-01-31', '2024-01-31 10:20:30.000', '2024-01-31', '2024-01-31 10:20:30', '2024-01-31 10:20:30.500000'),
       (2, '2024-01-31 00:00:00', '2024-02-01 00:00:00', '1999-12-31T23:59:59.9Z', '2024-01-31T10:20:30.4Z', '2023-01-31T10:20:30', '2024-01-31 10:20:30.5', '2024-01-31 10:20:30', '2024-02-01', '2024-01-31 10:20:29.999', '1970-01-01', '2024-01-31 00:00:00.000001', '2024-01-31 00:00:00'),
       (3, '1970-01-01 00:00:00', '0001-01-01 23:59:59', NULL, '9999-12-31T10:20:30.4Z', NULL, NULL, NULL, '0001-01-01', '0001-01-01 00:00:00.000', NULL, '1970-01-01 00:00:00.120000', '1970-01-01 00:00:00.120000'),
       (4, NULL, '9999-12-31 23:59:59', '2024-01-31T00:00:00.0Z', '2024-01-31T00:00:00.0Z', NULL, '2024-01-31T10:20:30', NULL, NULL, '9999-12-31 23:59:59.999', '9999-12-31', NULL, '9999-12-31 23:59:59');`,
  );
});
afterAll(async () => {
  await both.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const plain = ["a", "b", "'2024-01-31 00:00:00'", "'2024-01-31 10:20:30'", "'9999-12-31 23:59:59'"];
const days = ["'2024-01-31'", "'2024-02-01'", "'1970-01-01'"];
const zoned = ["z1", "z2", "'2024-01-31T10:20:30.5Z'"];
const pair = (of: string[], operators: string[]) =>
  fc
    .tuple(fc.constantFrom(...of), fc.constantFrom(...operators), fc.constantFrom(...of))
    .map(([x, op, y]) => `(${x} ${op} ${y})`);
const comparison = fc.oneof(
  pair(plain, ["=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT"]),
  pair(zoned, ["=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT"]),
  fc
    .tuple(fc.constantFrom("a", "b"), fc.constantFrom("<", "<=", ">", ">="), fc.constantFrom(...days), fc.boolean())
    .map(([x, op, day, turned]) => (turned ? `(${day} ${op} ${x})` : `(${x} ${op} ${day})`)),
  // Of several lengths, and made by functions.
  pair(
    [
      ...plain,
      "day",
      "fine",
      "iso",
      "iso2",
      "plain",
      "datetime(b)",
      "datetime(day, '+1 day')",
      "date(a)",
      ...days,
      "'2024-01-31 10:20:30.000'",
    ],
    ["=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT"],
  ),
  pair(["a", "other", "day", "'2024-01-31T00:00:00'"], ["=", "<", ">="]),
  pair(
    [
      "substr(a, 1, 7)",
      "substr(day, 1, 7)",
      "substr(fine, 12)",
      "other || ''",
      "fine || day",
      "iso || iso2",
      "substr(iso, 12)",
      "'2024-01'",
      "lower(other)",
    ],
    ["=", "<", ">="],
  ),
  fc
    .tuple(fc.constantFrom(...plain), fc.constantFrom(...plain), fc.constantFrom(...plain))
    .map(([x, y, z]) => `(${x} BETWEEN ${y} AND ${z})`),
  fc
    .tuple(fc.constantFrom("a", "b"), fc.subarray(plain, { minLength: 1 }))
    .map(([x, y]) => `(${x} IN (${y.join(", ")}))`),
);
const condition = fc
  .tuple(comparison, fc.constantFrom("AND", "OR"), comparison)
  .map(([x, op, y]) => `${x} ${op} NOT ${y}`);

describe("times as texts that all look alike", () => {
  test("random comparisons give the same on both sides, and all translate", async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (sql) => {
        const answer = await both.ask("t", sql);
        expect(answer.untranslatable, sql).toBeNull();
        expect(differences(answer), answer.translated?.sql).toEqual([]);
      }),
      { numRuns: 600 },
    );
  }, 120_000);

  test.each([
    ["a < mixed", "not all texts of one column look alike"],
    ["a < aside", "no SQL of the schema names the column, so that its texts were not looked at"],
    ["a < z1", "one has an offset"],
    ["z1 < '2024-01-31'", "a date has no offset"],
  ])("%s is refused: %s", async (sql) => {
    expect((await both.ask("t", sql)).untranslatable).not.toBeNull();
  });

  test("one kind of text that leaves out zeros is a shape, others are none", () => {
    const shapes = new Map(both.plan.tables[0]?.columns.map(({ source, profile }) => [source, profile?.shape]));
    expect(shapes.get("iso")).toEqual({ separator: " ", fraction: 6, suffix: "", omitsZeros: true });
    expect(shapes.get("day")).toEqual({ separator: "", fraction: 0, suffix: "" });
    for (const column of ["mixed", "aside"]) expect(shapes.get(column)).toBeUndefined();
  });

  test("a shape is told of a whole date and time alone", () => {
    expect(shapeOf("2024-01-31 10:20:30")).toEqual({ separator: " ", fraction: 0, suffix: "" });
    expect(shapeOf("2024-01-31T10:20:30.123+02:00")).toEqual({ separator: "T", fraction: 3, suffix: "+02:00" });
    for (const text of ["2024-01-31", "2024-01-31 10:20", "2024-02-30 10:20:30", "2024-01-31 10:20:30.1234567", ""])
      expect(shapeOf(text)).toBeNull();
  });
});
