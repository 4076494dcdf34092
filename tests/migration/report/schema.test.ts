import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MigrationFailed, migrate } from "../../../migration/migrate";
import type { MigrationReport } from "../../../migration/model";
import type { MigrationInput } from "../../../migration/options";
import { connect } from "../../../support/postgres";
import { type TestServer, testServer } from "../../support/postgres";
import { reportSchema, schemaPath } from "../../support/report-schema";
import { sqliteFile, temporaryFolder } from "../support";
import { sampleReport } from "./sample-report";

const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

function errors(report: unknown): string[] {
  validate(JSON.parse(JSON.stringify(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe("the report's JSON Schema", () => {
  it("is what migration/model.ts says; `npm run schema` writes it anew", () => {
    expect(schema).toEqual(JSON.parse(reportSchema()));
  });

  it("describes every field", () => {
    const bare: string[] = [];
    const look = (node: unknown, path: string) => {
      if (node === null || typeof node !== "object") return;
      for (const [key, value] of Object.entries(node)) {
        if (key === "properties")
          for (const [field, { description }] of Object.entries(value as Record<string, { description?: string }>))
            if (description === undefined) bare.push(`${path}.${field}`);
        look(value, ["properties", "$defs", "items"].includes(key) ? path : `${path}.${key}`);
      }
    };
    look(schema, "MigrationReport");
    expect(bare).toEqual([]);
  });

  it("refuses a field it does not know, one that is missing, and a number in place of a count's digits", () => {
    const { failure: _, ...rest } = sampleReport();
    expect(errors(sampleReport())).toEqual([]);
    expect(errors({ ...sampleReport(), more: 1 })).toEqual([" must NOT have additional properties"]);
    expect(errors(rest)).toEqual([" must have required property 'failure'"]);
    const [table] = sampleReport().tables;
    expect(errors(sampleReport({ tables: [{ ...table, loadedRows: 1 } as never] }))).toEqual([
      "/tables/0/loadedRows must be string",
    ]);
  });
});

describe("a real report", () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => server.stop());

  const script = `
    CREATE TABLE parents (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, at DATETIME DEFAULT CURRENT_TIMESTAMP, photo BLOB);
    CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id), amount DECIMAL(10,2));
    CREATE VIEW names AS SELECT name FROM parents;
    INSERT INTO parents VALUES (1, 'a', '2025-01-02 03:04:05', x'00ff'), (2, 'b', NULL, NULL);
    INSERT INTO children VALUES (1, 1, 1.5), (2, 2, NULL);`;
  const bad = `${script} INSERT INTO parents VALUES (3, CAST(x'610062' AS TEXT), NULL, NULL);`;

  async function run(sql: string, changes: Partial<MigrationInput>, targetSql?: string): Promise<MigrationReport> {
    const target = await server.createDatabase();
    if (targetSql !== undefined) {
      const client = await connect(target);
      await client.query(targetSql).finally(() => client.end());
    }
    const input = { source: sqliteFile(folder, sql), target, workFolder: join(folder, "runs"), ...changes };
    const report = await migrate(input).catch((error) => {
      if (error instanceof MigrationFailed) return error.report;
      throw error;
    });
    return JSON.parse(readFileSync(report.files.json, "utf8"));
  }

  it("that verified the migration is valid, and has each column's types with the reason, the keys and the phases", async () => {
    const report = await run(script, { compareQueries: [{ name: "all", sql: "SELECT id FROM parents ORDER BY id" }] });
    expect(errors(report)).toEqual([]);
    expect(report.status).toBe("verified");
    const [parents] = report.planned;
    expect(parents?.columns[1]).toMatchObject({ sourceType: "VARCHAR(20)", targetType: "varchar(20)", notNull: true });
    expect(parents?.columns[1]?.reason).not.toBe("");
    expect(parents?.columns[1]?.evidence?.storage).toMatchObject({ text: "2" });
    expect(report.planned.flatMap(({ keys }) => keys.map(({ sql }) => sql)).join("\n")).toMatch(
      /PRIMARY KEY[\s\S]*FOREIGN KEY/,
    );
    const phases = report.phases.map(({ name }) => name);
    for (const phase of ["loading the rows", "verifying"]) expect(phases).toContain(phase);
  });

  it("with rows set aside is valid", async () => {
    const report = await run(bad, { badRows: "skip" });
    expect(errors(report)).toEqual([]);
    expect([report.status, report.rejects.length]).toEqual(["verified", 1]);
  });

  it("of a failed run is valid, and has the plan of every table", async () => {
    const report = await run(bad, {});
    expect(errors(report)).toEqual([]);
    expect([report.status, report.planned.length]).toEqual(["failed", 2]);
  });

  it("of a run that was refused before it loaded anything is valid", async () => {
    const report = await run(script, {}, "CREATE TABLE parents (id int); INSERT INTO parents VALUES (1)");
    expect(errors(report)).toEqual([]);
    expect([report.status, report.tables.length, report.planned.length]).toEqual(["failed", 0, 2]);
  });

  it("of a run without verification is valid", async () => {
    const report = await run(script, { verification: "off" });
    expect(errors(report)).toEqual([]);
    expect(report.status).toBe("loaded");
  });

  it("of mode existing is valid", async () => {
    const report = await run(
      script,
      { mode: "existing" },
      `CREATE TABLE parents (id bigint PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, at timestamp, photo bytea);
       CREATE TABLE children (id bigint PRIMARY KEY, parent bigint REFERENCES parents (id), amount numeric(10,2))`,
    );
    expect(errors(report)).toEqual([]);
    expect([report.status, report.mode]).toEqual(["verified", "existing"]);
  });
});
