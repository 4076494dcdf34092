import type { Client } from "pg";
import type {
  Check,
  CompareQuery,
  ForeignKeyPlan,
  MigrationPlan,
  MigrationReport,
  RejectedRow,
  TablePlan,
  TableReport,
} from "../model";
import { counted, grouped } from "../report/text";
import { type Content, contentSql, rangedColumns, sourceContent, targetContent } from "./content";
import { findDifferences } from "./differences";
import { compareJoin, compareOrphans, nameOf, referencesOf, sourceOrphans } from "./foreign-keys";
import { notProved } from "./not-proved";
import { compareColumns, compareForeignKeys, compareIdentity, compareIndexes, compareTable } from "./objects";
import { compareResults } from "./queries";
import { check, equal, type Finding, withSnapshot } from "./snapshot";
import { Source } from "./source";

export interface VerificationInput {
  /** The frozen copy, or any SQLite file that must hold the same rows. */
  sourcePath: string;
  client: Client;
  /** The schema that holds the tables: the staging schema before the swap, the final one later. */
  schema: string;
  plan: MigrationPlan;
  /** Rows that were set aside, and so are not looked for in the target. */
  rejects: RejectedRow[];
  /** What the load reported; empty when the verification runs alone. */
  loaded: TableReport[];
  compareQueries: CompareQuery[];
  onProgress: (line: string) => void;
}

export interface Verification {
  checks: Check[];
  queries: MigrationReport["queries"];
  notProved: string[];
}

/**
 * Compares the source with the target, independently of what loaded it: objects, counts, every cell of every row, NULLs, key ranges,
 * foreign keys, joins and the user's queries. Reads only, on one unchanging view of each side. A check that could not be made is
 * `not done`; that, as a failed one, means that the migration is not proved.
 *
 * @throws only when one side cannot be read at all
 */
export async function verifyMigration(input: VerificationInput): Promise<Verification> {
  const { client, schema, plan } = input;
  const source = new Source(input.sourcePath, input.rejects);
  try {
    return await withSnapshot(client, schema, async () => {
      const checks: Check[] = [await check(client, "connection", null, () => versions(input, source))];
      for (const [i, table] of plan.tables.entries()) {
        const made = await verifyTable(input, source, table);
        checks.push(...made);
        const bad = made.filter(({ status }) => status !== "passed");
        const verdict = bad.length === 0 ? "verified" : bad.map(({ name, status }) => `${name} ${status}`).join(", ");
        input.onProgress(
          `${i + 1}/${plan.tables.length} ${table.target}: ${counted(table.rowCount, "row")}, ${verdict}`,
        );
      }
      for (const reference of plan.tables.flatMap((table) => referencesOf(plan.tables, table))) {
        const name = nameOf(reference);
        const table = reference.child.target;
        checks.push(
          await check(client, `orphans ${name}`, table, () => compareOrphans(client, source, schema, reference)),
        );
        checks.push(await check(client, `join ${name}`, table, () => compareJoin(client, source, schema, reference)));
      }
      const queries: MigrationReport["queries"] = [];
      for (const query of input.compareQueries) {
        checks.push(
          await check(client, `query ${query.name}`, null, async () => {
            const { finding, result } = await compareResults(client, source, query);
            queries.push(result);
            return finding;
          }),
        );
      }
      return { checks, queries, notProved: notProved(plan, input.rejects) };
    });
  } finally {
    source.close();
  }
}

async function versions({ client, plan }: VerificationInput, source: Source): Promise<Finding> {
  const sql =
    "SELECT version(), current_setting('server_version_num')::int AS number, current_setting('server_encoding') AS encoding";
  const { rows } = await client.query<{ version: string; number: number; encoding: string }>(sql);
  const { version = "", number = 0, encoding = "" } = rows[0] ?? {};
  return {
    passed: number >= 160000 && encoding === "UTF8" && plan.tables.length > 0,
    source: `SQLite ${source.version}, ${plan.tables.length} tables`,
    target: `${version.split(" on ")[0]}, ${encoding}`,
    sql,
    detail: number >= 160000 ? null : "The proof needs PostgreSQL 16 or newer.",
  };
}

async function verifyTable(input: VerificationInput, source: Source, table: TablePlan): Promise<Check[]> {
  const { client, schema, plan } = input;
  const ask = (name: string, compare: () => Promise<Finding>) => check(client, name, table.target, compare);
  const hasOrphans = (key: ForeignKeyPlan) =>
    referencesOf(plan.tables, table).some(
      (reference) => reference.key === key && sourceOrphans(source, reference) !== "0",
    );
  const checks = [
    await ask("table", () => compareTable(client, schema, table)),
    await ask("columns", () => compareColumns(client, schema, plan, table)),
    await ask("keys and indexes", () => compareIndexes(client, schema, plan, table)),
    await ask("foreign keys", () => compareForeignKeys(client, schema, plan, table, hasOrphans)),
  ];
  for (const column of table.columns.filter(({ identity }) => identity))
    checks.push(await ask("identity", () => compareIdentity(client, schema, table, column)));
  return [...checks, ...(await verifyRows(input, source, table))];
}

