/** FROM: its items, the conditions that join them, and the names that they bring. */
import { escapeIdentifier } from "pg";
import type { Expr, FromClause, JoinedSelectTable, Select, SelectTable } from "sqlite3-parser";
import { compare } from "./compare";
import { translateCondition } from "./expression";
import { findColumn, type Query, type Relation, type RelationColumn } from "./relation";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { unify, value } from "./values";

/** One item: a table, a view, or a query, under its alias. */
interface Item {
  /** In lower case; null for a query without one. */
  name: string | null;
  /** PostgreSQL's, quoted. */
  alias: string;
  relation: Relation;
}

/** A column that the names of a FROM lead to. */
export interface FromColumn {
  column: RelationColumn;
  /** How PostgreSQL's SQL names it. */
  sql: string;
  value: Translated;
}

/** Joined by USING or NATURAL: one name for both sides. */
type Merged = Map<string, FromColumn>;

export interface From {
  /** Without the word FROM; empty where there is none. */
  sql: string;
  /** Null where no item has it. */
  find(table: string | null, name: string): FromColumn | null;
  /** What `*` or `table.*` stands for. */
  star(table: string | null): FromColumn[];
  /**
   * The columns that are always the same when these are, by their SQL: those of a row found by its key, and what inner joins equate.
   *
   * @param where pairs that WHERE equates
   */
  determined(known: Set<string>, where: [string, string][]): Set<string>;
}

export interface FromInput {
  query: Query;
  translateSelect(select: Select): Relation;
  /** The scope of ON, given what names mean. */
  scope(find: From["find"]): Scope;
}

/** The parser's bits for the words of a join. */
const JoinType = { NATURAL: 4, LEFT: 8, RIGHT: 16 };

const rowidNames = ["rowid", "_rowid_", "oid"];

export function translateFrom(clause: FromClause | undefined, input: FromInput): From {
  const items: Item[] = [];
  const merged: Merged = new Map();
  const equal: [string, string][] = [];
  // After an outer join any column may be NULL.
  const outer = clause !== undefined && hasOuterJoin(clause);

  const at = (item: Item, column: RelationColumn): FromColumn => {
    const sql = `${item.alias}.${escapeIdentifier(column.target)}`;
    const found = column.refer(sql);
    return { column, sql, value: outer ? { ...found, nullable: true } : found };
  };
  const among = (some: Item[], table: string | null, name: string): FromColumn[] =>
    some
      .filter((item) => table === null || item.name === table.toLowerCase())
      .flatMap((item) => {
        const column = findColumn(item.relation, name);
        return column === undefined ? [] : [at(item, column)];
      });
  const rowid = (table: string | null): FromColumn | null => {
    const some = items.filter((item) => table === null || item.name === table.toLowerCase());
    const of = some.length === 1 ? some[0]?.relation.rowid : null;
    if (typeof of === "string") throw new Untranslatable(of);
    return some[0] === undefined || of === null || of === undefined ? null : at(some[0], of);
  };
  const find: From["find"] = (table, name) => {
    const one = table === null ? merged.get(name.toLowerCase()) : undefined;
    if (one !== undefined) return one;
    const found = among(items, table, name);
    if (found.length > 1) throw new Untranslatable(`the column ${name} is in several tables`);
    return found[0] ?? (rowidNames.includes(name.toLowerCase()) ? rowid(table) : null);
  };

  const table = (of: SelectTable): string => {
    if (of.type === "SubSelectTable") {
      if (of.alias !== undefined) throw new Untranslatable("it gives an alias to a join in parentheses");
      return `(${joined(of.from)})`;
    }
    if (of.type === "TableCallSelectTable")
      throw new Untranslatable(`${of.tblName.objName.text}() as a table has no counterpart here`);
    if (of.type === "TableSelectTable") {
      const database = of.tblName.dbName?.text.toLowerCase() ?? "main";
      if (database !== "main") throw new Untranslatable(`it reads the database ${database}`);
    }
    const relation =
      of.type === "TableSelectTable" ? input.query.find(of.tblName.objName.text) : input.translateSelect(of.select);
    const name = of.alias?.name.text ?? (of.type === "TableSelectTable" ? of.tblName.objName.text : null);
    const alias = input.query.alias(name ?? "q");
    items.push({ name: name?.toLowerCase() ?? null, alias: escapeIdentifier(alias), relation });
    return relation.target === alias ? relation.sql : `${relation.sql} AS ${escapeIdentifier(alias)}`;
  };

  const joined = (of: FromClause): string => {
    if (of.select === undefined) return "";
    let sql = table(of.select);
    for (const join of of.joins ?? []) sql = joinTo(sql, join);
    return sql;
  };

  const joinTo = (left: string, join: JoinedSelectTable): string => {
    const before = [...items];
    const right = table(join.table);
    const added = items.slice(before.length);
    const type = join.operator.type === "TypedJoinJoinOperator" ? (join.operator.joinType ?? 0) : 0;
    const [toLeft, toRight] = [(type & JoinType.LEFT) !== 0, (type & JoinType.RIGHT) !== 0];
    const word = toLeft && toRight ? "FULL JOIN" : toLeft ? "LEFT JOIN" : toRight ? "RIGHT JOIN" : "JOIN";
    const { constraint } = join;
    if (constraint?.type === "OnJoinConstraint") {
      const scope = input.scope(find);
      if (word === "JOIN") equal.push(...equated(constraint.expr, scope));
      return `${left}\n  ${word} ${right} ON ${translateCondition(constraint.expr, scope)}`;
    }
    const names =
      constraint?.type === "UsingJoinConstraint"
        ? constraint.columns.map((name) => name.text)
        : (type & JoinType.NATURAL) !== 0
          ? added.flatMap((item) =>
              item.relation.columns.map((column) => column.name).filter((name) => among(before, null, name).length > 0),
            )
          : [];
    if (names.length === 0)
      return word === "JOIN" ? `${left}\n  CROSS JOIN ${right}` : `${left}\n  ${word} ${right} ON true`;
    const conditions = names.map((name) => {
      const known = merged.get(name.toLowerCase()) ?? among(before, null, name)[0];
      const other = among(added, null, name)[0];
      if (known === undefined || other === undefined) throw new Untranslatable(`USING (${name}) has no such column`);
      merged.set(name.toLowerCase(), toRight ? eitherOf(known, other) : known);
      if (word === "JOIN") equal.push([known.value.sql, other.value.sql]);
      return compare(known.value, "=", other.value, input.scope(find)).sql;
    });
    return `${left}\n  ${word} ${right} ON ${conditions.join(" AND ")}`;
  };

  const sql = clause === undefined ? "" : joined(clause);
  return {
    sql,
    find,
    star(name) {
      const some = items.filter((item) => name === null || item.name === name.toLowerCase());
      if (some.length === 0) throw new Untranslatable(`${name ?? ""}.* has no table`);
      return some.flatMap((item, position) => {
        for (const [missing, reason] of item.relation.missing)
          throw new Untranslatable(`it uses the column ${missing}, which ${reason}`);
        return item.relation.columns.flatMap((column) => {
          const one = name === null ? merged.get(column.name.toLowerCase()) : undefined;
          if (one === undefined) return [at(item, column)];
          // A joined column stands where it is first.
          const first = some.slice(0, position).every((other) => findColumn(other.relation, column.name) === undefined);
          return first ? [one] : [];
        });
      });
    },
    determined(known, where) {
      const all = new Set(known);
      for (let size = -1; size < all.size; ) {
        size = all.size;
        for (const [a, b] of [...equal, ...where]) if (all.has(a) || all.has(b)) all.add(a).add(b);
        for (const item of items) {
          const sqlOf = (column: RelationColumn) => at(item, column).value.sql;
          const named = (name: string) => item.relation.columns.find((column) => column.name === name);
          const found = item.relation.keys.some((key) =>
            key.every((name) => {
              const column = named(name);
              return column !== undefined && all.has(sqlOf(column));
            }),
          );
          if (found) for (const column of item.relation.columns) all.add(sqlOf(column));
        }
      }
      return all;
    },
  };
}

