import type { Check, TablePlan } from "../model";
import { counted, grouped } from "../report/text";
import { countingOf } from "./aggregates";
import { type Content, contentSql, sourceContent, targetContent } from "./content";
import { findDifferences } from "./differences";
import { check, type Finding } from "./snapshot";
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
    const digest = (side: Content) =>
      `${side.rows} rows, digest ${BigInt.asUintN(80, BigInt(side.digest)).toString(16)}`;
    const same = here.digest === there.digest && here.rows === there.rows;
    // The search compares every row by another hash of another form: where it finds nothing, the two sides are equal.
    const lines = same ? [] : await findDifferences({ client, source, schema, table });
    return {
      passed: lines.length === 0,
      source: digest(here),
      target: digest(there),
      sql: contentSql(schema, table, input.thorough === true),
      detail: same ? null : lines.length > 0 ? lines.join("\n") : "equal by the SHA-256 of every row",
    };
  });
  const sides = () => {
    if (read === undefined) throw new Error(content.detail ?? "the rows could not be read");
    return read;
  };
  return [
    await ask("row count", async () => compareCounts(input, source, table, sides())),
    content,
    await ask("NULLs", async () => compareNulls(table, sides())),
    await ask("ranges and lengths", async () => compareAggregates(table, sides(), input.thorough === true)),
  ];
}

async function bothSides(
  input: VerificationInput,
  source: Source,
  side: SourceSide,
  table: TablePlan,
): Promise<[Content, Content]> {
  const { client, schema } = input;
  const there = targetContent(client, schema, table, input.thorough);
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
  const here = await (side.content(table) ?? sourceContent(client, source, table, onRows, input.thorough));
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
  const total = ({ aggregates }: Content) =>
    `${aggregates.reduce((sum, { nulls }) => sum + BigInt(nulls), 0n)} in ${aggregates.length} columns`;
  const lines = differing(table, here, there, ["nulls"]);
  return { passed: lines.length === 0, source: total(here), target: total(there), detail: lines.join("\n") || null };
}

const words = {
  nulls: "",
  least: "the least value is ",
  greatest: "the greatest value is ",
  bytes: "the length of all values is ",
  longest: "the length of the longest value is ",
  distinct: "the number of different values is ",
};

function differing(table: TablePlan, here: Content, there: Content, names: (keyof typeof words)[]): string[] {
  return table.columns.flatMap(({ target }, i) =>
    names.flatMap((name) => {
      const [source, other] = [here.aggregates[i]?.[name] ?? "none", there.aggregates[i]?.[name] ?? "none"];
      return source === other ? [] : [`${target}: ${words[name]}${source} in the source, ${other} in the target`];
    }),
  );
}

/** The least and greatest values, the lengths of texts and bytes and, in small tables or where that is asked for, how many values differ. */
function compareAggregates(
  table: TablePlan,
  { here, there }: { here: Content; there: Content },
  thorough: boolean,
): Finding {
  const compared = ["least", "greatest", "bytes", "longest", "distinct"] as const;
  const lines = differing(table, here, there, [...compared]);
  const count = (side: Content) =>
    `${side.aggregates.reduce((sum, aggregate) => sum + compared.filter((name) => aggregate[name] !== null).length, 0)} values${countingOf(table, thorough) === "none" ? ", different ones not counted" : ""}`;
  return { passed: lines.length === 0, source: count(here), target: count(there), detail: lines.join("\n") || null };
}
