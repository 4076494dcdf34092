/** The statements of a trigger's body as PL/pgSQL. */
import { escapeIdentifier } from "pg";
import type { Expr, TriggerCmd } from "sqlite3-parser";
import { traverse } from "sqlite3-parser";
import type { ColumnPlan } from "../model";
import { foldedOver } from "../plan/indexes";
import { assign } from "./assign";
import { translateCondition, translateExpression } from "./expression";
import { equated } from "./from";
import { findColumn } from "./relation";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { selectRelation, translateSelect } from "./select";
import { type BodyInput, type Statement, triggerScope, type Writable } from "./trigger-body";
import { raise } from "./trigger-raise";
import { affinityOf } from "./values";

export function translateCommand(command: TriggerCmd, input: BodyInput): Statement {
  switch (command.type) {
    case "SelectTriggerCmd":
      return raise(command.select, input);
    case "InsertTriggerCmd":
      return insert(command, input);
    case "UpdateTriggerCmd":
      return update(command, input);
    case "DeleteTriggerCmd":
      return remove(command, input);
  }
}

function plainSql(sql: string): Statement {
  return { sql: `${sql};`, probes: [sql] };
}

/** Its table under its own name, whose columns come before NEW's and OLD's. */
function target(name: string, input: BodyInput) {
  const writable = input.writable(name);
  const alias = input.query.alias(name);
  const at = (column: string): Translated | null => {
    const found = findColumn(writable.relation, column);
    if (found !== undefined) return found.refer(`${escapeIdentifier(alias)}.${escapeIdentifier(found.target)}`);
    const { rowid } = writable.relation;
    if (!["rowid", "_rowid_", "oid"].includes(column.toLowerCase())) return null;
    if (rowid === null || typeof rowid === "string")
      throw new Untranslatable(rowid ?? "it uses a rowid that is not there");
    return rowid.refer(`${escapeIdentifier(alias)}.${escapeIdentifier(rowid.target)}`);
  };
  const scope = triggerScope(input, (table, column) =>
    table === null || table.toLowerCase() === name.toLowerCase() ? at(column) : null,
  );
  const sql = `${writable.relation.sql}${writable.relation.target === alias ? "" : ` AS ${escapeIdentifier(alias)}`}`;
  return { writable, scope, sql };
}

function columnOf(writable: Writable, name: string): { plan: ColumnPlan; affinity: ReturnType<typeof affinityOf> } {
  const plan = writable.columns.find((column) => column.source.toLowerCase() === name.toLowerCase());
  if (plan === undefined) throw new Untranslatable(`it writes to ${name}, which does not come over`);
  const declared = writable.source.find((column) => column.name === plan.source);
  if (declared?.generated) throw new Untranslatable(`it writes to the generated column ${name}`);
  return { plan, affinity: affinityOf(declared?.declaredType ?? "") };
}

function refuseConflict(word: string | undefined, allowed: string[]): void {
  if (word !== undefined && !["Abort", "Fail", "Rollback", ...allowed].includes(word))
    throw new Untranslatable(`OR ${word.toUpperCase()} in its body`);
}

function insert(command: Extract<TriggerCmd, { type: "InsertTriggerCmd" }>, input: BodyInput): Statement {
  refuseConflict(command.orConflict, ["Ignore"]);
  const name = command.tblName.objName.text;
  const { writable } = target(name, input);
  const names = command.colNames?.map((column) => column.text) ?? writable.columns.map((column) => column.source);
  const columns = names.map((column) => columnOf(writable, column));
  for (const column of writable.source)
    if (
      column.default !== null &&
      column.generated === null &&
      !names.some((one) => one.toLowerCase() === column.name.toLowerCase()) &&
      writable.columns.find((plan) => plan.source === column.name)?.default == null
    )
      throw new Untranslatable(`it leaves ${column.name} of ${name} to a default that does not come over`);
  const conflict =
    command.upsert !== undefined
      ? upsert(command.upsert, writable, name, input)
      : command.orConflict === "Ignore"
        ? " ON CONFLICT DO NOTHING"
        : "";
  const { select } = command.select;
  const [row, ...more] = select.type === "SelectValues" ? select.values : [];
  if (row !== undefined && more.length === 0) {
    if (row.values.length !== columns.length)
      throw new Untranslatable(`it inserts another number of values into ${name}`);
    const scope = triggerScope(input, null);
    const values = row.values.map((value) => translateExpression(value, scope));
    // NULL for the key lets SQLite give out the next one.
    const kept = columns.map((_, i) => i).filter((i) => !(values[i]?.kind === "null" && columns[i]?.plan.identity));
    const list = kept.map((i) => escapeIdentifier(columns[i]?.plan.target ?? "")).join(", ");
    const sqls = kept.map((i) => written(values[i] as Translated, columns[i]));
    return plainSql(`INSERT INTO ${writable.relation.sql} (${list})\n  VALUES (${sqls.join(", ")})${conflict}`);
  }
  const inner = translateSelect(command.select, input.query, { outer: triggerScope(input, null), asValues: true });
  if (inner.columns.length !== columns.length)
    throw new Untranslatable(`it inserts another number of values into ${name}`);
  const alias = escapeIdentifier(input.query.alias("q"));
  const sqls = inner.columns.map((column, i) =>
    written(column.refer(`${alias}.${escapeIdentifier(column.target)}`), columns[i]),
  );
  const list = columns.map(({ plan }) => escapeIdentifier(plan.target)).join(", ");
  return plainSql(
    `INSERT INTO ${writable.relation.sql} (${list})\n  SELECT ${sqls.join(", ")} FROM ${selectRelation(inner).sql} AS ${alias}${conflict}`,
  );
}

