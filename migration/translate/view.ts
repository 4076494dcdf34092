/** Views, each after those that it reads. */
import { escapeIdentifier } from "pg";
import { type Select, traverse } from "sqlite3-parser";
import type { LeftBehind, SourceCatalog, SourceObject, TablePlan, ViewPlan } from "../model";
import { columnNamespace } from "../plan/names";
import { parseStatement } from "./parse";
import { aliases, type Relation, schemaMark, tableRelation } from "./relation";
import { Untranslatable } from "./scope";
import { translateSelect } from "./select";

/** What views and their columns are to be called. */
export interface ViewNames {
  /** Taken once: it is given to no other relation. */
  relation(wanted: string): string;
  column(wanted: string): string;
}

export interface TranslatedViews {
  /** In an order in which they can be made. */
  views: ViewPlan[];
  warnings: string[];
  leftBehind: LeftBehind[];
  /** Tables that come over and translated views, by name; @throws Untranslatable for any other */
  find(name: string): Relation;
}

export function translateViews(
  catalog: Pick<SourceCatalog, "tables" | "objects" | "fingerprint">,
  tables: TablePlan[],
  schema: string,
  names: ViewNames,
): TranslatedViews {
  const utf16 = catalog.fingerprint.encoding !== "UTF-8";
  const views: ViewPlan[] = [];
  const remarked = new Map<string, string[]>();
  const relations = new Map<string, Relation>();
  const failed = new Map<string, string>();
  for (const plan of tables) {
    const source = catalog.tables.find((table) => table.name === plan.source);
    if (source !== undefined) relations.set(plan.source.toLowerCase(), tableRelation(source, plan));
  }
  const objects = catalog.objects.filter((object) => object.kind === "view");
  const begun = new Set<string>();

  const find = (name: string): Relation => {
    const lower = name.toLowerCase();
    const known = relations.get(lower);
    if (known !== undefined) return known;
    const view = objects.find((object) => object.name.toLowerCase() === lower);
    if (view !== undefined) {
      make(view);
      const made = relations.get(lower);
      if (made === undefined) throw new Untranslatable(`it reads the view ${view.name}, which stays behind`);
      return made;
    }
    const table = catalog.tables.find((one) => one.name.toLowerCase() === lower);
    if (table !== undefined)
      throw new Untranslatable(
        `it reads the ${table.kind === "table" ? "" : `${table.kind} `}table ${table.name}, which stays behind`,
      );
    if (lower.startsWith("sqlite_")) throw new Untranslatable(`it reads ${name}, which only SQLite has`);
    throw new Untranslatable(`it reads ${name}, which is no table of the source`);
  };

  const make = (object: SourceObject): void => {
    const lower = object.name.toLowerCase();
    if (begun.has(lower)) return;
    begun.add(lower);
    if (object.columns === undefined) {
      failed.set(lower, readsUnsafely(object) ?? `SQLite itself cannot run it: ${object.error}`);
      return;
    }
    try {
      const made = translateView(object, find, utf16, schema, names, views);
      views.push(made.plan);
      for (const remark of made.remarks) remarked.set(remark, [...(remarked.get(remark) ?? []), object.name]);
      relations.set(lower, made.relation);
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      failed.set(lower, `It has no certain translation: ${error.reason}`);
    }
  };
  /** SQLite runs some functions, such as MATCH, in no view of a file whose schema it does not trust. What the view reads says more. */
  const readsUnsafely = (object: SourceObject): string | null => {
    if (object.error?.startsWith("unsafe use of ") !== true) return null;
    try {
      translateView({ ...object, columns: [] }, find, utf16, schema, { ...names, relation: (name) => name }, views);
    } catch (error) {
      if (error instanceof Untranslatable && error.reason.startsWith("it reads "))
        return `It has no certain translation: ${error.reason}`;
    }
    return null;
  };
  for (const object of objects) make(object);
  return {
    views,
    warnings: [...remarked].map(([remark, names]) => remark.replace("…", listed(names))),
    leftBehind: objects.flatMap((object): LeftBehind[] => {
      const reason = failed.get(object.name.toLowerCase());
      return reason === undefined ? [] : [viewLeftBehind(object.name, reason, object.sql)];
    }),
    find,
  };
}

/** @param reason a sentence without its full stop */
export function viewLeftBehind(name: string, reason: string, sql: string | null): LeftBehind {
  return { kind: "view", name, reason: `${reason}. Create it by hand.`, sql };
}