/** One pass on each side at the same time; several checks are made from what it gives. */
async function verifyRows(input: VerificationInput, source: Source, table: TablePlan): Promise<Check[]> {
  const { client, schema } = input;
  const ask = (name: string, compare: () => Promise<Finding>) => check(client, name, table.target, compare);
  let read: { here: Content; there: Content } | undefined;
  const content = await ask("content", async () => {
    const [here, there] = await bothSides(input, source, table);
    read = { here, there };
    const digest = (side: Content) => `${side.rows} rows, digest ${BigInt(side.digest).toString(16).slice(-32)}`;
    const passed = here.digest === there.digest && here.rows === there.rows;
    const detail = passed ? null : (await findDifferences({ client, source, schema, table })).join("\n");
    return { passed, source: digest(here), target: digest(there), sql: contentSql(schema, table), detail };
  });
  const sides = () => {
    if (read === undefined) throw new Error(content.detail ?? "the rows could not be read");
    return read;
  };
  return [
    await ask("row count", async () => compareCounts(input, source, table, sides())),
    content,
    await ask("NULLs", async () => compareNulls(table, sides())),
    await ask("key range", async () => compareRanges(table, sides())),
  ];
}

async function bothSides(input: VerificationInput, source: Source, table: TablePlan): Promise<[Content, Content]> {
  const { client, schema } = input;
  const there = targetContent(client, schema, table);
  // A failure of the other side is told first; this one's is taken up where it is awaited.
  there.catch(() => {});
  let told = performance.now();
  const here = await sourceContent(client, source, table, (rows) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    input.onProgress(`${table.target}: ${grouped(rows)} of ${counted(table.rowCount, "row")} compared`);
  });
  return [here, await there];
}

function compareCounts(
  { loaded }: VerificationInput,
  source: Source,
  table: TablePlan,
  { here, there }: { here: Content; there: Content },
): Finding {
  const aside = source.rejectedRows(table);
  const all = source.tableRows(table);
  const report = loaded.find((entry) => entry.target === table.target);
  const adds = BigInt(all) === BigInt(there.rows) + BigInt(aside) && all === String(BigInt(here.rows) + BigInt(aside));
  const said = report === undefined || (report.loadedRows === there.rows && report.rejectedRows === String(aside));
  return {
    passed: adds && said,
    source: `${all} rows${aside === 0 ? "" : `, ${aside} of them set aside`}`,
    target: `${there.rows} rows`,
    sql: null,
    detail: !adds
      ? `${all} source rows are not ${there.rows} target rows and ${aside} set aside`
      : said
        ? null
        : `the load reported ${report.loadedRows} rows and ${report.rejectedRows} set aside`,
  };
}

function compareNulls(table: TablePlan, { here, there }: { here: Content; there: Content }): Finding {
  const total = (side: Content) =>
    `${side.nulls.reduce((sum, count) => sum + BigInt(count), 0n)} in ${side.nulls.length} columns`;
  const differing = table.columns.flatMap(({ target }, i) =>
    here.nulls[i] === there.nulls[i]
      ? []
      : [`${target}: ${here.nulls[i]} in the source, ${there.nulls[i]} in the target`],
  );
  return {
    passed: differing.length === 0,
    source: total(here),
    target: total(there),
    detail: differing.join("\n") || null,
  };
}

function compareRanges(table: TablePlan, { here, there }: { here: Content; there: Content }): Finding {
  const shown = (side: Content) =>
    rangedColumns(table)
      .map(
        (column, i) =>
          `${table.columns[column]?.target} ${(side.ranges[i] ?? []).map((end) => end ?? "none").join(" to ")}`,
      )
      .join(", ") || "no key with an order";
  return equal(shown(here), shown(there), null, "the least or the greatest key differs");
}

/** The checks that are against the migration: failed, or not done. */
export function unproved(checks: Check[]): Check[] {
  return checks.filter(({ status }) => status !== "passed");
}

/** One line on a check that is against the migration. */
export function describeCheck({ name, table, status, source, target, detail }: Check): string {
  const where = table === null ? name : `${table}: ${name}`;
  return status === "not done"
    ? `${where} could not be checked: ${detail}`
    : `${where} failed: ${detail ?? `${source} / ${target}`}`;
}
