/** All triggers of a source: which are translated, and which stay behind with the reason. */
import { type CreateTriggerStmt, type TriggerCmd, traverse } from "sqlite3-parser";
import type { LeftBehind, SourceObject, TriggerPlan } from "../model";
import { Namespace } from "../plan/names";
import { renamed } from "../plan/renamed";
import { parseStatement } from "./parse";
import { Untranslatable } from "./scope";
import { type TriggerInput, translateTrigger, writesTo } from "./trigger";

interface Parsed {
  object: SourceObject;
  statement: CreateTriggerStmt;
  on: string;
  event: "INSERT" | "UPDATE" | "DELETE";
  writes: Set<string>;
  reads: Set<string>;
}

export interface TriggersInput extends Omit<TriggerInput, "mayStartItself"> {
  /** The name as the options want it. */
  plainName(name: string): string;
}

export function translateTriggers(input: TriggersInput): {
  triggers: TriggerPlan[];
  leftBehind: LeftBehind[];
  warnings: string[];
} {
  const objects = input.catalog.objects.filter((object) => object.kind === "trigger");
  const triggers: TriggerPlan[] = [];
  const leftBehind: LeftBehind[] = [];
  const warnings: string[] = [];
  const parsed: Parsed[] = [];
  const names = new Namespace();
  const stays = (object: SourceObject, reason: string) =>
    leftBehind.push({ kind: "trigger", name: object.name, reason: triggerReason(object, reason), sql: object.sql });
  for (const object of objects) {
    try {
      parsed.push(parse(object));
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      stays(object, error.reason);
    }
  }
  const whole: TriggerInput = { ...input, mayStartItself: (name) => startsItself(name, parsed, input) };
  for (const one of parsed) {
    try {
      refuseUnclearOrder(one, parsed);
      const wanted = input.plainName(one.object.name);
      const early = goesBeforeChecks(one, parsed, input);
      const name = names.take(early ? `A_${wanted}` : wanted);
      triggers.push(translateTrigger(one.object, one.statement, name, whole));
      warnings.push(
        ...(early
          ? [
              `The trigger ${one.object.name} becomes ${name}: PostgreSQL runs triggers by their names, and what this one does must be done when its own, RI_ConstraintTrigger, check the foreign keys.`,
            ]
          : renamed("The trigger", one.object.name, name, wanted)),
      );
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      stays(one.object, error.reason);
    }
  }
  return { triggers, leftBehind, warnings };
}

export function triggerReason(object: Pick<SourceObject, "table">, reason: string): string {
  return `A trigger on ${object.table} without a certain translation: ${reason}. Write it again as a PL/pgSQL trigger function where the application still needs it.`;
}

function parse(object: SourceObject): Parsed {
  const statement = parseStatement(object.sql);
  if (statement.type !== "CreateTriggerStmt") throw new Untranslatable("it is no CREATE TRIGGER");
  const writes = new Set<string>();
  const reads = new Set<string>();
  for (const command of statement.commands)
    if (command.type !== "SelectTriggerCmd") writes.add(command.tblName.objName.text.toLowerCase());
  traverse(statement, {
    nodes: {
      TableSelectTable: (table) => {
        reads.add(table.tblName.objName.text.toLowerCase());
      },
    },
  });
  const event =
    statement.event.type === "InsertTriggerEvent"
      ? "INSERT"
      : statement.event.type === "DeleteTriggerEvent"
        ? "DELETE"
        : "UPDATE";
  return { object, statement, on: statement.tblName.objName.text.toLowerCase(), event, writes, reads };
}