function translateView(
  object: SourceObject,
  find: (name: string) => Relation,
  utf16: boolean,
  schema: string,
  viewNames: ViewNames,
  before: ViewPlan[],
): { plan: ViewPlan; relation: Relation; remarks: string[] } {
  const text = object.runnable ?? object.sql;
  const statement = parseStatement(text);
  if (statement.type !== "CreateViewStmt") throw new Untranslatable("it is no CREATE VIEW");
  refuseRandom(statement.select);
  const reads = new Set<Relation>();
  const query = {
    find(name: string) {
      const relation = find(name);
      reads.add(relation);
      return relation;
    },
    alias: aliases(),
    utf16,
    text,
    approximate: true,
  };
  const namespace = columnNamespace(viewNames.column);
  const sourceNames = object.columns ?? [];
  const names = sourceNames.map((name) => namespace.take(name));
  const translated = translateSelect(statement.select, query, { outer: null, asValues: false, names });
  if (translated.columns.length !== names.length)
    throw new Untranslatable(
      `SQLite gives it ${names.length} columns, and the parser finds ${translated.columns.length}`,
    );
  const target = viewNames.relation(object.name);
  const columns = translated.columns.map((column, i) => ({ ...column, name: sourceNames[i] ?? column.name }));
  const read = [...reads].flatMap((relation) => relation.target ?? []);
  return {
    remarks: remarksOn(statement.select),
    plan: {
      source: object.name,
      target,
      columns: columns.map((column) => {
        const { kind } = column.refer("x");
        const { name, timeForm, unchanged } = column;
        return {
          source: name,
          target: column.target,
          timeForm,
          storage: unchanged || kind === "opaque" ? null : (storageOf[kind] ?? null),
        };
      }),
      query: translated.sql.split(schemaMark),
      sql: createView(schema, target, names, translated.sql.split(schemaMark)),
      reads: read,
      approximate: addsReals(statement.select) || before.some((view) => view.approximate && read.includes(view.target)),
      sourceSql: text,
      ...(object.runnable === undefined ? {} : { rewritten: true as const }),
    },
    relation: {
      sql: `${schemaMark}.${escapeIdentifier(target)}`,
      target,
      columns,
      missing: new Map(),
      rowid: `it uses the rowid of the view ${object.name}`,
      keys: [],
    },
  };
}

const storageOf: Partial<Record<string, ViewPlan["columns"][number]["storage"]>> = {
  integer: "integer",
  boolean: "integer",
  real: "real",
  number: "number",
  text: "text",
  date: "text",
  moment: "text",
  blob: "blob",
};

/** The statement that makes a view. @param query in the pieces between which the schema's name stands */
export function createView(schema: string, name: string, columns: string[], query: string[]): string {
  const quoted = escapeIdentifier(schema);
  const list = columns.map(escapeIdentifier).join(", ");
  return `CREATE VIEW ${quoted}.${escapeIdentifier(name)} (${list}) AS\n${query.join(quoted)}`;
}

const calls = (select: Select, names: string[]): string | null => {
  let found: string | null = null;
  const look = (call: { name: { name: string } }) => {
    if (names.includes(call.name.name.toLowerCase())) found = call.name.name;
  };
  traverse(select, { nodes: { FunctionCallExpr: look, FunctionCallStarExpr: look } });
  return found;
};

/** Sums and averages of reals depend on the order of addition in their last digits. */
function addsReals(select: Select): boolean {
  return calls(select, ["sum", "avg", "total"]) !== null;
}

/** What the view does that is the same on both sides but for values that its rows do not have now. */
function remarksOn(select: Select): string[] {
  const remarks = new Set<string>();
  traverse(select, {
    nodes: {
      FunctionCallExpr({ name, args = [] }) {
        const called = name.name.toLowerCase();
        const [first] = args;
        const prints = (called === "printf" || called === "format") && first?.type === "StringLiteral";
        if ((called === "round" && args.length === 2) || (prints && /%[-0-9.]*f/.test(first.value)))
          remarks.add(rounds);
        if (called === "json_extract") remarks.add(extracts);
      },
      BinaryExpr({ op }) {
        if (op === "ArrowRightShift") remarks.add(extracts);
      },
    },
  });
  return [...remarks];
}

const rounds =
  "Views that round to decimals: …. A number in the middle between two, such as 1.005, is rounded up here; of SQLite's versions some round it up and some down.";
const extracts =
  "Views that take values out of JSON: …. They are texts here; in SQLite those that are numbers or booleans in the JSON are numbers.";

const namesShown = 10;

function listed(names: string[]): string {
  const more = names.length - namesShown;
  return names.slice(0, namesShown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function refuseRandom(select: Select): void {
  const name = calls(select, ["random", "randomblob"]);
  if (name !== null)
    throw new Untranslatable(`${name}() gives another value each time, so that no result can be compared`);
}
