/** Tables of every type, and their content read in both ways of the source's side. */
import type { TablePlan, TargetType } from "../../../migration/model";
import { SetAside } from "../../../migration/set-aside";
import { cellReader } from "../../../migration/verify/cell";
import { type Content, sourceContent } from "../../../migration/verify/content";
import { Source } from "../../../migration/verify/source";
import type { Cell } from "../../../migration/verify/value";
import type { seededRandom } from "../../../samples/random";

/** As if it had many rows: different values are not counted, and SQLite puts batches together. */
const large = (table: TablePlan): TablePlan => ({ ...table, rowCount: "1000000" });
const withoutDistinct = ({ aggregates, ...content }: Content) => ({
  ...content,
  aggregates: aggregates.map((aggregate) => ({ ...aggregate, distinct: null })),
});

/** Whether a target could hold every value: the bytes of one that it cannot are another's in each way. */
function fits(source: Source, table: TablePlan): boolean {
  const reads = table.columns.map(cellReader);
  const wrong = (cell: Cell) => cell?.includes("\0") === true;
  return ![...source.rows(table)].flat().some((row) => reads.some((read, i) => wrong(read(row[i] ?? null))));
}

export async function bothWays(path: string, table: TablePlan) {
  const source = new Source(path, new SetAside());
  try {
    const exact = await sourceContent(null, source, { ...table, rowCount: "1" }, () => {});
    const batched = await sourceContent(null, source, large(table), () => {});
    const hashed = await sourceContent(null, source, large(table), () => {}, true);
    return {
      exact: withoutDistinct(exact),
      batched: withoutDistinct(batched),
      distinct: [exact, hashed].map(({ aggregates }) => aggregates.map(({ distinct }) => distinct)),
      inBatches: source.batches(table) !== null,
      fits: fits(source, table),
    };
  } finally {
    source.close();
  }
}

export const scalars: [TargetType, (random: ReturnType<typeof seededRandom>) => unknown][] = [
  [{ kind: "bigint" }, (random) => random.int64()],
  [{ kind: "integer" }, (random) => random.one([0, -1, 2147483647, -2147483648, random.below(1e6)])],
  [{ kind: "smallint" }, (random) => random.one([0, -1, 32767, -32768])],
  [{ kind: "boolean" }, (random) => random.one([0, 1, "t", "false", 1])],
  [{ kind: "double precision" }, (random) => random.one([random.float(), -0, 1e300, 5, -1 / 0, 1 / 0, random.unit()])],
  [{ kind: "real" }, (random) => random.one([0.5, -0, 16777216, random.unit()])],
  [
    { kind: "numeric", precision: null, scale: null },
    (random) => random.one([random.int64(), 0.1, 1e21, -2.5e-7, 3, -0]),
  ],
  [
    { kind: "text" },
    (random) => random.one(["", "é", "a,b:c", "1:x", "x".repeat(200), "y".repeat(20_000), "\u{1F5C4}"]),
  ],
  [{ kind: "varchar", length: 40 }, (random) => random.one(["", " x ", "\n", "NULL"])],
  [{ kind: "char", length: 5 }, (random) => random.one(["a", "a  ", "", "abcde"])],
  [
    { kind: "bytea" },
    (random) => random.one([Buffer.alloc(0), random.bytes(30), Buffer.alloc(20_000, 7), Buffer.from("1,2:3")]),
  ],
  [{ kind: "uuid" }, () => "0f8fad5b-d9cb-469f-a165-708677289501"],
  [{ kind: "json" }, (random) => random.one(['{"b": 1.0, "a": [1,  2]}', "[]", '"x"'])],
  [{ kind: "jsonb" }, (random) => random.one(['{"b": 1.0, "a": [1,  2], "b": 2}', "[]", '"x"', "1e3"])],
  [{ kind: "date" }, (random) => random.one(["2025-02-28", "0001-01-01", "9999-12-31", "infinity", "0000-03-01"])],
  [{ kind: "time" }, (random) => random.one(["23:59:59.999999", "00:00", "24:00:00"])],
  [
    { kind: "timestamp" },
    (random) =>
      random.one([
        "2025-02-28 01:02:03.5",
        "2024-02-29T23:59:59.000001",
        "1999-12-31 23:59:59.999999",
        "1799-12-31 23:59:59",
        "0000-03-01 00:00:00",
        "2025-01-01",
        "-infinity",
        "9999-12-31 23:59:59.123456",
      ]),
  ],
  [
    { kind: "timestamptz" },
    (random) => random.one(["2025-02-28 01:02:03+02:00", "2025-02-28 01:02:03.25Z", "1901-01-01 00:00:00", "infinity"]),
  ],
];

const column = (type: TargetType, i: number): TablePlan["columns"][number] => ({
  source: `c${i}`,
  target: `c${i}`,
  type,
  timeForm: ["date", "time", "timestamp", "timestamptz"].includes(type.kind) ? "text" : null,
  notNull: false,
  default: null,
  identity: false,
  reason: "",
  profile: null,
  ...({ collation: null, generated: null } as object),
});

export const planned = (types: TargetType[]): TablePlan =>
  ({
    source: "t",
    target: "t",
    columns: types.map(column),
    primaryKey: null,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    key: ["rowid"],
    shownKey: ["rowid"],
    identitySequence: null,
    nextIdentity: null,
    rowCount: "1000000",
  }) as unknown as TablePlan;
