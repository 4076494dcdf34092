/** Rows that a run set aside, loaded after they, or the target's tables, were mended. */
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Client, DatabaseError } from "pg";
import { UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";
import { refusePooler } from "../../support/pooler";
import { connect, type PostgresTarget } from "../../support/postgres";
import { columnOf, copyInto, isAboutRows } from "../load/copy";
import { CopyExchange } from "../load/copy-exchange";
import { lockSchema } from "../load/lock";
import { readTargetTables, type TargetTable } from "../load/target-tables";
import type { MigrationPlan, TablePlan } from "../model";
import type { RejectLine } from "../rejects-file";
import { advanceSequences, disableTriggers, lockTables } from "./around-loading";
import { loadCircles } from "./circles";
import { presentTable, type Refusal, RowFields, shown } from "./encode-row";
import { readPlanFile } from "./plan-file";
import { readRows } from "./read-rows";
import { checkRun, isRetried, makeRetried, recordRetried } from "./retried";

export interface RetryInput {
  /** The reject file, in the folder of its run. */
  rejects: string;
  target: PostgresTarget;
  /** Where the tables are, if no longer where the run put them. */
  schema?: string;
}

export interface RetriedTable {
  /** In the source. */
  source: string;
  /** In the target. */
  target: string;
  loaded: number;
  /** By an earlier retry. */
  alreadyLoaded: number;
  stillSetAside: number;
  /** The first of those. */
  reasons: { key: Record<string, string>; column: string | null; code: string; reason: string }[];
}

export interface RetryResult {
  /** The run that set the rows aside. */
  run: string;
  schema: string;
  tables: RetriedTable[];
  /** The file of the rows that are still set aside; null where none is. */
  rejects: string | null;
}

const shownReasons = 5;
const foreignKeyViolation = "23503";

/**
 * Loads the rows of a reject file, all in one transaction: rows that fit now go in, each once whatever the number of retries, and the others into a
 * new file, with their new reasons. The file given is never changed.
 *
 * @throws UserError for a file or plan that cannot be read, a database that the run did not load, or tables that are in use; nothing is changed then
 */
export async function retryRejects(
  { rejects, target, schema: given }: RetryInput,
  onProgress: (line: string) => void = () => {},
): Promise<RetryResult> {
  const { run, plan } = readPlanFile(rejects);
  const rows = await readRows(rejects, plan);
  const schema = given ?? plan.schema;
  const client = await connect(target);
  try {
    await refusePooler(client, target);
    await client.query(
      "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; SET idle_session_timeout TO 0",
    );
    await lockSchema(client, schema);
    await checkRun(client, run, schema, plan.tables);
    await client.query("BEGIN");
    const retry = new Retry(client, run, plan, schema, onProgress);
    let file: string | null = null;
    try {
      const tables = await retry.load(rows);
      if (retry.left.length > 0) file = writeLeft(rejects, retry.left);
      await client.query("COMMIT");
      return { run, schema, tables, rejects: file };
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      if (file !== null) rmSync(file, { force: true });
      throw error;
    }
  } finally {
    await client.end().catch(() => {});
  }
}

/** The rows that are still set aside, in a new file beside the old one. */
function writeLeft(rejects: string, lines: RejectLine[]): string {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "_");
  const path = (n: number) => join(dirname(rejects), `rejects.retry-${stamp}${n === 0 ? "" : `-${n}`}.jsonl`);
  let n = 0;
  while (existsSync(path(n))) n++;
  writeFileAtomic(path(n), lines.map((line) => `${JSON.stringify(line)}\n`).join(""), 0o600);
  return path(n);
}

/** One table's part of the file. */
interface Part {
  /** With the target's present types. */
  table: TablePlan;
  target: TargetTable;
  fields: RowFields;
  /** Not loaded yet. */
  waiting: RejectLine[];
  refusals: Map<RejectLine, Refusal>;
  report: RetriedTable;
}

class Retry {
  /** What is still set aside, with its new reasons. */
  readonly left: RejectLine[] = [];

  constructor(
    readonly client: Client,
    readonly run: string,
    readonly plan: MigrationPlan,
    readonly schema: string,
    readonly onProgress: (line: string) => void,
  ) {}

  async load(rows: Map<string, RejectLine[]>): Promise<RetriedTable[]> {
    const { client, plan, schema } = this;
    await makeRetried(client);
    const parts = await this.#parts(rows);
    await lockTables(client, schema, parts);
    // What waits for the commit could only fail all rows at once.
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    const disabled = await disableTriggers(client, schema, plan, parts);
    for (const part of parts) await this.#leaveOutLoaded(part);
    // A row may refer to another that comes later.
    for (let before = -1; before !== loadedRows(parts); ) {
      before = loadedRows(parts);
      for (const part of parts) await this.#pass(part);
      await this.#circles(parts);
    }
    for (const part of parts) {
      if (part.report.loaded > 0) await advanceSequences(client, schema, part);
      this.#setAside(part);
    }
    for (const sql of disabled) await client.query(sql);
    return plan.tables.flatMap(({ source }) =>
      parts.flatMap(({ report }) => (report.source === source ? [report] : [])),
    );
  }