/** The value of a column joined by USING across a RIGHT or FULL JOIN. */
function eitherOf(left: FromColumn, right: FromColumn): FromColumn {
  const [a, b] = unify([left.value, right.value], "USING") as [Translated, Translated];
  const both = value(a.kind, `COALESCE(${a.sql}, ${b.sql})`, true, {
    type: a.type,
    affinity: a.affinity,
    collation: a.collation,
  });
  const refer = (sql: string) => ({ ...both, sql });
  return { column: { ...left.column, type: a.type, refer, unchanged: false }, sql: both.sql, value: both };
}

function hasOuterJoin(clause: FromClause): boolean {
  const inside = [clause.select, ...(clause.joins ?? []).map((join) => join.table)];
  return (
    (clause.joins ?? []).some(
      ({ operator }) =>
        operator.type === "TypedJoinJoinOperator" &&
        ((operator.joinType ?? 0) & (JoinType.LEFT | JoinType.RIGHT)) !== 0,
    ) || inside.some((table) => table?.type === "SubSelectTable" && hasOuterJoin(table.from))
  );
}

/** The pairs of columns that a condition makes equal, by their SQL. */
export function equated(condition: Expr, scope: Scope): [string, string][] {
  if (condition.type === "ParenthesizedExpr" && condition.exprs[0] !== undefined && condition.exprs.length === 1)
    return equated(condition.exprs[0], scope);
  if (condition.type !== "BinaryExpr") return [];
  if (condition.op === "And") return [...equated(condition.left, scope), ...equated(condition.right, scope)];
  if (condition.op !== "Equals") return [];
  const sides = [condition.left, condition.right].map((side) =>
    side.type === "Id"
      ? scope.column(null, side.name)
      : side.type === "QualifiedExpr"
        ? scope.column(side.table.text, side.column.text)
        : null,
  );
  const [a, b] = sides;
  // A collation that takes different texts as equal makes no column known by the other.
  const exact = (of: Translated | null | undefined) =>
    of != null && (of.collation === null || of.collation === "BINARY");
  return a != null && b != null && exact(a) && exact(b) && a.kind === b.kind ? [[a.sql, b.sql]] : [];
}
