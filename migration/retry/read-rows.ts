/** The reject file, as somebody may have edited it: every line is checked before anything is loaded. */
import { statSync } from "node:fs";
import { messageOf, UserError } from "../../support/errors";
import type { ExactValue, MigrationPlan, TablePlan } from "../model";
import { type RejectLine, readPlacedRejects } from "../rejects-file";

/** All rows of the file, by source table. They are few: memory holds them. @throws UserError that names the line that is not right */
export async function readRows(path: string, plan: MigrationPlan): Promise<Map<string, RejectLine[]>> {
  const rows = new Map<string, RejectLine[]>();
  const seen = new Map<string, string>();
  try {
    if (!statSync(path).isFile()) throw new Error(`${path} is no file`);
    for await (const [line, where] of readPlacedRejects(path)) {
      const table = plan.tables.find(({ source }) => source === line.table);
      if (table === undefined) throw new Error(`${where}: the run has no table ${line.table}`);
      const wrong = wrongLine(line, table);
      if (wrong !== null) throw new Error(`${where}: ${wrong}`);
      const key = JSON.stringify([line.table, line.locator]);
      const first = seen.get(key);
      if (first !== undefined) throw new Error(`${where}: it is the same row as ${first}`);
      seen.set(key, where);
      const ofTable = rows.get(line.table);
      if (ofTable === undefined) rows.set(line.table, [line]);
      else ofTable.push(line);
    }
  } catch (error) {
    throw new UserError(
      `The reject file cannot be read: ${messageOf(error)}.`,
      "Nothing was changed. Mend that, then run again.",
      { cause: error },
    );
  }
  return rows;
}

/** What is wrong with a line, or null. */
function wrongLine({ locator, row }: RejectLine, table: TablePlan): string | null {
  if (locator.length !== table.key.length || locator.some((value) => wrongValue(value) !== null))
    return `its locator is not the key of ${table.source} (${table.key.join(", ")})`;
  const names = table.columns.map(({ source }) => source);
  const missing = names.filter((name) => !Object.hasOwn(row, name));
  if (missing.length > 0) return `its row lacks ${missing.join(", ")}`;
  const unknown = Object.keys(row).filter((name) => !names.includes(name));
  if (unknown.length > 0) return `${table.source} has no column ${unknown.join(", ")}`;
  for (const name of names) {
    const wrong = wrongValue(row[name]);
    if (wrong !== null) return `the value of ${name} ${wrong}`;
  }
  return null;
}

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function wrongValue(value: unknown): string | null {
  const { t, v, base64 } = (value ?? {}) as { t?: unknown; v?: unknown; base64?: unknown };
  if (t === "null") return null;
  if (base64 !== undefined) {
    if (t !== "text" && t !== "blob") return 'has base64, and so must have the t "text" or "blob"';
    return typeof base64 === "string" && base64Form.test(base64) ? null : "is not valid base64";
  }
  if (typeof v !== "string") return 'must be {"t": "null"}, or have a t, and a v in quotes or base64';
  switch (t) {
    case "text":
      return v.isWellFormed() ? null : "holds half of a surrogate pair, which is no text";
    case "integer":
      return /^-?\d{1,19}$/.test(v) && BigInt.asIntN(64, BigInt(v)) === BigInt(v) ? null : "is no integer of 64 bits";
    case "real":
      return v.trim() !== "" && !Number.isNaN(Number(v)) ? null : "is no number";
    default:
      return "has a t that is none of null, integer, real, text, blob";
  }
}

/** A value as jsonb holds it, which takes no NUL: such a text is its bytes. */
export function storable(value: ExactValue, encoding: string): ExactValue {
  return value.t === "text" && "v" in value && value.v.includes("\0")
    ? { t: "text", base64: textBytes(value.v, encoding).toString("base64") }
    : value;
}

/** A text's bytes in the database's encoding. */
export function textBytes(text: string, encoding: string): Buffer {
  if (encoding === "UTF-8") return Buffer.from(text);
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "UTF-16be" ? bytes.swap16() : bytes;
}
