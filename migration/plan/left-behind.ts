/** What does not come over as it is: always named, with its text and what to do about it. */
import type { LeftBehind, SourceCatalog, SourceTable, TablePlan } from "../model";
import { nameOf, tokens } from "../source/tokens";
import { foldedOver, isPlain } from "./indexes";

/** Tables that are no tables of data, and those that the options exclude. */
export function tablesLeftBehind(catalog: SourceCatalog, excluded: string[]): LeftBehind[] {
  return catalog.tables.flatMap((table): LeftBehind[] => {
    const of = (reason: string): LeftBehind[] => [{ kind: "table", name: table.name, reason, sql: table.sql || null }];
    if (table.kind === "virtual") return of(virtualReason(table));
    if (table.kind === "unreadable")
      return of(
        "Its rows are in the order of a collation that only the application has, and cannot be read without it: let the application copy them into a table without that collation first.",
      );
    if (table.kind === "shadow") return of("The storage of a virtual table, which only SQLite can read.");
    return excluded.includes(table.name) ? of("Excluded by excludeTables.") : [];
  });
}

const replacements: [RegExp, string][] = [
  [/^fts/i, "full-text search: PostgreSQL has tsvector columns with a GIN index"],
  [/^(rtree|geopoly)/i, "a spatial index: PostgreSQL has GiST indexes on box and range types, and PostGIS"],
];

function virtualReason(table: SourceTable): string {
  const words = [...tokens(table.sql)];
  const using = words.findIndex((word) => word.text.toUpperCase() === "USING");
  const moduleToken = words[using + 1];
  const module = using < 0 || moduleToken === undefined ? "unknown" : nameOf(moduleToken);
  const replacement = replacements.find(([form]) => form.test(module))?.[1];
  return `A virtual table of the module ${module}${replacement === undefined ? "" : `, ${replacement}`}. What it holds itself is not carried over.`;
}

/** In `existing` mode the application makes its own views. @param there the target's views */
export function viewsLeftBehind(catalog: SourceCatalog, there: string[]): LeftBehind[] {
  return catalog.objects
    .filter((object) => object.kind === "view")
    .map((object) => ({
      kind: "view",
      name: object.name,
      reason: there.some((name) => name.toLowerCase() === object.name.toLowerCase())
        ? "The target has a view of this name, which is left as it is and was not compared."
        : "The target's own schema decides which views there are: create it by hand where the application needs it.",
      sql: object.sql,
    }));
}

/** Triggers. */
export function triggersLeftBehind(catalog: SourceCatalog): LeftBehind[] {
  return catalog.objects
    .filter((object) => object.kind === "trigger")
    .map((object) => ({
      kind: "trigger",
      name: object.name,
      reason: `A trigger on ${object.table}, in SQLite's language: write it again as a PL/pgSQL trigger function where the application still needs it.`,
      sql: object.sql,
    }));
}

/** What a table that comes over leaves behind, apart from what is translated: each of those says it itself. */
export function detailsLeftBehind(table: SourceTable, plan: TablePlan): LeftBehind[] {
  const unreadable = Object.entries(table.unreadable).map(
    ([column, error]): LeftBehind => ({
      kind: "column",
      name: `${table.name}.${column}`,
      reason: `A generated column that cannot be read outside the application: ${error}.`,
      sql: table.expressions[column] === undefined ? null : `GENERATED ALWAYS AS ${table.expressions[column]}`,
    }),
  );
  return [
    ...unreadable,
    ...Object.entries(table.collations).map(
      ([column, collation]): LeftBehind => ({
        kind: "collation",
        name: `${table.name}.${column}`,
        reason: collationReason(collation, keptBy(plan, [column])),
        sql: `COLLATE ${collation}`,
      }),
    ),
    ...table.indexes.flatMap((index): LeftBehind[] => {
      const foreign = index.columns.filter(
        (column) =>
          column.name !== null &&
          column.collation !== "BINARY" &&
          table.collations[column.name]?.toUpperCase() !== column.collation.toUpperCase(),
      );
      if (!isPlain(index, table) || foreign.length === 0) return [];
      const columns = index.columns.map(({ name }) => name ?? "");
      return [
        {
          kind: "collation",
          name: index.name,
          reason: collationReason(foreign[0]?.collation ?? "", index.unique ? keptBy(plan, columns) : []),
          sql: index.sql,
        },
      ];
    }),
  ];
}

/** The unique indexes that keep the collation's equality of one of these columns. */
function keptBy(plan: TablePlan, columns: string[]): string[] {
  const targets = plan.columns.filter(({ source }) => columns.includes(source)).map(({ target }) => target);
  return foldedOver(plan, targets).map(({ name }) => name);
}

function collationReason(collation: string, indexes: string[]): string {
  const upper = collation.toUpperCase();
  const kept =
    indexes.length === 0
      ? ""
      : ` Uniqueness is kept as SQLite keeps it, by the unique ${indexes.length === 1 ? "index" : "indexes"} ${indexes.join(", ")}.`;
  if (upper === "NOCASE")
    return `NOCASE compares the letters A to Z without case; in the application's own queries texts compare exactly here, and look-ups see case. Use lower(), citext, or a nondeterministic ICU collation.${kept}`;
  if (upper === "RTRIM")
    return `RTRIM ignores spaces at the end; in the application's own queries texts compare exactly here.${kept}`;
  return `The collation ${collation} is the application's own; here texts compare exactly.`;
}
