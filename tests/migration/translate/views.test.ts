/** Views, moved whole: each is made, compared by the migration, and compared here once more, row by row. */
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../migration/migrate";
import type { MigrationReport } from "../../../migration/model";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { sqliteFile, temporaryFolder } from "../support";
import { movedViews, shop, stayingViews } from "./view-samples";

let server: TestServer;
let report: MigrationReport;
let source: string;
let target: Awaited<ReturnType<TestServer["createDatabase"]>>;
const folder = temporaryFolder();

beforeAll(async () => {
  server = await testServer();
  const views = [...movedViews, ...stayingViews.map(([name, sql]) => [name, sql] as const)];
  source = sqliteFile(folder, `${shop};\n${views.map(([name, sql]) => `CREATE VIEW "${name}" AS ${sql};`).join("\n")}`);
  target = await server.createDatabase();
  report = await migrate({ source, target, workFolder: folder });
});
afterAll(() => server.stop());

const reasonOf = (name: string) => report.leftBehind.find((one) => one.kind === "view" && one.name === name)?.reason;

describe("a view that both databases certainly answer alike", () => {
  test.each(movedViews.map(([name, sql]) => ({ name, sql })))("$name", async ({ name }) => {
    expect(reasonOf(name)).toBeUndefined();
    expect(report.checks.find((check) => check.name === `view ${name}`)).toMatchObject({ status: "passed" });
    const db = new Database(source, { readonly: true });
    const statement = db.prepare(`SELECT * FROM "${name}"`);
    const names = statement.columns().map((column) => column.name);
    const here = statement.raw().all() as unknown[][];
    db.close();
    const client = await connect(target);
    try {
      const there = await client.query({
        text: `SELECT * FROM "${name}"`,
        rowMode: "array",
        types: { getTypeParser: () => String },
      });
      expect(there.fields.map((field) => field.name)).toEqual(names);
      const ordered = name.includes("in order");
      const form = (rows: unknown[][]) => {
        const texts = rows.map((row) => JSON.stringify(row.map(shown)));
        return ordered ? texts : texts.sort();
      };
      expect(form(there.rows)).toEqual(form(here));
      expect(here.length).toBeGreaterThan(0);
    } finally {
      await client.end();
    }
  });
});

/** One form for numbers, up to ten digits, booleans, bytes, and epoch seconds that became a timestamptz. */
function shown(value: unknown): unknown {
  if (value === null) return null;
  if (value === "t" || value === "f") return value === "t" ? "1" : "0";
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  const moment = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\+00$/.exec(String(value))?.[1];
  const number = moment === undefined ? Number(value) : Date.parse(`${moment}Z`) / 1000;
  return Number.isNaN(number) || value === "" ? value : String(Number(number.toPrecision(10)));
}

describe("a view that they might not answer alike stays behind, with the reason", () => {
  test.each(stayingViews.map(([name, , reason]) => ({ name, reason })))("$name", ({ name, reason }) => {
    expect(reasonOf(name)).toMatch(reason);
  });
});

test("views that are the same but for values which none of their rows has now are named in warnings", () => {
  const about = (start: string) => report.warnings.find((warning) => warning.startsWith(start));
  expect(about("Views that round to decimals: ")).toContain(
    "rounded to decimals, printed with decimals. A number in the middle between two",
  );
  expect(about("Views that take values out of JSON: ")).toContain("taken out of JSON");
});
