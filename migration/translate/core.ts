/** One SELECT without what is around it: columns, FROM, WHERE, GROUP BY, HAVING. */
import type { Expr, ResultColumn, SelectFrom, SortedColumn } from "sqlite3-parser";
import { collated } from "./compare";
import { translateCondition, translateExpression } from "./expression";
import { equated, type From, type FromColumn, translateFrom } from "./from";
import { bareColumns, isAggregated } from "./grouping";
import { inlineWindows } from "./named-windows";
import type { Query, RelationColumn } from "./relation";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { selectRelation, subqueryOf, translateSelect } from "./select";

/** A column of the result. */
export interface Output {
  /** SQLite's name for it. */
  name: string;
  value: Translated;
  /** The table's own column, where it is one; then `sql` names it. */
  column: RelationColumn | null;
  sql: string;
  expression: Expr | null;
}

export interface Core {
  outputs: Output[];
  distinct: boolean;
  /** For ORDER BY: names of result columns come first where a term is a name alone. */
  orderScope: Scope;
  render(list: string[]): string;
}

export interface CoreInput {
  outer: Scope | null;
  orderBy: readonly SortedColumn[];
}

export function translateCore(select: SelectFrom, query: Query, { outer, orderBy }: CoreInput): Core {
  const outputs: Output[] = [];
  let from: From | null = null;
  const scope = (find: From["find"] | null, aliases: boolean, mayUse: Partial<Scope["mayUse"]> = {}): Scope => {
    const self: Scope = {
      column(table, name) {
        const found = (find ?? from?.find)?.(table, name)?.value;
        if (found !== undefined) return found;
        const alias = aliases && table === null ? outputs.find((output) => isNamed(output, name)) : undefined;
        return alias?.value ?? outer?.column(table, name) ?? null;
      },
      mayUse: {
        immutableOnly: false,
        aggregates: false,
        windows: false,
        approximate: query.approximate,
        decimals: true,
        volatile: true,
        ...mayUse,
      },
      utf16: query.utf16,
      text: query.text,
      subquery: (inner) => subqueryOf(query, () => self)(inner),
    };
    return self;
  };
  from = translateFrom(select.from, {
    query,
    translateSelect: (inner) => selectRelation(translateSelect(inner, query, { outer, asValues: false })),
    scope: (find) => scope(find, false),
  });
  const found = from;
  const listScope = scope(null, false, { aggregates: true, windows: true });
  const columns = inlineWindows(select.columns, select.windowClause);
  for (const column of columns) outputs.push(...outputsOf(column, found, listScope, query));

  const rowScope = scope(null, true);
  const where = select.whereClause === undefined ? null : translateCondition(select.whereClause, rowScope);
  const orderScope = scope(null, true, { aggregates: true, windows: true });
  const groupScope = scope(null, true, { aggregates: true });
  const groups = (select.groupBy ?? []).map((term) => groupKey(term, outputs, rowScope));
  const having = select.having === undefined ? null : translateCondition(select.having, groupScope);
  if (isAggregated(select, orderBy)) {
    const known = new Set(groups);
    const equal = select.whereClause === undefined ? [] : equated(select.whereClause, rowScope);
    const determined = found.determined(known, equal);
    const expressions = [
      ...outputs.map((output) => output.expression ?? output.value),
      ...(select.having === undefined ? [] : [select.having]),
      ...orderBy.map((term) => term.expr),
    ];
    const isOwn = (table: string | null, name: string) =>
      found.find(table, name) !== null || (table === null && outputs.some((output) => isNamed(output, name)));
    for (const bare of bareColumns(expressions, known, groupScope, outputs, isOwn)) {
      if (!determined.has(bare.sql))
        throw new Untranslatable(
          `it shows ${bare.name} without grouping by it, and SQLite then takes the value of any row of the group`,
        );
      groups.push(bare.sql);
    }
  }
  return {
    outputs,
    distinct: select.distinctness === "Distinct",
    orderScope,
    render: (list) =>
      [
        `SELECT ${select.distinctness === "Distinct" ? "DISTINCT " : ""}${list.join(", ")}`,
        ...(found.sql === "" ? [] : [`FROM ${found.sql}`]),
        ...(where === null ? [] : [`WHERE ${where}`]),
        ...(groups.length === 0 ? [] : [`GROUP BY ${[...new Set(groups)].join(", ")}`]),
        ...(having === null ? [] : [`HAVING ${having}`]),
      ].join("\n"),
  };
}

export function isNamed(output: Output, name: string): boolean {
  return output.expression !== null && output.name.toLowerCase() === name.toLowerCase();
}

function outputsOf(column: ResultColumn, from: From, scope: Scope, query: Query): Output[] {
  if (column.type !== "ExprResultColumn")
    return from.star(column.type === "StarResultColumn" ? null : column.table.text).map(starOutput);
  const { expr, alias } = column;
  const own = ownColumn(expr, from);
  const text = query.text.slice(expr.span.offset, expr.span.offset + expr.span.length).trim();
  const value = own?.value ?? translateExpression(expr, scope);
  return [
    {
      name: alias?.name.text ?? own?.column.name ?? text,
      value,
      column: own?.column.unchanged === true ? own.column : null,
      sql: own?.sql ?? value.sql,
      expression: expr,
    },
  ];
}

function starOutput({ column, sql, value }: FromColumn): Output {
  return { name: column.name, value, column: column.unchanged ? column : null, sql, expression: null };
}

function ownColumn(expr: Expr, from: From): FromColumn | null {
  if (expr.type === "Id") return from.find(null, expr.name);
  if (expr.type === "QualifiedExpr") return from.find(expr.table.text, expr.column.text);
  const [inner, ...more] = expr.type === "ParenthesizedExpr" ? expr.exprs : [];
  return inner === undefined || more.length > 0 ? null : ownColumn(inner, from);
}

/** A number is the place of a result column; a name is a column, else a result column. */
function groupKey(term: Expr, outputs: Output[], scope: Scope): string {
  const place = term.type === "NumericLiteral" ? outputs[Number(term.value) - 1] : undefined;
  const value = place?.value ?? translateExpression(term, scope);
  if (value.literal !== undefined || value.kind === "null") throw new Untranslatable("it groups by a constant");
  if (value.kind === "opaque" && !["timestamp", "timestamptz", "date", "time"].includes(value.type.kind))
    throw new Untranslatable("it groups by a column whose values PostgreSQL holds in another form than SQLite");
  return value.kind === "text" ? collated(value.sql, value.collation ?? "BINARY", false, scope) : value.sql;
}
