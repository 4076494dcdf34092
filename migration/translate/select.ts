/** SELECT: its clauses in PostgreSQL's SQL, with every name resolved as SQLite resolves it and every column given a name. */
import { escapeIdentifier } from "pg";
import type { CompoundSelect, OneSelect, Select, SelectFrom } from "sqlite3-parser";
import type { TargetType } from "../model";
import { columnNamespace } from "../plan/names";
import { typeSql } from "../plan/type-sql";
import { type Core, type Output, translateCore } from "./core";
import { limitSql, type OrderTerm, orderSql, orderTerms } from "./order-by";
import type { Query, Relation, RelationColumn } from "./relation";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { unify, value, widest } from "./values";
import { translateWith } from "./with";

export interface TranslatedSelect {
  /** Without parentheses around it. */
  sql: string;
  columns: RelationColumn[];
}

export interface SelectOptions {
  /** The query that this one stands in, whose columns it may use. */
  outer: Scope | null;
  /**
   * Whether its columns are values to calculate with; otherwise a column that is a table's own comes out as the table holds it, such as a
   * timestamp for epoch seconds.
   */
  asValues: boolean;
  /** PostgreSQL's names of its columns; else they are named as SQLite names them. */
  names?: string[];
  /** Types that the columns must have, for the two sides of a recursion. */
  types?: (TargetType | null)[];
}

/** @throws Untranslatable */
export function translateSelect(select: Select, query: Query, options: SelectOptions): TranslatedSelect {
  const within = translateWith(select.with, query, options.outer);
  const arms = armsOf(select).map(({ operator, core }) => ({
    operator,
    core: translateCore(core, within.query, { outer: options.outer, orderBy: select.orderBy ?? [] }),
  }));
  const [first] = arms as [Arm];
  const width = first.core.outputs.length;
  for (const { core } of arms)
    if (core.outputs.length !== width) throw new Untranslatable("its parts have different numbers of columns");
  const all = arms.some(({ operator }) => operator !== null && operator !== "UnionAll");
  const columns = first.core.outputs.map((output, i) =>
    columnOf(
      output.name,
      arms.map(({ core }) => core.outputs[i] as Output),
      // Rows are told apart by the values, in a form that PostgreSQL can compare.
      options.asValues || ((all || first.core.distinct) && output.column?.type.kind === "json"),
      options.types?.[i] ?? null,
    ),
  );
  if (all || first.core.distinct)
    for (const [i, column] of columns.entries())
      for (const { core } of arms) mustCompareExactly(core.outputs[i] as Output, column.as);
  const namespace = columnNamespace();
  const names = columns.map(({ name }, i) => options.names?.[i] ?? namespace.take(name));
  const listOf = (arm: number) =>
    columns.map(({ sqls }, i) => named(sqls[arm] as string, names[i] as string, arm === 0));
  const simple = arms.length === 1 && !first.core.distinct;
  const body = arms.map(({ core }, i) => core.render(listOf(i)));
  const terms = orderTerms(
    select.orderBy ?? [],
    arms.map(({ core }) => core),
    simple,
  );
  const limit = limitSql(select.limit, terms.length > 0);
  const ordered = withOrder(body, arms, terms, limit, simple, names, query);
  return {
    sql: within.sql + ordered,
    columns: columns.map(({ name, as, unchanged }, i) => ({
      name,
      target: names[i] as string,
      type: as.type,
      timeForm: unchanged?.timeForm ?? (as.kind === "moment" ? "text" : null),
      unchanged: unchanged !== null,
      refer: unchanged === null ? (sql) => reference(as, sql) : (sql) => unchanged.refer(sql),
    })),
  };
}

interface Arm {
  operator: CompoundSelect["operator"] | null;
  core: Core;
}

/** VALUES is so many SELECTs without FROM. */
function armsOf(select: Select): { operator: Arm["operator"]; core: SelectFrom }[] {
  const parts: { operator: Arm["operator"]; part: OneSelect }[] = [
    { operator: null, part: select.select },
    ...(select.compounds ?? []).map((compound) => ({ operator: compound.operator, part: compound.select })),
  ];
  return parts.flatMap(({ operator, part }) =>
    part.type === "SelectFrom"
      ? [{ operator, core: part }]
      : part.values.map((row, i) => ({
          operator: i === 0 ? operator : ("UnionAll" as const),
          core: {
            type: "SelectFrom" as const,
            distinctness: undefined,
            columns: row.values.map((expr, column) => ({
              type: "ExprResultColumn" as const,
              expr,
              alias: {
                type: "AsAs" as const,
                name: { type: "Name" as const, text: `column${column + 1}`, span: expr.span },
                span: expr.span,
              },
              span: expr.span,
            })),
            from: undefined,
            whereClause: undefined,
            groupBy: undefined,
            having: undefined,
            windowClause: undefined,
            span: part.span,
          },
        })),
  );
}

interface Column {
  name: string;
  /** By arm. */
  sqls: string[];
  as: Translated;
  /** The table's own column, where it is one. */
  unchanged: RelationColumn | null;
}

