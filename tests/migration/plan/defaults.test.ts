import { expect, test } from "vitest";
import type { TargetType } from "../../../migration/model";
import { translateDefault } from "../../../migration/plan/defaults";
import { Untranslatable } from "../../../migration/translate/scope";

const text: TargetType = { kind: "text" };
const bigint: TargetType = { kind: "bigint" };
const boolean: TargetType = { kind: "boolean" };
const timestamp: TargetType = { kind: "timestamp" };
/** Each type as SQLite would declare it: the affinity counts. */
const declarations: Partial<Record<TargetType["kind"], string>> = {
  text: "TEXT",
  varchar: "VARCHAR(5)",
  bigint: "INTEGER",
  boolean: "BOOLEAN",
  timestamp: "DATETIME",
  timestamptz: "DATETIME",
  date: "DATE",
  "double precision": "REAL",
  numeric: "DECIMAL",
};
const utc = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";

test.each<[string, TargetType, string | null | undefined]>([
  ["'abc'", text, "'abc'"],
  ["'it''s'", text, "'it''s'"],
  ["'back\\slash'", text, " E'back\\\\slash'"],
  ['""', text, "''"],
  ['"quoted"', text, "'quoted'"],
  ["5", text, "'5'"],
  ["1.50", text, undefined],
  ["'abcdef'", { kind: "varchar", length: 5 }, undefined],
  ["NULL", text, null],
  ["(NULL)", bigint, null],
  ["0", bigint, "0"],
  ["-1", bigint, "-1"],
  ["(( 42 ))", bigint, "42"],
  ["'7'", bigint, "7"],
  ["9223372036854775808", bigint, undefined],
  ["1.5", bigint, undefined],
  ["0", boolean, "false"],
  ["TRUE", boolean, "true"],
  ["'f'", boolean, "false"],
  ["2", boolean, undefined],
  ["-1.5e3", { kind: "double precision" }, "-1.5e3"],
  ["0.10", { kind: "numeric", precision: 10, scale: 2 }, "0.10"],
  ["x'00Ff'", { kind: "bytea" }, "'\\x00ff'::bytea"],
  ["CURRENT_TIMESTAMP", timestamp, utc],
  ["current_timestamp", { kind: "timestamptz" }, "CURRENT_TIMESTAMP"],
  ["(datetime('now'))", timestamp, utc],
  ["(datetime('now', 'localtime'))", timestamp, undefined],
  ["(strftime('%Y', 'now'))", text, `to_char(${utc}, 'YYYY')`],
  ["(strftime('%s', 'now'))", bigint, `floor(extract(epoch from ${utc}))::bigint`],
  ["(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", text, `to_char(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`],
  ["(datetime('now', '+7 days'))", timestamp, `(${utc} + '7 days'::interval)`],
  ["(unixepoch())", bigint, `floor(extract(epoch from ${utc}))::bigint`],
  ["(julianday('now', 'weekday 1', 'frobnicate'))", { kind: "double precision" }, undefined],
  ["CURRENT_TIMESTAMP", text, `to_char(${utc}, 'YYYY-MM-DD HH24:MI:SS')`],
  ["CURRENT_DATE", { kind: "date" }, `${utc}::date`],
  ["'2024-01-01 00:00'", timestamp, "'2024-01-01 00:00:00'"],
  ["'now'", timestamp, undefined],
  ["'{}'", { kind: "json" }, "'{}'::json"],
  ["(json_array())", { kind: "json" }, "'[]'::json"],
  ["(json_object())", text, "'{}'"],
  ["(JSON('[]'))", text, "'[]'"],
  ["(json('[1, 2]'))", text, undefined],
  ["(json_array(1))", text, undefined],
  ["'0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b'", { kind: "uuid" }, "'0b5ab4d1-37a9-4a0a-8ac8-6a5d6e7f8a9b'::uuid"],
  ["'0B5AB4D1-37A9-4A0A-8AC8-6A5D6E7F8A9B'", { kind: "uuid" }, undefined],
  ["(random())", timestamp, undefined],
  ["(1) + (2)", bigint, "(1::bigint + 2)"],
  ["'a' || 'b'", text, "('a'::text || 'b'::text)"],
  ["somewhere(1)", text, undefined],
  ['"true"', text, "'true'"],
])("DEFAULT %s in a column of %j is %j", (sql, type, expected) => {
  const translate = () => translateDefault(sql, { type, timeForm: null }, declarations[type.kind] ?? "");
  if (expected === undefined) expect(translate).toThrow(Untranslatable);
  else expect(translate()).toBe(expected);
});
