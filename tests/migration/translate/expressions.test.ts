/** Every translation is run on both sides, over the same rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "../../support/postgres";
import { type Both, bothSides, differences } from "./both";
import { columns, expression, row, table } from "./random-expression";

const rows = `
  (1, 5, 7, 1, 2.5, 0.1, 'abc', 'ABC', 9.99, '2024-01-31', '2024-01-31 10:20:30', 'x  ', x'616263', 3),
  (2, -5, 9223372036854775807, 0, -2.5, -0.0, 'Ärger', 'ärger', -3, '2024-02-29', '1999-12-31 23:59:59', 'x', x'', 0.25),
  (3, NULL, 0, NULL, NULL, 9e999, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 0, -9, 1, 9007199254740993.0, 1e300, '2023-02-30', 'a%b_c\\', 0, '0001-01-01', '1970-01-01 00:00:00', 'X ', x'00ff', -7)`;

let server: TestServer;
let folder: string;
let both: Both;
beforeAll(async () => {
  server = await testServer();
  folder = mkdtempSync(join(tmpdir(), "pgstead-both-"));
  both = await bothSides(server, folder, `${table} INSERT INTO t (id, ${columns.join(", ")}) VALUES ${rows};`);
});
afterAll(async () => {
  await both.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("an expression gives the same on both sides", () => {
  test.each([
    "i + j % 7",
    "printf('%d-%s', i, t)",
    "format('%s%%%i', i, b)",
    "printf('%05d|%5d|%-5d|%3d|%03d', i, i, i, j / 1000, j / 1000)",
    "printf('no place')",
    "printf('%4s|%-4s', i, i)",
    "format('ab''c\\n%s', CASE WHEN i > 0 THEN t END)",
    "i / 0",
    "j / 2 * 2",
    "-7 / 2",
    "-7 % 3",
    "i & 6 | 8",
    "1 << 40",
    "~i",
    "r * 2 / 4",
    "q - q",
    "r > i",
    "r = 9007199254740993",
    "n > 0 AND n < 10.5",
    "n = '9.99'",
    "i = '5'",
    "t = 5",
    "b",
    "b = 1",
    "b IN (0, 1)",
    "b + 1",
    "NOT i",
    "i IS NULL OR b",
    "i IS NOT 5",
    "i IS TRUE",
    "t < 'b'",
    "u = 'abc'",
    "u < 'B'",
    "t = u",
    "t = u COLLATE BINARY",
    "s = 'x'",
    "s IN ('x', 'y')",
    "t LIKE 'A%'",
    "t LIKE 'Ä%'",
    "u LIKE 'a\\%%'",
    "u LIKE 'a!%b!_%' ESCAPE '!'",
    "t NOT LIKE '%' || u || '%'",
    "t GLOB '[a-z]*'",
    "t GLOB '*[^0-9]'",
    "i GLOB '[0-9]'",
    "lower(t) || upper(t)",
    "length(t)",
    "length(bl)",
    "length(j)",
    "substr(t, 2)",
    "substr(t, -2)",
    "substr(t, -9, 8)",
    "substr(t, 0, 2)",
    "substr(t, 1, i)",
    "substr(t, instr(t, 'b') + 1, 1)",
    "substr(bl, 2)",
    "trim(s) || '|' || ltrim('  x ') || rtrim('xyx', 'x')",
    "replace(t, 'b', '')",
    "replace(t, '', NULL) || replace(u, u, t)",
    "instr(t, 'r')",
    "hex(t) || hex(bl) || hex(i)",
    "round(r)",
    "abs(i) + abs(r)",
    "coalesce(i, b, 3)",
    "ifnull(t, 'none')",
    "nullif(i, 5)",
    "nullif(i, '5') || nullif(t, 1.5) || nullif('1.5', 1.5)",
    "iif(i > 0, 'plus', 'minus')",
    "max(i, 3)",
    "min(t, 'b')",
    "max(r, i)",
    "typeof(i) || typeof(r) || typeof(t) || typeof(b) || typeof(bl) || typeof(n) || typeof(d)",
    "json_valid(t)",
    "json_array_length('[1, [2, 3]]') + json_array_length('{}') + json_array_length('1')",
    "json_array_length(iif(i > 0, '[5]', NULL))",
    "json_valid('{\"a\": [1, null]}')",
    "CASE WHEN i > 0 THEN 1 WHEN b THEN 2 ELSE 0.5 END",
    "CASE u WHEN 'abc' THEN 1 END",
    "i BETWEEN -5 AND '4'",
    "d BETWEEN '2000-01-01' AND '2024-02-01'",
    "d || ''",
    "n || '!'",
    "CAST(strftime('%Y', dt) AS INTEGER) + strftime('%m', d)",
    "strftime('%d', dt) - strftime('%j', dt) + strftime('%w', dt)",
    "CAST(strftime('%S', dt) AS INTEGER)",
    "CAST(r AS INTEGER)",
    "CAST(i AS TEXT) || CAST('12abc' AS INTEGER)",
    "CAST(t AS BLOB)",
    "date(d)",
    "date(dt, '+1 month')",
    "datetime(dt, 'start of month', '-1 day', 'weekday 0')",
    "time(dt)",
    "julianday(dt) - julianday(d)",
    "unixepoch(dt)",
    "strftime('%Y-%m-%dT%H:%M:%S', dt)",
    "strftime('%j %w %u %W %U %G %V %s', dt)",
    "datetime(i, 'unixepoch')",
    "'\\' || 'x''y'",
    "u = t",
  ])("%s", async (sql) => {
    const answer = await both.ask("t", sql);
    expect(answer.untranslatable).toBe(null);
    expect(differences(answer)).toEqual([]);
  });

  test.each([
    "count(*) || count(i) || count(DISTINCT u)",
    "sum(i)",
    "avg(i)",
    "total(i)",
    "max(t) || min(t)",
    "max(d)",
    "count(*) FILTER (WHERE i > 0)",
    "group_concat(t, '/' ORDER BY id DESC)",
  ])("%s", async (sql) => {
    const answer = await both.ask("t", sql, { aggregates: true });
    expect(answer.untranslatable).toBe(null);
    // An aggregate has one row, where `ask` orders by the key of each.
    expect(differences(answer)).toEqual([]);
  });
});

test.each<[string, RegExp]>([
  ["t + 1", /calculates with a text/],
  ["t = i", /compares a text with a number/],
  ["t > x'00'", /compares a text with a blob/],
  ["CAST(t AS INTEGER)", /digits that it begins with/],
  ["t", /^$/],
  ["r || ''", /real is used as text/],
  ["strftime('%f', dt)", /'%f'/],
  ["date('now')", /current time/],
  ["printf('%.2f', r)", /printf\(\) to decimals/],
  ["printf('%.3d', i)", /printf\(\) with %/],
  ["substr(t, -9223372036854775808)", /before the beginning/],
  ["json_extract('{}', '$.a')", /whose type each row decides/],
  ["'{}' ->> 'a'", /whose type each row decides/],
  ["round(r, 2)", /round\(\) to decimals/],
  ["printf('%s', r)", /neither text nor integer/],
  ["printf('%d', t)", /no integer/],
  ["printf('%5s', t)", /with %5s/],
  ["printf('')", /may be empty/],
  ["printf('%s%s', t, u)", /may be empty/],
  ["printf('%d')", /fewer values/],
  ["printf('%d', i, i)", /2 values for 1/],
  ["printf(t, i)", /no literal/],
  ["printf('%,d', i)", /with %/],
  ["random()", /another value each time/],
  ["date(dt, 'localtime')", /where the computer stands/],
  ["n * 2", /decimals/],
  ["(1, 2) = (3, 4)", /row value/],
  ["nowhere", /no column nowhere/],
  ["t REGEXP 'a'", /REGEXP, which only the application/],
  ["my_function(i)", /my_function\(\)/],
  ["sum(i)", /aggregate/],
  ["(SELECT 1)", /query/],
  ["t COLLATE german = 'a'", /application's own/],
  ["sum(r) OVER ()", /window/],
])("%s is refused with the reason %s", async (sql, reason) => {
  expect((await both.ask("t", sql)).untranslatable ?? "").toMatch(reason);
});

test("random expressions over random rows give the same, or are refused", async () => {
  const data = fc.sample(row, 20);
  const random = await bothSides(
    server,
    folder,
    `${table} INSERT INTO t (${columns.join(", ")}) VALUES ${data.join(", ")};`,
  );
  try {
    await fc.assert(
      fc.asyncProperty(expression, async (sql) => {
        const answer = await random.ask("t", sql).catch((error) => {
          // What SQLite itself does not compute.
          if (/integer overflow|too complex|parser stack/.test(String(error))) return null;
          throw error;
        });
        if (answer !== null)
          expect(differences(answer), `${answer.translated?.sql} over ${data.join(", ")}`).toEqual([]);
      }),
      { numRuns: 500 },
    );
  } finally {
    await random.close();
  }
}, 120_000);