  /** In the order of loading. */
  async #parts(rows: Map<string, RejectLine[]>): Promise<Part[]> {
    const targets = await readTargetTables(this.client, this.schema);
    return this.plan.tables.flatMap((planned) => {
      const waiting = rows.get(planned.source);
      if (waiting === undefined) return [];
      const target = targets.find(({ name }) => name === planned.target);
      const gone = planned.columns.find(
        (column) => column.generated === undefined && !target?.columns.some(({ name }) => name === column.target),
      );
      if (target === undefined || gone !== undefined)
        throw new UserError(
          target === undefined
            ? `The schema ${this.schema} has no table ${planned.target}.`
            : `The table ${planned.target} has no column ${gone?.target} any more.`,
          "Nothing was changed. The rows can only be loaded into the tables that the run made or filled.",
        );
      const table = presentTable(planned, target);
      const fields = new RowFields(table, this.plan.source.encoding);
      const report = {
        source: planned.source,
        target: planned.target,
        loaded: 0,
        alreadyLoaded: 0,
        stillSetAside: 0,
        reasons: [],
      };
      return [{ table, target, fields, waiting, refusals: new Map(), report }];
    });
  }

  async #leaveOutLoaded(part: Part): Promise<void> {
    const waiting: RejectLine[] = [];
    for (const line of part.waiting)
      if (await isRetried(this.client, this.run, line, this.plan.source.encoding)) part.report.alreadyLoaded++;
      else waiting.push(line);
    part.waiting = waiting;
  }

  async #pass(part: Part): Promise<void> {
    const left: RejectLine[] = [];
    for (const line of part.waiting) {
      const refusal = await this.#row(part, line);
      if (refusal === null) part.report.loaded++;
      else {
        part.refusals.set(line, refusal);
        left.push(line);
      }
    }
    part.waiting = left;
  }

  /** What was refused for want of a parent alone, all at once. */
  async #circles(parts: Part[]): Promise<void> {
    const circles = parts.flatMap(({ table, target, fields, waiting, refusals }) => {
      const rows = waiting.flatMap((line) => {
        const text = refusals.get(line)?.code === foreignKeyViolation ? fields.encode(line) : null;
        return typeof text === "string" ? [{ line, text }] : [];
      });
      return rows.length === 0 ? [] : [{ table, target, rows }];
    });
    const loaded = new Set(await loadCircles(this.client, this.schema, circles));
    for (const line of loaded) await recordRetried(this.client, this.run, line, this.plan.source.encoding);
    for (const part of parts) {
      const waiting = part.waiting.filter((line) => !loaded.has(line));
      part.report.loaded += part.waiting.length - waiting.length;
      part.waiting = waiting;
    }
  }

  /** Loads a row and records it, or does neither. @returns why not */
  async #row({ table, fields }: Part, line: RejectLine): Promise<Refusal | null> {
    const { client } = this;
    const encoded = fields.encode(line);
    if (typeof encoded !== "string") return encoded;
    await client.query("SAVEPOINT pgstead_retry");
    try {
      const exchange = new CopyExchange(copyInto(client, this.schema, table, true).sql, [Buffer.from(encoded)]);
      await client.query(exchange).done;
      if (exchange.rows === 1) {
        await recordRetried(client, this.run, line, this.plan.source.encoding);
        await client.query("RELEASE SAVEPOINT pgstead_retry");
        return null;
      }
      await client.query("ROLLBACK TO SAVEPOINT pgstead_retry");
      return { column: null, value: null, code: "not taken", reason: `A trigger of ${table.target} kept it out.` };
    } catch (error) {
      if (!(error instanceof DatabaseError) || !isAboutRows(error)) throw error;
      await client.query("ROLLBACK TO SAVEPOINT pgstead_retry");
      const column = table.columns.find(({ target }) => target === columnOf(error))?.source ?? null;
      const value = column === null ? undefined : line.row[column];
      const reason = error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
      return { column, value: value === undefined ? null : shown(value), code: error.code ?? "", reason };
    }
  }

  #setAside({ waiting, refusals, report }: Part): void {
    for (const line of waiting) {
      const why = refusals.get(line) ?? { column: null, value: null, code: "unknown", reason: "" };
      this.left.push({ ...line, ...why });
      if (report.reasons.length < shownReasons)
        report.reasons.push({ key: line.key, column: why.column, code: why.code, reason: why.reason });
    }
    report.stillSetAside = waiting.length;
    this.onProgress(`${report.target}: ${report.loaded} loaded, ${waiting.length} still set aside`);
  }
}

function loadedRows(parts: Part[]): number {
  return parts.reduce((sum, { report }) => sum + report.loaded, 0);
}