/** From table to table by what triggers write and what foreign keys carry on. */
function startsItself(name: string, all: Parsed[], { catalog }: Pick<TriggerInput, "catalog">): boolean {
  const self = all.find(({ object }) => object.name.toLowerCase() === name);
  if (self === undefined) return false;
  const reached = new Set<string>();
  const follow = (table: string): void => {
    if (reached.has(table)) return;
    reached.add(table);
    for (const other of all) if (other.on === table) for (const next of other.writes) follow(next);
    for (const child of catalog.tables)
      if (child.foreignKeys.some((key) => key.referencedTable.toLowerCase() === table && acts(key)))
        follow(child.name.toLowerCase());
  };
  for (const table of self.writes) follow(table);
  return reached.has(self.on);
}

const acts = ({ onUpdate, onDelete }: { onUpdate: string; onDelete: string }) =>
  [onUpdate, onDelete].some((action) => action !== "NO ACTION" && action !== "RESTRICT");

/**
 * Whether a trigger, or another that runs with it, may mend what a foreign key of its table asks for: SQLite checks those without an action at the end of the
 * statement, PostgreSQL by triggers among the others. Actions, and RESTRICT, come before both's AFTER triggers.
 */
function goesBeforeChecks(one: Parsed, all: Parsed[], { catalog, plainName }: TriggersInput): boolean {
  const beside = all.filter(
    (other) => other.on === one.on && other.event === one.event && other.statement.time === "After",
  );
  if (!beside.includes(one)) return false;
  const keys = catalog.tables.flatMap((table) =>
    table.foreignKeys.map((key) => ({
      child: table.name.toLowerCase(),
      columns: key.columns,
      parent: key.referencedTable.toLowerCase(),
      referencedColumns: key.referencedColumns,
      action: one.event === "DELETE" ? key.onDelete : key.onUpdate,
    })),
  );
  const ofChildren = one.event === "INSERT" ? [] : keys.filter(({ parent }) => parent === one.on);
  if (ofChildren.some(({ action }) => action !== "NO ACTION")) return false;
  const ofParents = one.event === "DELETE" ? [] : keys.filter(({ child }) => child === one.on);
  const mends = (command: TriggerCmd) =>
    ofChildren.some(({ child, columns }) => takesAway(command, child, columns)) ||
    ofParents.some(({ parent, referencedColumns }) => givesKeys(command, parent, referencedColumns));
  return beside.some(
    ({ object, statement }) => plainName(object.name) > "RI_" && statement.commands.some((command) => mends(command)),
  );
}

/** Whether rows of a table may refer to nothing any more. */
function takesAway(command: TriggerCmd, table: string, columns: string[]): boolean {
  return writesTo(command, table) && (command.type === "DeleteTriggerCmd" || sets(command, columns));
}

/** Whether a table may get keys to refer to. */
function givesKeys(command: TriggerCmd, table: string, columns: string[]): boolean {
  return writesTo(command, table) && (command.type === "InsertTriggerCmd" || sets(command, columns));
}

function sets(command: TriggerCmd, columns: string[]): boolean {
  const names = columns.map((column) => column.toLowerCase());
  return (
    command.type === "UpdateTriggerCmd" &&
    command.sets.some(({ colNames }) => colNames.some(({ text }) => names.includes(text.toLowerCase())))
  );
}

/** SQLite runs the newest first, PostgreSQL goes by name; the order matters where one writes what the other reads or writes. */
function refuseUnclearOrder(one: Parsed, all: Parsed[]): void {
  const time = (of: Parsed) => of.statement.time ?? "Before";
  const meets = (a: Set<string>, b: Set<string>) => [...a].some((table) => b.has(table));
  for (const other of all) {
    if (other === one || other.on !== one.on || other.event !== one.event || time(other) !== time(one)) continue;
    const matters = meets(one.writes, other.writes) || meets(one.writes, other.reads) || meets(other.writes, one.reads);
    const newer = all.indexOf(other) > all.indexOf(one) ? other : one;
    const first = Buffer.compare(Buffer.from(one.object.name), Buffer.from(other.object.name)) < 0 ? one : other;
    if (matters && newer !== first)
      throw new Untranslatable(
        `its order with ${other.object.name} matters: SQLite runs the newer one first, PostgreSQL goes by their names`,
      );
  }
}
