/** WITH, also recursive. */
import { escapeIdentifier } from "pg";
import type { CommonTableExpr, Select, With } from "sqlite3-parser";
import { traverse } from "sqlite3-parser";
import type { Query, Relation, RelationColumn } from "./relation";
import { type Scope, Untranslatable } from "./scope";
import { translateSelect } from "./select";

export interface TranslatedWith {
  /** With a line's end behind it; empty where there is none. */
  sql: string;
  /** That also finds the queries by name. */
  query: Query;
}

export function translateWith(clause: With | undefined, query: Query, outer: Scope | null): TranslatedWith {
  if (clause === undefined) return { sql: "", query };
  const known = new Map<string, Relation | null>(clause.ctes.map((cte) => [cte.tblName.text.toLowerCase(), null]));
  const within: Query = {
    ...query,
    find(name) {
      const relation = known.get(name.toLowerCase());
      if (relation === null) throw new Untranslatable(`the query ${name} of WITH is used before it is made`);
      return relation ?? query.find(name);
    },
  };
  let recursive = false;
  const parts = clause.ctes.map((cte) => {
    const alias = query.alias(cte.tblName.text);
    const isRecursive = reads(cte.select, cte.tblName.text);
    recursive ||= isRecursive;
    const { sql, columns } = isRecursive
      ? recursion(cte, alias, within, known, outer)
      : translateSelect(cte.select, within, { outer, asValues: false });
    known.set(cte.tblName.text.toLowerCase(), cteRelation(cte, alias, columns));
    const hint = { Any: "", Yes: "MATERIALIZED ", No: "NOT MATERIALIZED " }[cte.materialized];
    const names = columns.map((column) => escapeIdentifier(column.target)).join(", ");
    return `${escapeIdentifier(alias)} (${names}) AS ${hint}(\n${sql}\n)`;
  });
  return { sql: `WITH ${recursive ? "RECURSIVE " : ""}${parts.join(",\n")}\n`, query: within };
}

/** The names that the CTE gives its columns, else those of its query. */
function cteRelation(cte: CommonTableExpr, alias: string, columns: RelationColumn[]): Relation {
  if (cte.columns !== undefined && cte.columns.length !== columns.length)
    throw new Untranslatable(`the query ${cte.tblName.text} has another number of columns than names`);
  return {
    sql: escapeIdentifier(alias),
    target: alias,
    columns: columns.map((column, i) => ({ ...column, name: cte.columns?.[i]?.colName.text ?? column.name })),
    missing: new Map(),
    rowid: `it uses the rowid of the query ${cte.tblName.text}`,
    keys: [],
  };
}

function reads(select: Select, name: string): boolean {
  let found = false;
  traverse(select, {
    nodes: {
      TableSelectTable: (table) => {
        if (table.tblName.objName.text.toLowerCase() === name.toLowerCase()) found = true;
      },
    },
  });
  return found;
}

/** The rows to begin with, then UNION [ALL] what follows from each. Both sides must have the same types in PostgreSQL. */
function recursion(
  cte: CommonTableExpr,
  alias: string,
  query: Query,
  known: Map<string, Relation | null>,
  outer: Scope | null,
): { sql: string; columns: RelationColumn[] } {
  const { select } = cte;
  const name = cte.tblName.text;
  const compounds = select.compounds ?? [];
  const last = compounds.at(-1);
  if (select.orderBy !== undefined || select.limit !== undefined)
    throw new Untranslatable(
      `the recursive query ${name} has an ORDER BY or LIMIT of its own, which PostgreSQL does not have there`,
    );
  if (last === undefined || (last.operator !== "Union" && last.operator !== "UnionAll"))
    throw new Untranslatable(`the recursive query ${name} is no UNION`);
  const start: Select = { ...select, compounds: compounds.slice(0, -1) };
  const next: Select = { ...select, with: undefined, select: last.select, compounds: undefined };
  if (reads(start, name)) throw new Untranslatable(`the query ${name} is recursive in more than one part`);
  const first = translateSelect(start, query, { outer, asValues: true });
  const types = first.columns.map((column) =>
    column.refer("x").kind === "integer" ? ({ kind: "bigint" } as const) : column.type,
  );
  const begin = translateSelect(start, query, { outer, asValues: true, types });
  // What the recursion adds may be NULL where the first rows are not.
  const columns = begin.columns.map((column) => ({
    ...column,
    refer: (sql: string) => ({ ...column.refer(sql), nullable: true }),
  }));
  known.set(name.toLowerCase(), cteRelation(cte, alias, columns));
  const step = translateSelect(next, query, { outer, asValues: true, types });
  for (const [i, column] of step.columns.entries())
    if (column.refer("x").kind !== columns[i]?.refer("x").kind && column.refer("x").kind !== "null")
      throw new Untranslatable(`the recursive query ${name} changes what its column ${columns[i]?.name} is`);
  if (last.operator === "Union" && columns.some((column) => (column.refer("x").collation ?? "BINARY") !== "BINARY"))
    throw new Untranslatable(`the recursive query ${name} tells rows apart under a collation other than BINARY`);
  const operator = last.operator === "Union" ? "UNION" : "UNION ALL";
  return { sql: `${begin.sql}\n${operator}\n${step.sql}`, columns };
}