function written(value: Translated, column: ReturnType<typeof columnOf> | undefined): string {
  if (column === undefined) throw new Untranslatable("it writes to a column that is not there");
  return assign(value, column.plan, column.affinity, column.plan.target);
}

function upsert(
  clause: NonNullable<Extract<TriggerCmd, { type: "InsertTriggerCmd" }>["upsert"]>,
  writable: Writable,
  name: string,
  input: BodyInput,
): string {
  if (clause.next !== undefined || clause.index?.whereClause !== undefined)
    throw new Untranslatable("ON CONFLICT with several parts in its body");
  const keys = (clause.index?.targets ?? []).map(({ expr }) => {
    if (expr.type !== "Id") throw new Untranslatable("ON CONFLICT on an expression in its body");
    return columnOf(writable, expr.name).plan.target;
  });
  const on = ` ON CONFLICT${keys.length === 0 ? "" : ` (${arbiter(keys, writable)})`}`;
  if (clause.doClause.type === "NothingUpsertDo") return `${on} DO NOTHING`;
  if (keys.length === 0) throw new Untranslatable("ON CONFLICT DO UPDATE without columns in its body");
  const at = (of: string, column: string) => {
    const found = findColumn(writable.relation, column);
    return found?.refer(`${of}.${escapeIdentifier(found.target)}`) ?? null;
  };
  const own = escapeIdentifier(writable.relation.target ?? name);
  const scope = triggerScope(input, (table, column) =>
    table?.toLowerCase() === "excluded"
      ? at("excluded", column)
      : table === null || table.toLowerCase() === name.toLowerCase()
        ? at(own, column)
        : null,
  );
  const { sets, whereClause } = clause.doClause;
  const where = whereClause === undefined ? "" : ` WHERE ${translateCondition(whereClause, scope)}`;
  return `${on} DO UPDATE SET ${assignments(sets, writable, scope)}${where}`;
}

/** The columns of a key. Where a unique index beside it keeps what a collation keeps, rows meet there first. */
function arbiter(keys: string[], writable: Writable): string {
  const folded = foldedOver(writable, keys).find(
    ({ where, columns }) =>
      where === undefined && columns.length === keys.length && columns.every(({ name }) => keys.includes(name)),
  );
  const members = folded?.columns ?? keys.map((name) => ({ name, expression: undefined }));
  return members
    .map(({ name, expression }) => (expression === undefined ? escapeIdentifier(name) : `(${expression})`))
    .join(", ");
}

function assignments(
  sets: Extract<TriggerCmd, { type: "UpdateTriggerCmd" }>["sets"],
  writable: Writable,
  scope: Scope,
): string {
  return sets
    .map(({ colNames, expr }) => {
      const [name, ...more] = colNames;
      if (name === undefined || more.length > 0) throw new Untranslatable("it sets several columns from one row value");
      const column = columnOf(writable, name.text);
      return `${escapeIdentifier(column.plan.target)} = ${written(translateExpression(expr, scope), column)}`;
    })
    .join(", ");
}

function update(command: Extract<TriggerCmd, { type: "UpdateTriggerCmd" }>, input: BodyInput): Statement {
  refuseConflict(command.orConflict, []);
  if (command.from !== undefined) throw new Untranslatable("UPDATE … FROM in its body");
  const { writable, scope, sql } = target(command.tblName.objName.text, input);
  const where = command.whereClause === undefined ? "" : `\n  WHERE ${translateCondition(command.whereClause, scope)}`;
  return plainSql(`UPDATE ${sql} SET ${assignments(command.sets, writable, scope)}${where}`);
}

function remove(command: Extract<TriggerCmd, { type: "DeleteTriggerCmd" }>, input: BodyInput): Statement {
  const { scope, sql } = target(command.tblName.objName.text, input);
  const where = command.whereClause === undefined ? "" : `\n  WHERE ${translateCondition(command.whereClause, scope)}`;
  return plainSql(`DELETE FROM ${sql}${where}`);
}

/** Whether a WHERE finds its rows by columns that equal NEW's or OLD's. @returns those columns, by their SQL */
export function pinned(command: TriggerCmd, input: BodyInput): string[] {
  if (command.type !== "UpdateTriggerCmd" && command.type !== "DeleteTriggerCmd") return [];
  if (command.whereClause === undefined) return [];
  const { scope } = target(command.tblName.objName.text, input);
  return equated(command.whereClause, scope).flatMap(([a, b]) =>
    isRow(a) && !isRow(b) ? [b] : isRow(b) && !isRow(a) ? [a] : [],
  );
}

const isRow = (sql: string) => /^\(*\0[no]\./.test(sql);

/** The tables that a command reads in queries, in lower case. */
export function tablesRead(tree: TriggerCmd | Expr): Set<string> {
  const read = new Set<string>();
  traverse(tree, {
    nodes: {
      TableSelectTable: (table) => {
        read.add(table.tblName.objName.text.toLowerCase());
      },
    },
  });
  return read;
}
