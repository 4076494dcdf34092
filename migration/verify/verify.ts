import type { Client } from "pg";
import type {
  Check,
  CompareQuery,
  ForeignKeyPlan,
  MigrationPlan,
  MigrationReport,
  TablePlan,
  TableReport,
} from "../model";
import { counted } from "../report/text";
import type { SetAside } from "../set-aside";
import { compareColumns, compareTable } from "./columns";
import { compareDefinitions, type Definitions, plannedDefinitions } from "./definitions";
import { compareForeignKeys } from "./foreign-key-definitions";
import { compareJoin, compareOrphans, joinBothSides, nameOf, referencesOf, sourceJoin } from "./foreign-keys";
import { compareIdentity } from "./identity";
import { compareIndexes } from "./indexes";
import { notProved } from "./not-proved";
import { compareResults } from "./queries";
import { compareRows } from "./rows";
import { check, type Finding, withSnapshot } from "./snapshot";
import { Source } from "./source";
import { SourceSide } from "./source-side";
import { compareTrigger } from "./triggers";
import { ViewReader } from "./view-reader";
import { compareView, viewCheckName } from "./views";

export interface VerificationInput {
  /** The frozen copy, or any SQLite file that must hold the same rows. */
  sourcePath: string;
  client: Client;
  /** The schema that holds the tables: the staging schema before the swap, the final one later. */
  schema: string;
  plan: MigrationPlan;
  /** Rows that were set aside, and so are not looked for in the target. */
  rejects: SetAside;
  /** What the load reported; empty when the verification runs alone. */
  loaded: TableReport[];
  compareQueries: CompareQuery[];
  /** Whether the triggers are looked at too: they are made when everything else has been compared. */
  triggers?: boolean;
  /** The source's side where it was started before, of the same file, tables and rows set aside. It is ended in any case. */
  sourceSide?: SourceSide;
  /** How long the proof of one view may take on each side. */
  viewSeconds?: number;
  /** Whether the different values of large tables are counted too. */
  thorough?: boolean;
  onProgress: (line: string) => void;
}

export interface Verification {
  checks: Check[];
  queries: MigrationReport["queries"];
  notProved: string[];
}

/**
 * Compares the source with the target, independently of what loaded it: objects, counts, every cell of every row, NULLs, ranges,
 * foreign keys, joins and the user's queries. Reads only, on one unchanging view of each side. A check that could not be made is
 * `not done`; that, as a failed one, means that the migration is not proved.
 *
 * @throws only when one side cannot be read at all
 */
export async function verifyMigration(input: VerificationInput): Promise<Verification> {
  const { sourcePath, rejects, plan } = input;
  const side =
    input.sourceSide ??
    new SourceSide({ sourcePath, rejects: rejects.rows, tables: plan.tables, thorough: input.thorough === true });
  let source: Source | null = null;
  try {
    source = new Source(sourcePath, rejects);
    return await verifyBoth(input, source, side);
  } finally {
    source?.close();
    await side.end();
  }
}

async function verifyBoth(input: VerificationInput, source: Source, side: SourceSide): Promise<Verification> {
  const { client, schema, plan } = input;
  const definitions = await plannedDefinitions(client, plan);
  return await withSnapshot(client, schema, async () => {
    const checks: Check[] = [await check(client, "connection", null, () => versions(input, source))];
    for (const [i, table] of plan.tables.entries()) {
      const made = await verifyTable(input, source, side, table, definitions);
      checks.push(...made);
      const bad = made.filter(({ status }) => status !== "passed");
      const verdict = bad.length === 0 ? "verified" : bad.map(({ name, status }) => `${name} ${status}`).join(", ");
      input.onProgress(`${i + 1}/${plan.tables.length} ${table.target}: ${counted(table.rowCount, "row")}, ${verdict}`);
    }
    for (const reference of plan.tables.flatMap((table) => referencesOf(plan.tables, table))) {
      const name = nameOf(reference);
      const table = reference.child.target;
      const joins = once(() => joinBothSides(client, source, schema, reference, side));
      checks.push(
        await check(client, `orphans ${name}`, table, async () => compareOrphans(reference, await joins())),
        await check(client, `join ${name}`, table, async () => compareJoin(reference, await joins())),
      );
    }
    checks.push(...(await verifyViews(input)));
    if (input.triggers === true)
      for (const trigger of plan.triggers)
        checks.push(
          await check(client, `trigger ${trigger.target}`, trigger.table, () =>
            compareTrigger(client, schema, trigger),
          ),
        );
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
    return { checks, queries, notProved: [...notProved(plan, input.rejects), ...namesOnly(definitions)] };
  });
}

/** No view may hold up a run for longer, on either side. */
const viewSeconds = 120;

async function verifyViews(input: VerificationInput): Promise<Check[]> {
  const { client, schema, plan, rejects, sourcePath } = input;
  const { tables, views } = plan;
  const reader = new ViewReader({ sourcePath, rejects: rejects.rows, tables, views }, input.viewSeconds ?? viewSeconds);
  try {
    const checks: Check[] = [];
    for (const view of views)
      checks.push(await check(client, viewCheckName(view), null, () => compareView(client, reader, schema, view)));
    return checks;
  } finally {
    reader.end();
  }
}

function namesOnly(definitions: Definitions): string[] {
  return definitions instanceof Map
    ? []
    : [`CHECKs, expressions of indexes and generated columns were compared by name only: ${definitions.reason}.`];
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
    detail:
      number < 160000
        ? "The proof needs PostgreSQL 16 or newer."
        : encoding !== "UTF8"
          ? "The target's encoding must be UTF8."
          : plan.tables.length === 0
            ? "No table is planned: there is nothing to prove."
            : null,
  };
}

async function verifyTable(
  input: VerificationInput,
  source: Source,
  side: SourceSide,
  table: TablePlan,
  definitions: Definitions,
): Promise<Check[]> {
  const { client, schema, plan } = input;
  const ask = (name: string, compare: () => Promise<Finding>) => check(client, name, table.target, compare);
  const hasOrphans = async (key: ForeignKeyPlan) => {
    const reference = referencesOf(plan.tables, table).find((one) => one.key === key);
    if (reference === undefined) return false;
    return (await (side.join(reference) ?? sourceJoin(client, source, reference))).orphans !== "0";
  };
  const checks = [
    await ask("table", () => compareTable(client, schema, table)),
    await ask("columns", () => compareColumns(client, schema, plan, table)),
    await ask("keys and indexes", () => compareIndexes(client, schema, plan, table)),
    await ask("foreign keys", () => compareForeignKeys(client, schema, plan, table, hasOrphans)),
  ];
  if (plan.mode === "create")
    checks.push(await ask("checks and expressions", () => compareDefinitions(client, schema, table, definitions)));
  for (const column of table.columns.filter(({ identity }) => identity))
    checks.push(await ask("identity", () => compareIdentity(client, schema, table, column)));
  return [...checks, ...(await compareRows(input, source, side, table))];
}

/** Several checks are made from one answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

/** The checks that are against the migration: failed, or not done. */
export function unproved(checks: Check[]): Check[] {
  return checks.filter(({ status }) => status !== "passed");
}
