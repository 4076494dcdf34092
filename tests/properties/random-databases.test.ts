/**
 * Whatever a SQLite database holds comes over, is proved, and is the same to an eye that is not the product's. A run's number of databases is PGSTEAD_RANDOM_RUNS
 * (60 by default), its seed PGSTEAD_RANDOM_SEED; a failure prints both, and the SQL of the smallest database that shows it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MigrationFailed, migrate } from "../../migration/migrate";
import { connect, type PostgresTarget } from "../../support/postgres";
import { type TestServer, testServer } from "../support/postgres";
import { compare } from "./oracle";
import { makeDatabase, type RandomDatabase, randomDatabase } from "./random-database";

let server: TestServer;
let target: PostgresTarget;
let client: Client;
let folder: string;
beforeAll(async () => {
  server = await testServer();
  target = await server.createDatabase();
  client = await connect(target);
  await client.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET client_min_messages = 'warning'");
  folder = mkdtempSync(join(tmpdir(), "pgstead-random-"));
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const numRuns = Number(process.env.PGSTEAD_RANDOM_RUNS ?? 60);
const seed = Number(process.env.PGSTEAD_RANDOM_SEED ?? Date.now() % 2 ** 31);
const totals = { databases: 0, tables: 0, rows: 0, cells: 0, setAside: 0, equalKeys: 0 };

test(
  `random databases come over whole (seed ${seed}, ${numRuns} databases)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(randomDatabase, async (random) => {
        if ((await moveAndCompare(random, true)) !== "equal keys") return;
        // Two values that differ in SQLite may be one in PostgreSQL: the run sets all but one aside or says so, and without the constraint all comes over.
        totals.equalKeys++;
        expect(await moveAndCompare(random, false)).toBe("moved");
      }),
      { numRuns, seed, endOnFailure: true, interruptAfterTimeLimit: 30 * 60_000, markInterruptAsFailure: false },
    );
    console.log(`seed ${seed}: ${JSON.stringify(totals)}`);
    expect(totals.equalKeys).toBeLessThan(totals.databases / 4);
  },
  40 * 60_000,
);

let made = 0;

async function moveAndCompare(random: RandomDatabase, uniques: boolean): Promise<"moved" | "equal keys"> {
  const schema = `random_${++made}`;
  const source = join(folder, `${schema}.db`);
  const workFolder = join(folder, schema);
  const sql = makeDatabase(source, random, uniques);
  // SQLite itself refused every table.
  fc.pre(sql.length > 1);
  const explain = (what: string) => new Error(`${what}\n${sql.join(";\n")}`);
  try {
    const report = await migrate({ source, target, schema, workFolder, badRows: "skip" }).catch((error) => {
      if (error instanceof MigrationFailed) return error.report;
      throw explain(String(error));
    });
    if (uniques && /Rows that SQLite takes as different are equal here/.test(report.failure ?? "")) return "equal keys";
    if (report.status !== "verified") throw explain(String(report.failure));
    for (const table of report.tables) {
      const counted = BigInt(table.loadedRows) + BigInt(table.rejectedRows) === BigInt(table.sourceRows);
      if (!counted) throw explain(`The counts of ${table.source} do not add up: ${JSON.stringify(table)}`);
    }
    // All but the first of them are set aside.
    if (uniques && report.rejects.some(({ code }) => code === "23505")) return "equal keys";
    const tables = new Map(report.tables.map((table) => [table.source, table.target]));
    const { differences, cells, rows, unfit } = await compare(source, client, schema, tables);
    if (differences.length > 0) throw explain(differences.join("\n"));
    for (const table of report.tables)
      if (BigInt(table.rejectedRows) !== BigInt(unfit.get(table.source) ?? 0))
        throw explain(
          `${table.rejectedRows} rows of ${table.source} were set aside, not ${unfit.get(table.source) ?? 0}`,
        );
    totals.databases++;
    totals.tables += tables.size;
    totals.rows += rows;
    totals.cells += cells;
    totals.setAside += Number(report.totals.rejectedRows);
    return "moved";
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    rmSync(source, { force: true });
    rmSync(workFolder, { recursive: true, force: true });
  }
}
