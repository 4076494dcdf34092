/** An expression asked on both sides: by SQLite of its own table, by PostgreSQL, translated, of the table as it was migrated. */
import { join } from "node:path";
import Database from "better-sqlite3";
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { migrate } from "../../../migration/migrate";
import type { MigrationPlan, SourceTable, TablePlan } from "../../../migration/model";
import { planSource } from "../../../migration/plan-source";
import { readTables } from "../../../migration/source/catalog";
import { openReadOnly, type Sqlite } from "../../../migration/source/open";
import type { SqliteValue } from "../../../migration/source/value";
import { tableScope } from "../../../migration/translate/columns";
import { translateExpression } from "../../../migration/translate/expression";
import { parseExpression } from "../../../migration/translate/parse";
import { type Scope, type Translated, Untranslatable } from "../../../migration/translate/scope";
import { dateText } from "../../../migration/translate/values";
import { connect } from "../../../support/postgres";
import type { TestServer } from "../../support/postgres";

export interface Both {
  db: Sqlite;
  plan: MigrationPlan;
  client: Client;
  /** Of the table, as its CHECKs and indexes have it. */
  scope(table: string, text: string): Scope;
  /** What each side says of all rows, or why the expression does not translate. */
  ask(table: string, expression: string, mayUse?: Partial<Scope["mayUse"]>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  untranslatable: string | null;
  translated: Translated | null;
  sqlite: string[];
  postgres: string[];
}

let made = 0;

/** Makes the SQLite database, and migrates it. */
export async function bothSides(server: TestServer, folder: string, script: string): Promise<Both> {
  const source = join(folder, `both-${++made}.db`);
  const maker = new Database(source);
  maker.exec(script);
  maker.close();
  const target = await server.createDatabase();
  await migrate({ source, target, workFolder: join(folder, "runs") });
  const plan = await planSource({ source, schema: "public", excludeTables: [] });
  const db = openReadOnly(source);
  const sources = readTables(db);
  const client = await connect(target);
  const scope = (table: string, text: string) =>
    tableScope(
      sources.find(({ name }) => name === table) as SourceTable,
      plan.tables.find((one) => one.source === table) as TablePlan,
      plan.source.encoding !== "UTF-8",
      text,
    );
  return {
    db,
    plan,
    client,
    scope,
    ask: (table, expression, mayUse = {}) => ask({ db, client, scope }, table, expression, mayUse),
    async close() {
      db.close();
      await client.end();
    },
  };
}

async function ask(
  { db, client, scope }: Pick<Both, "db" | "client" | "scope">,
  table: string,
  expression: string,
  mayUse: Partial<Scope["mayUse"]>,
): Promise<Answer> {
  const name = `"${table.replaceAll('"', '""')}"`;
  let translated: Translated;
  try {
    const parsed = parseExpression(expression);
    const within = scope(table, parsed.text);
    translated = translateExpression(parsed.expression, { ...within, mayUse: { ...within.mayUse, ...mayUse } });
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    return { untranslatable: error.reason, translated: null, sqlite: [], postgres: [] };
  }
  const sqlite = db
    .prepare<[], [SqliteValue]>(`SELECT ${expression} FROM ${name} ORDER BY id`)
    .raw()
    .all()
    .map(([value]) => show(value ?? null));
  const aggregate = mayUse.aggregates === true;
  const ids = aggregate ? [] : db.prepare(`SELECT id FROM ${name} ORDER BY id`).pluck().all();
  const postgres = await postgresValues(client, table, translated, ids as bigint[], aggregate);
  // What PostgreSQL reports as an error is not compared.
  return {
    untranslatable: null,
    translated,
    sqlite: sqlite.filter((_, index) => postgres[index] !== error),
    postgres: postgres.filter((value) => value !== error),
  };
}

const error = "an error";

async function postgresValues(
  client: Client,
  table: string,
  translated: Translated,
  ids: bigint[],
  aggregate: boolean,
): Promise<string[]> {
  const { kind } = translated;
  const sql =
    kind === "boolean" ? `${translated.sql}::integer` : kind === "date" ? dateText(translated.sql) : translated.sql;
  const query = async (where: string) =>
    (
      await client.query<[string | null]>({
        text: `SELECT (${sql})::text FROM ${escapeIdentifier(table)} ${where}${aggregate ? "" : " ORDER BY id"}`,
        rowMode: "array",
      })
    ).rows.map(([text]) => canonical(text, kind));
  try {
    return await query("");
  } catch (thrown) {
    if (!isOutOfRange(thrown)) throw new Error(`${thrown} in ${sql}`);
  }
  const values: string[] = [];
  for (const id of ids)
    try {
      values.push(...(await query(`WHERE id = ${id}`)));
    } catch (thrown) {
      if (!isOutOfRange(thrown)) throw new Error(`${thrown} in ${sql}`);
      values.push(error);
    }
  return values;
}

/** The errors that stand for a value of SQLite's that PostgreSQL does not have. */
function isOutOfRange(thrown: unknown): boolean {
  return thrown instanceof DatabaseError && ["22003", "22P02", "22008", "0A000"].includes(thrown.code ?? "");
}

function canonical(text: string | null, kind: Translated["kind"]): string {
  if (text === null) return "null";
  switch (kind) {
    case "integer":
    case "boolean":
      return `integer ${text}`;
    case "real":
      return show(Number(text));
    case "number":
      return `number ${text}`;
    case "blob":
      return `blob ${text.slice(2)}`;
    case "null":
      return "null";
    default:
      return `text ${text}`;
  }
}

function show(value: SqliteValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return `integer ${value}`;
  if (typeof value === "number") return `real ${value}`;
  if (typeof value === "string") return `text ${value}`;
  return `blob ${value.toString("hex")}`;
}

/** The rows on which the two sides differ. A number of a kind that is not known is compared by its value. */
export function differences(answer: Answer): string[] {
  return answer.sqlite.flatMap((text, index) => {
    const other = answer.postgres[index] ?? "nothing";
    return text === other || sameNumber(text, other) ? [] : [`${text} | ${other}`];
  });
}

function sameNumber(text: string, other: string): boolean {
  if (!other.startsWith("number ")) return false;
  const decimal = other.slice("number ".length);
  return text.startsWith("integer ")
    ? text === `integer ${decimal.replace(/\.0*$/, "")}`
    : text === show(Number(decimal));
}
