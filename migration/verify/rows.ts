import type { Check, TablePlan } from "../model";
import { counted, grouped } from "../report/text";
import { type Content, contentSql, rangedColumns, sourceContent, targetContent } from "./content";
import { findDifferences } from "./differences";
import { check, equal, type Finding } from "./snapshot";
import type { Source } from "./source";
import type { SourceSide } from "./source-side";
import type { VerificationInput } from "./verify";

/** One pass on each side at the same time; several checks are made from what it gives. */
export async function compareRows(
  input: VerificationInput,
  source: Source,
  side: SourceSide,
  table: TablePlan,
): Promise<Check[]> {
  const { client, schema } = input;
  const ask = (name: string, compare: () => Promise<Finding>) => check(client, name, table.target, compare);
  let read: { here: Content; there: Content } | undefined;
  const content = await ask("content", async () => {
    const [here, there] = await bothSides(input, source, side, table);
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

async function bothSides(
  input: VerificationInput,
  source: Source,
  side: SourceSide,
  table: TablePlan,
): Promise<[Content, Content]> {
  const { client, schema } = input;
  const there = targetContent(client, schema, table);
  // A failure of the other side is told first; this one's is taken up where it is awaited.
  there.catch(() => {});
  let told = performance.now();
  const onRows = (rows: number) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    input.onProgress(`${table.target}: ${grouped(rows)} of ${counted(table.rowCount, "row")} compared`);
  };
  side.onRows = (of, rows) => {
    if (of === table.target) onRows(rows);
  };
  const here = await (side.content(table) ?? sourceContent(client, source, table, onRows));
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
