/** What the statements of a trigger's body are translated with. */
import type { ColumnPlan, IndexPlan, SourceColumn } from "../model";
import type { Query, Relation } from "./relation";
import type { Scope, Translated } from "./scope";
import { subqueryOf } from "./select";

/** A table that a body may write to. */
export interface Writable {
  relation: Relation;
  columns: ColumnPlan[];
  source: SourceColumn[];
  indexes: IndexPlan[];
}

export interface BodyInput {
  query: Query;
  /** NEW and OLD. */
  row(table: string | null, name: string): Translated | null;
  /** @throws Untranslatable for what does not come over */
  writable(name: string): Writable;
}

/** A statement, and the queries by which PostgreSQL can be asked whether it understands it. */
export interface Statement {
  sql: string;
  probes: string[];
}

export function triggerScope(input: BodyInput, own: Scope["column"] | null): Scope {
  const scope: Scope = {
    column: (table, name) => own?.(table, name) ?? input.row(table, name),
    mayUse: {
      immutableOnly: false,
      aggregates: false,
      windows: false,
      approximate: false,
      decimals: true,
      volatile: true,
    },
    utf16: input.query.utf16,
    text: input.query.text,
    subquery: (select) => subqueryOf(input.query, () => scope)(select),
  };
  return scope;
}
