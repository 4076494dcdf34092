/** The source's side of the proof in a thread of its own, while the server computes the target's. */
import { messageOf } from "../../support/errors";
import { inThread, type Thread } from "../../support/thread";
import { Waiting } from "../../support/waiting";
import type { TablePlan } from "../model";
import { SetAside, type SetAsideRows } from "../set-aside";
import { type Content, sourceContent } from "./content";
import { type Join, joinColumns, nameOf, type Reference, referencesOf, sourceJoin } from "./foreign-keys";
import { Source } from "./source";

interface Input {
  /** The frozen copy, or any SQLite file that must hold the same rows. */
  sourcePath: string;
  rejects: SetAsideRows;
  tables: TablePlan[];
  /** Whether the different values of large tables are counted. */
  thorough: boolean;
}

type Told =
  | { table: string; rows: number }
  | { name: string; content: Content }
  | { name: string; join: Join }
  | { name: string; failed: string };

const contentName = (table: TablePlan) => `content ${table.target}`;
const joinName = (reference: Reference) => `join ${nameOf(reference)}`;

/** Types that only the server can read are left to the connection that asks it. */
const isRead = (columns: Pick<TablePlan["columns"][number], "type">[]) =>
  columns.every(({ type }) => type.kind !== "other");

/** What the source holds, join by join and table by table, as the thread gets on. */
export class SourceSide {
  readonly #thread: Thread<void>;
  readonly #contents = new Map<string, Waiting<Content>>();
  readonly #joins = new Map<string, Waiting<Join>>();
  /** Is told how many rows of a table have been read. */
  onRows: (table: string, rows: number) => void = () => {};

  /** Starts the thread. Call `end` in any case. */
  constructor(input: Input) {
    for (const table of input.tables) {
      if (isRead(table.columns)) this.#contents.set(contentName(table), new Waiting());
      for (const reference of referencesOf(input.tables, table))
        if (isRead(joinColumns(reference))) this.#joins.set(joinName(reference), new Waiting());
    }
    this.#thread = inThread<Input, void, Told>(__filename, "readSourceSide", input, (told) => {
      if ("table" in told) return this.onRows(told.table, told.rows);
      if ("content" in told) this.#contents.get(told.name)?.resolve(told.content);
      else if ("join" in told) this.#joins.get(told.name)?.resolve(told.join);
      else (this.#contents.get(told.name) ?? this.#joins.get(told.name))?.reject(new Error(told.failed));
    });
    this.#thread.result.catch((error) => {
      for (const waiting of [...this.#contents.values(), ...this.#joins.values()]) waiting.reject(error);
    });
  }

  /** The content of a table; null where it must be read with the server's help. */
  content(table: TablePlan): Promise<Content> | null {
    return this.#contents.get(contentName(table))?.promise ?? null;
  }

  /** The rows of a join; null where they must be read with the server's help. */
  join(reference: Reference): Promise<Join> | null {
    return this.#joins.get(joinName(reference))?.promise ?? null;
  }

  end(): Promise<void> {
    return this.#thread.end();
  }
}

const tellEvery = 1000;

/** What the thread does. */
export async function readSourceSide(
  { sourcePath, rejects, tables, thorough }: Input,
  tell: (told: Told) => void,
): Promise<void> {
  const source = new Source(sourcePath, new SetAside(rejects));
  try {
    // The joins first: what they tell of rows without a parent is asked with the first tables.
    for (const reference of tables.flatMap((table) => referencesOf(tables, table))) {
      if (!isRead(joinColumns(reference))) continue;
      const name = joinName(reference);
      await sourceJoin(null, source, reference).then(
        (join) => tell({ name, join }),
        (error) => tell({ name, failed: messageOf(error) }),
      );
    }
    for (const table of tables.filter(({ columns }) => isRead(columns))) {
      const name = contentName(table);
      let told = performance.now();
      const onRows = (rows: number) => {
        if (performance.now() - told < tellEvery) return;
        told = performance.now();
        tell({ table: table.target, rows });
      };
      await sourceContent(null, source, table, onRows, thorough).then(
        (content) => tell({ name, content }),
        (error) => tell({ name, failed: messageOf(error) }),
      );
    }
  } finally {
    source.close();
  }
}
