/** Which tables are read from the file's pages, and the look at what they hold. */
import { messageOf } from "../../support/errors";
import { type Crew, handRound, partsOf } from "../crew";
import type { ColumnProfile, SourceTable } from "../model";
import { type Family, readDeclaration } from "../plan/declaration";
import { needsForms } from "../plan/forms";
import type { Sqlite } from "./open";
import { joinCounts, type Look, type PartProfile, profileLeaves } from "./page-profile";
import { PageFile } from "./pages/file";
import { type Layout, layoutOf } from "./pages/layout";
import { leavesOf } from "./pages/leaves";
import { LeafRows } from "./pages/rows";
import { lookAtForms, profileTable } from "./profile";

/** A table that is read from its pages. */
export interface PagedRows {
  layout: Layout;
  leaves: Uint32Array;
}

export type FamilyOf = (column: string) => Family;

/** The tables of the frozen copy by how they are read. */
export class PagedSource {
  readonly #rows = new Map<string, PagedRows>();
  readonly #reasons = new Map<string, string>();
  readonly #pageSize: number;

  constructor(
    readonly path: string,
    readonly db: Sqlite,
    tables: SourceTable[],
  ) {
    let file: PageFile | null = null;
    let pageSize = 0;
    try {
      file = new PageFile(path);
      pageSize = file.header.pageSize;
      for (const table of tables) this.#find(file, table);
    } catch (error) {
      for (const table of tables) this.#reasons.set(table.name, messageOf(error));
    } finally {
      file?.close();
    }
    this.#pageSize = pageSize;
  }

  #find(file: PageFile, table: SourceTable): void {
    try {
      const layout = layoutOf(this.db, table);
      this.#rows.set(table.name, { layout, leaves: leavesOf(file, layout.root) });
    } catch (error) {
      this.#reasons.set(table.name, messageOf(error));
    }
  }

  /** The table's pages, or null where better-sqlite3 reads it. */
  rowsOf(table: string): PagedRows | null {
    return this.#rows.get(table) ?? null;
  }

  /** How many pages of rows a table has; 0 where better-sqlite3 reads it. */
  sizeOf(table: string): number {
    return this.rowsOf(table)?.leaves.length ?? 0;
  }

  /** Why better-sqlite3 reads a table, or null. */
  whyNot(table: string): string | null {
    return this.#reasons.get(table) ?? null;
  }

  /** The table's leaves in parts for several threads. */
  partsOf(table: string): Uint32Array[] {
    const rows = this.rowsOf(table);
    return rows === null ? [] : partsOf(rows.leaves, this.#pageSize);
  }

  /**
   * Looks at every value of the tables. One whose pages are not all as they must be is read by better-sqlite3 from here on.
   *
   * @param counted resolves when the tables say how many rows they have
   */
  async profile(
    tables: SourceTable[],
    familyOf: (table: SourceTable) => FamilyOf | undefined,
    crew: Crew,
    counted: Promise<void>,
  ): Promise<Map<string, Map<string, ColumnProfile>>> {
    const families = (table: SourceTable) => familyOf(table) ?? declared(table);
    const tasks = tables.flatMap((table) =>
      this.partsOf(table.name).map((leaves, part) => ({
        table,
        leaves,
        part,
        look: this.#look(table, families(table)),
      })),
    );
    const made = new Map(tables.map((table) => [table.name, [] as PartProfile[]]));
    const work = async (
      profileOf: (input: ProfileInput) => PartProfile | Promise<PartProfile>,
      task: (typeof tasks)[number],
    ) => {
      const { table, leaves, part, look } = task;
      if (this.#reasons.has(table.name)) return;
      try {
        (made.get(table.name) as PartProfile[])[part] = await profileOf({ path: this.path, look, leaves });
      } catch (error) {
        this.#giveUp(table.name, messageOf(error));
      }
    };
    const here = new LeafRowsOf();
    try {
      const workers = crew.threads.map(
        (thread) => (input: ProfileInput) => thread.call<ProfileInput, PartProfile>(__filename, "profilePart", input),
      );
      await handRound(workers.length > 0 ? workers : [(input: ProfileInput) => here.profile(input)], tasks, work);
    } finally {
      here.close();
    }
    await counted;
    return new Map(
      tables.map((table) => [
        table.name,
        this.#whole(table, families(table), made.get(table.name) ?? [], familyOf(table)),
      ]),
    );
  }

  #look(table: SourceTable, familyOf: FamilyOf): Look {
    const { layout } = this.rowsOf(table.name) as PagedRows;
    return { layout, families: layout.columns.map(({ name }) => familyOf(name)), key: table.rowidName ?? "row" };
  }

  #giveUp(table: string, why: string): void {
    this.#rows.delete(table);
    this.#reasons.set(table, why);
  }

  #whole(
    table: SourceTable,
    familyOf: FamilyOf,
    parts: PartProfile[],
    asked: FamilyOf | undefined,
  ): Map<string, ColumnProfile> {
    const rows = this.rowsOf(table.name);
    if (rows !== null && !addsUp(table, parts))
      this.#giveUp(table.name, "its pages do not hold as many rows as SQLite counts");
    if (this.rowsOf(table.name) === null || parts.some((part) => part.shortRows > 0))
      return profileTable(this.db, table, asked);
    const names = rows?.layout.columns.map(({ name }) => name) ?? [];
    const profiles = new Map<string, ColumnProfile>();
    for (const { name } of table.columns) {
      const at = names.indexOf(name);
      // A virtual generated column has no place in the records.
      if (at < 0) return profileTable(this.db, table, asked);
      profiles.set(name, joinCounts(parts.flatMap((part) => part.columns[at] ?? [])));
    }
    const again = table.columns.filter(({ name }) => mixesBytes(familyOf(name), profiles.get(name)));
    if (again.length > 0) lookAtForms(this.db, { ...table, columns: again }, profiles, familyOf);
    return profiles;
  }
}

function declared(table: SourceTable): FamilyOf {
  return (name) => readDeclaration(table.columns.find((column) => column.name === name)?.declaredType ?? "").family;
}

/** Each part begins after the one before, and together they are as many rows as SQLite counts. */
function addsUp(table: SourceTable, parts: PartProfile[]): boolean {
  let last: bigint | null = null;
  let count = 0;
  for (const part of parts) {
    if (last !== null && part.first !== null && part.first <= last) return false;
    last = part.last ?? last;
    count += part.rows;
  }
  return String(count) === table.rowCount;
}

/** Blobs beside other values: whether they are text, only a look at each tells. */
function mixesBytes(family: Family, profile: ColumnProfile | undefined): boolean {
  if (needsForms(family) || profile?.storage.blob === undefined) return false;
  return family === "text" || Object.keys(profile.storage).some((kind) => kind !== "blob" && kind !== "null");
}

interface ProfileInput {
  path: string;
  look: Look;
  leaves: Uint32Array;
}

/** One open file between calls. */
class LeafRowsOf {
  #rows: { path: string; rows: LeafRows } | null = null;

  profile({ path, look, leaves }: ProfileInput): PartProfile {
    if (this.#rows?.path !== path) {
      this.close();
      this.#rows = { path, rows: new LeafRows(path) };
    }
    return profileLeaves(this.#rows.rows, look, leaves);
  }

  close(): void {
    this.#rows?.rows.close();
    this.#rows = null;
  }
}

const inThisThread = new LeafRowsOf();

/** In a thread: looks at some leaves. */
export function profilePart(input: ProfileInput): PartProfile {
  return inThisThread.profile(input);
}
