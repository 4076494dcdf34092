/**
 * Triggers as PL/pgSQL, where both databases certainly do the same. What differs between them: SQLite runs a trigger after each row, PostgreSQL an AFTER
 * trigger when all rows of the statement are changed; a trigger of SQLite's does not start itself again (sqlite.org/pragma.html#pragma_recursive_triggers).
 */
import { createHash } from "node:crypto";
import { escapeIdentifier, escapeLiteral } from "pg";
import type { CreateTriggerStmt, TriggerCmd } from "sqlite3-parser";
import type { SourceCatalog, SourceObject, TablePlan, TriggerPlan } from "../model";
import { translateCondition } from "./expression";
import { aliases, findColumn, type Query, type Relation, schemaMark } from "./relation";
import { Untranslatable } from "./scope";
import { type BodyInput, type Statement, triggerScope } from "./trigger-body";
import { pinned, tablesRead, translateCommand } from "./trigger-statements";

/** Stand for NEW and OLD: a probe puts a row of NULLs in their place. */
const marks = { new: `${schemaMark}n`, old: `${schemaMark}o` };

export interface TriggerInput {
  catalog: Pick<SourceCatalog, "tables" | "objects" | "fingerprint">;
  tables: TablePlan[];
  schema: string;
  /** Tables and views that come over. @throws Untranslatable for others */
  find(name: string): Relation;
  /** Whether a trigger may lead to itself through what its body changes. Both names in lower case. */
  mayStartItself(trigger: string): boolean;
}

/** @param name PostgreSQL's, of the trigger and of its function */
export function translateTrigger(
  object: SourceObject,
  statement: CreateTriggerStmt,
  name: string,
  input: TriggerInput,
): TriggerPlan {
  const table = statement.tblName.objName.text;
  const relation = named(() => input.find(table));
  const instead = statement.time === "InsteadOf";
  const event = eventOf(statement, relation, instead);
  const query: Query = {
    find: input.find,
    alias: aliases(),
    utf16: input.catalog.fingerprint.encoding !== "UTF-8",
    text: object.sql,
    approximate: false,
  };
  const body: BodyInput = {
    query,
    row: (of, column) => rowValue(of, column, relation, statement),
    writable: (other) => writable(other, input),
  };
  checkOrder(statement, body, relation);
  const statements = statement.commands.map((command) => translateCommand(command, body));
  const when =
    statement.whenClause === undefined ? null : translateCondition(statement.whenClause, triggerScope(body, null));
  const result = instead || statement.time !== "After" ? (event.word === "DELETE" ? "OLD" : "NEW") : "NULL";
  const guard = input.mayStartItself(object.name.toLowerCase()) ? guardName(object.name) : null;
  const text = bodyText(statements, when, result, guard);
  const inSchema = (sql: string, row: (kind: string) => string) =>
    sql
      .replaceAll(marks.new, row("NEW"))
      .replaceAll(marks.old, row("OLD"))
      .replaceAll(schemaMark, escapeIdentifier(input.schema));
  const source = inSchema(text, (word) => word);
  const on = inSchema(relation.sql, (word) => word);
  const made = `${escapeIdentifier(input.schema)}.${escapeIdentifier(name)}`;
  const of = event.columns.length === 0 ? "" : ` OF ${event.columns.map(escapeIdentifier).join(", ")}`;
  const time = instead ? "INSTEAD OF" : statement.time === "After" ? "AFTER" : "BEFORE";
  return {
    source: object.name,
    target: name,
    table: relation.target ?? table,
    time,
    event: event.word,
    columns: event.columns,
    function: name,
    body: source,
    statements: [
      // What the caller's search_path holds cannot change what the body means.
      `CREATE FUNCTION ${made}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS ${dollarQuoted(source)}`,
      `COMMENT ON FUNCTION ${made}() IS ${escapeLiteral(functionComment(object.name)).trim()}`,
      `CREATE TRIGGER ${escapeIdentifier(name)} ${time} ${event.word}${of} ON ${on} FOR EACH ROW EXECUTE FUNCTION ${made}()`,
    ],
    probes: [...(when === null ? [] : [`SELECT ${when}`]), ...statements.flatMap((one) => one.probes)].map((probe) =>
      inSchema(probe, () => `(NULL::${on})`),
    ),
    sourceSql: object.sql,
  };
}

/** By which a later run knows a function of its own. */
export function functionComment(source: string): string {
  return `Made by pgstead from SQLite's trigger ${source}.`;
}

interface Event {
  word: TriggerPlan["event"];
  columns: string[];
}

function eventOf({ event }: CreateTriggerStmt, relation: Relation, instead: boolean): Event {
  switch (event.type) {
    case "InsertTriggerEvent":
      return { word: "INSERT", columns: [] };
    case "DeleteTriggerEvent":
      return { word: "DELETE", columns: [] };
    case "UpdateTriggerEvent":
      return { word: "UPDATE", columns: [] };
    default: {
      if (instead) throw new Untranslatable("INSTEAD OF UPDATE OF, which PostgreSQL takes without columns only");
      const columns = event.columns.map(({ text }) => {
        const column = findColumn(relation, text);
        if (column === undefined) throw new Untranslatable(`the column ${text}, which does not come over`);
        return column.target;
      });
      return { word: "UPDATE", columns };
    }
  }
}