/** One column of the result, from the same place of every arm. */
function columnOf(name: string, outputs: Output[], asValue: boolean, type: TargetType | null): Column {
  const [first] = outputs as [Output];
  const own = first.column;
  const same = outputs.every(
    ({ column, value: of }) =>
      column !== null &&
      own !== null &&
      JSON.stringify([column.type, column.timeForm, of.kind]) ===
        JSON.stringify([own.type, own.timeForm, first.value.kind]),
  );
  if (same && own !== null && (!asValue || first.value.kind === "opaque") && type === null) {
    const as = { ...first.value, type: own.type, nullable: outputs.some((output) => output.value.nullable) };
    return { name, sqls: outputs.map((output) => output.sql), as: common(as, outputs), unchanged: own };
  }
  const values = outputs.map((output) => output.value);
  const kinds = new Set(values.filter((of) => of.kind !== "null").map((of) => of.kind));
  const opaque = values.find((of) => of.kind === "opaque");
  if (opaque !== undefined && outputs.length > 1)
    throw new Untranslatable(`its parts give ${JSON.stringify(name)} in forms that differ`);
  const moments = kinds.size === 1 && kinds.has("moment") && new Set(values.map((of) => of.type.kind)).size === 1;
  const alike = values.length === 1 || moments ? values : unify(values, "a column of several parts");
  const shown = alike.find((of) => of.kind !== "null") ?? (alike[0] as Translated);
  const as: Translated = { ...shown, type: type ?? widest(alike), nullable: alike.some((of) => of.nullable) };
  const cast = type !== null || alike.length > 1;
  const sqls = alike.map((of) =>
    of.kind === "null"
      ? `NULL::${typeSql(as.type)}`
      : cast && (as.kind === "integer" || type !== null)
        ? `${of.sql}::${typeSql(as.type)}`
        : of.sql,
  );
  return { name, sqls, as: common(as, outputs), unchanged: null };
}

/** Affinity and collation count where all arms agree on them. */
function common(as: Translated, outputs: Output[]): Translated {
  const agreed = outputs.every(({ value: of }) => of.affinity === as.affinity);
  const collations = outputs.every(({ value: of }) => (of.collation ?? "BINARY") === (as.collation ?? "BINARY"));
  if (!collations) throw new Untranslatable("its parts have texts under different collations");
  return { ...as, affinity: agreed ? as.affinity : "none" };
}

/** What is known of a computed column when it is named from outside. */
function reference(as: Translated, sql: string): Translated {
  const { kind, type, affinity, collation, nullable, shape, integerIfWhole } = as;
  return {
    ...value(kind, sql, nullable, { type, affinity, collation }),
    ...(shape === undefined ? {} : { shape }),
    ...(integerIfWhole === undefined ? {} : { integerIfWhole }),
  };
}

/** DISTINCT, UNION, INTERSECT and EXCEPT tell rows apart; @throws Untranslatable where SQLite does it in another way */
function mustCompareExactly(output: Output, as: Translated): void {
  const { value: of, name } = output;
  if (of.collation !== null && of.collation !== "BINARY")
    throw new Untranslatable(`it tells rows apart by ${JSON.stringify(name)} under the collation ${of.collation}`);
  if (as.kind === "opaque" && !["timestamp", "timestamptz", "date", "time"].includes(as.type.kind))
    throw new Untranslatable(
      `it tells rows apart by ${JSON.stringify(name)}, whose values PostgreSQL holds in another form than SQLite`,
    );
}

function named(sql: string, name: string, isFirst: boolean): string {
  if (!isFirst) return sql;
  const quoted = escapeIdentifier(name);
  return sql === quoted || sql.endsWith(`.${quoted}`) ? sql : `${sql} AS ${quoted}`;
}

const operators = { Union: "UNION", UnionAll: "UNION ALL", Except: "EXCEPT", Intersect: "INTERSECT" };

function withOrder(
  body: string[],
  arms: Arm[],
  terms: OrderTerm[],
  limit: string,
  simple: boolean,
  names: string[],
  query: Query,
): string {
  // SQLite takes all operators from left to right; in PostgreSQL INTERSECT binds more tightly.
  let sql = body[0] as string;
  for (const [i, { operator }] of arms.entries())
    if (operator !== null)
      sql = `${i > 1 && operator === "Intersect" ? `(${sql})` : sql}\n${operators[operator]}\n${body[i]}`;
  if (terms.length === 0) return sql + limit;
  if (simple) return `${sql}\nORDER BY ${terms.map((term) => orderSql(term, null)).join(", ")}${limit}`;
  const alias = escapeIdentifier(query.alias("q"));
  const order = terms.map((term) => orderSql(term, `${alias}.${escapeIdentifier(names[term.position ?? 0] ?? "")}`));
  const list = names.map((name) => `${alias}.${escapeIdentifier(name)}`);
  return `SELECT ${list.join(", ")}\nFROM (${sql}) AS ${alias}\nORDER BY ${order.join(", ")}${limit}`;
}

/** A query in FROM. */
export function selectRelation(translated: TranslatedSelect): Relation {
  return {
    sql: `(${translated.sql})`,
    target: null,
    columns: translated.columns,
    missing: new Map(),
    rowid: "it uses the rowid of a query",
    keys: [],
  };
}

/** The scope's way to translate the queries that stand inside its expressions. */
export function subqueryOf(query: Query, scope: () => Scope): (select: Select) => Translated {
  return (select) => {
    const translated = translateSelect(select, query, { outer: scope(), asValues: true });
    const [column] = translated.columns as [RelationColumn];
    // A query has the affinity of its column, but no collation.
    return { ...column.refer(`(${translated.sql})`), sql: `(${translated.sql})`, collation: null, nullable: true };
  };
}
