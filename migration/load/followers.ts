/**
 * In `existing` mode: rows that refer to one which the server refused, in their own table or in a circle of tables, so that they were loaded before it was
 * known. The target's foreign keys have no room for them: they are taken out again and set aside.
 */
import { escapeIdentifier } from "pg";
import { UserError } from "../../support/errors";
import type { MigrationPlan, TablePlan, TableReport } from "../model";
import { qualified } from "../plan/ddl";
import { counted } from "../report/text";
import { SetAside } from "../set-aside";
import { TableReader } from "../source/read";
import { type Reference, referencesOf, withParentIn } from "./orphans";
import { RowEncoder } from "./row-encoder";
import type { LoadContext } from "./table";

/** @param reports what the load said of each table; their counts are corrected */
export async function takeOutFollowers(
  context: LoadContext,
  plan: MigrationPlan,
  reports: TableReport[],
): Promise<void> {
  const references = plan.tables.flatMap((table) => referencesOf(plan, table));
  const taken = new Map<TablePlan, { inSource: number; inTarget: number }>();
  for (let before = -1; before !== context.run.setAside.count(); ) {
    before = context.run.setAside.count();
    for (const reference of references) {
      const rows = setAsideFollowers(context, reference);
      if (rows === 0) continue;
      const counts = taken.get(reference.table) ?? { inSource: 0, inTarget: 0 };
      taken.set(reference.table, { ...counts, inSource: counts.inSource + rows });
    }
  }
  // Those left in the target without a parent are these rows, whatever key names them there.
  for (let deleted = taken.size > 0; deleted; ) {
    deleted = false;
    for (const reference of references.filter(({ table }) => taken.has(table))) {
      const rows = await deleteWithoutParent(context, reference);
      const counts = taken.get(reference.table);
      if (counts !== undefined) counts.inTarget += rows;
      deleted ||= rows > 0;
    }
  }
  for (const [table, { inSource, inTarget }] of taken) {
    if (inSource !== inTarget)
      throw new UserError(
        `${counted(inSource, "row")} of ${table.source} refer to rows that were set aside, and ${inTarget} were found in the target without a parent.`,
        "SQLite and the target disagree about which keys are equal. Mend these rows in SQLite, then run again.",
      );
    const report = reports.find(({ target }) => target === table.target);
    if (report === undefined) continue;
    report.loadedRows = String(BigInt(report.loadedRows) - BigInt(inSource));
    report.rejectedRows = String(BigInt(report.rejectedRows) + BigInt(inSource));
  }
}

function setAsideFollowers({ db, run, encoding, batchSize }: LoadContext, reference: Reference): number {
  const { table, parent, key } = reference;
  const found = new SetAside();
  for (const row of withParentIn({ db }, reference, run.setAside))
    if (!run.setAside.has(table.source, row)) found.add(table.source, row);
  if (found.count() === 0) return 0;
  const reader = new TableReader(db, table);
  const encoder = new RowEncoder(table, reader, encoding);
  const why = {
    code: "23503",
    reason: `Its ${key.columns.join(", ")} refers to a row of ${parent.source} that was set aside.`,
  };
  let rows = 0;
  for (const batch of reader.batches(batchSize))
    for (const row of batch) {
      if (!found.has(table.source, reader.locator(row))) continue;
      rows++;
      run.reject(encoder.reject(row, why, null), encoder.exactly(row));
    }
  return rows;
}

async function deleteWithoutParent({ client, schema }: LoadContext, reference: Reference): Promise<number> {
  const { table, parent, key } = reference;
  const columns = key.columns.map(escapeIdentifier);
  const match = columns.map((column, i) => `p.${escapeIdentifier(key.referencedColumns[i] ?? "")} = c.${column}`);
  const { rowCount } = await client.query(
    `DELETE FROM ${qualified(schema, table.target)} AS c WHERE ${columns.map((column) => `c.${column} IS NOT NULL`).join(" AND ")}
       AND NOT EXISTS (SELECT FROM ${qualified(schema, parent.target)} AS p WHERE ${match.join(" AND ")})`,
  );
  return rowCount ?? 0;
}