function rowValue(of: string | null, name: string, relation: Relation, { event, time }: CreateTriggerStmt) {
  const row = of?.toLowerCase();
  if (row !== "new" && row !== "old") return null;
  if ((row === "new" && event.type === "DeleteTriggerEvent") || (row === "old" && event.type === "InsertTriggerEvent"))
    return null;
  const isRowid = ["rowid", "_rowid_", "oid"].includes(name.toLowerCase());
  const column = findColumn(relation, name) ?? (isRowid ? relation.rowid : null);
  if (typeof column === "string") throw new Untranslatable(column);
  if (column === null || column === undefined) return null;
  if (
    row === "new" &&
    time !== "After" &&
    time !== "InsteadOf" &&
    event.type === "InsertTriggerEvent" &&
    column === relation.rowid
  )
    throw new Untranslatable(`NEW.${name} before the row is inserted, when SQLite has no key for it yet`);
  return column.refer(`${marks[row]}.${escapeIdentifier(column.target)}`);
}

function named<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    throw new Untranslatable(error.reason.replace(/^it reads/, "it is on"));
  }
}

function writable(name: string, { catalog, tables, find }: TriggerInput) {
  const plan = tables.find((table) => table.source.toLowerCase() === name.toLowerCase());
  if (plan === undefined) {
    try {
      find(name);
    } catch (error) {
      if (error instanceof Untranslatable) throw new Untranslatable(error.reason.replace(/^it reads/, "it writes to"));
      throw error;
    }
    throw new Untranslatable(`it writes to the view ${name}`);
  }
  const source = catalog.tables.find((table) => table.name === plan.source);
  return { relation: find(name), columns: plan.columns, source: source?.columns ?? [], indexes: plan.indexes };
}

/** @param table in lower case */
export function writesTo(command: TriggerCmd, table: string): boolean {
  return command.type !== "SelectTriggerCmd" && command.tblName.objName.text.toLowerCase() === table;
}

/** @throws Untranslatable where it matters that PostgreSQL runs an AFTER trigger when all rows are changed, or a BEFORE trigger changes its row */
function checkOrder(statement: CreateTriggerStmt, body: BodyInput, relation: Relation): void {
  const own = statement.tblName.objName.text.toLowerCase();
  const writes = (command: TriggerCmd) => writesTo(command, own);
  if (statement.time === "InsteadOf") return;
  if (statement.time !== "After") {
    if (statement.commands.some(writes)) throw new Untranslatable("it changes its own table before the row is changed");
    return;
  }
  const late = "which PostgreSQL does when all rows of a statement are changed, and SQLite after each";
  if (statement.whenClause !== undefined && tablesRead(statement.whenClause).has(own))
    throw new Untranslatable(`it asks its own table in WHEN, ${late}`);
  for (const command of statement.commands) {
    const reads = tablesRead(command).has(own);
    const at = pinned(command, body);
    if (writes(command)) {
      if (reads || !isOneRow(command, at, relation))
        throw new Untranslatable(`it changes other rows of its own table, ${late}`);
    } else if (reads && !(command.type === "UpdateTriggerCmd" && at.length > 0))
      throw new Untranslatable(`it asks its own table, ${late}`);
  }
}

/** Whether the rows that a command changes are found by a key of the changed row. */
function isOneRow(command: TriggerCmd, at: string[], relation: Relation): boolean {
  const columns = at.map((sql) => /\."((?:[^"]|"")*)"$/.exec(sql)?.[1]?.replaceAll('""', '"'));
  const names = relation.columns.filter((column) => columns.includes(column.target)).map((column) => column.name);
  const rowid = relation.rowid !== null && typeof relation.rowid === "object" ? [[relation.rowid.name]] : [];
  return (
    command.type !== "InsertTriggerCmd" &&
    [...relation.keys, ...rowid].some((key) => key.every((name) => names.includes(name)))
  );
}

function guardName(trigger: string): string {
  return `pgstead.trigger_${createHash("sha256").update(trigger).digest("hex").slice(0, 12)}`;
}

/** @param guard a setting of the transaction that is on while the trigger is at work: then it does nothing */
function bodyText(statements: Statement[], when: string | null, result: string, guard: string | null): string {
  const setting = escapeLiteral(guard ?? "");
  const inner = [
    ...(guard === null ? [] : [`PERFORM set_config(${setting}, 'on', true);`]),
    ...statements.map((one) => one.sql),
    ...(guard === null ? [] : [`PERFORM set_config(${setting}, '', true);`]),
  ].join("\n");
  const conditions = [
    ...(guard === null ? [] : [`current_setting(${setting}, true) IS DISTINCT FROM 'on'`]),
    ...(when === null ? [] : [when]),
  ];
  const whole = conditions.length === 0 ? inner : `IF ${conditions.join(" AND ")} THEN\n${indented(inner)}\nEND IF;`;
  const returned = result === "NULL" ? "RETURN NULL;" : `RETURN ${result};`;
  return `\nBEGIN\n${indented(`${whole}\n${returned}`)}\nEND\n`;
}

/** Two spaces before each line, except for one that begins within a literal or a name. */
function indented(text: string): string {
  let before = "";
  return text
    .split("\n")
    .map((line) => {
      const inside = ["'", '"'].some((quote) => before.split(quote).length % 2 === 0);
      before += line;
      return inside ? line : `  ${line}`;
    })
    .join("\n");
}

function dollarQuoted(text: string): string {
  let tag = "$pgstead$";
  for (let n = 1; text.includes(tag); n++) tag = `$pgstead${n}$`;
  return tag + text + tag;
}
