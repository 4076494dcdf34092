import { hash } from "node:crypto";
import { escapeIdentifier } from "pg";
import type { TargetType } from "../model";
import type { Cell } from "./value";

/*
 * A row's text joins its cells so that no two different rows give the same text. A cell whose form can hold neither a comma nor
 * nothing (numbers, booleans, times, hex) ends with a comma, and NULL is nothing; any other is led by its length in bytes and
 * a colon, and NULL has no length. In SQL that is one call of concat(), which shows NULL as nothing.
 * The row's hash is the first 128 bits of the text's SHA-256. Hashes are added up, so that the order of rows does not
 * matter and each copy of a row counts.
 */

/** Whether a type's cells need their length before them. */
export function isFree(type: TargetType): boolean {
  return ["text", "varchar", "char", "json", "jsonb", "other"].includes(type.kind);
}

/** The row's text on this side. */
export function rowText(cells: Cell[], free: boolean[]): string {
  let text = "";
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as Cell;
    if (!free[i]) text += `${cell ?? ""},`;
    else text += cell === null ? ":" : `${Buffer.byteLength(cell)}:${cell}`;
  }
  return text;
}

/** A column's cell in SQL. `column` is quoted, with its table where that is needed. */
export function cellSql(column: string, type: TargetType): string {
  switch (type.kind) {
    case "double precision":
      return `float8send(${column})`;
    case "real":
      return `float4send(${column})`;
    case "numeric":
      return `trim_scale(${column})`;
    case "bytea":
      return `encode(sha256(${column}), 'hex')`;
    case "text":
      return column;
    case "varchar":
    case "char":
    case "json":
    case "jsonb":
    case "other":
      return `${column}::text`;
    default:
      return column;
  }
}

/** The row's text in SQL. */
export function rowTextSql(columns: { name: string; type: TargetType }[], alias = ""): string {
  const parts = columns.flatMap(({ name, type }) => {
    const cell = cellSql(alias + escapeIdentifier(name), type);
    return isFree(type) ? [`octet_length(${cell}), ':'`, cell] : [cell, "','"];
  });
  return callInParts(parts);
}

/** PostgreSQL's functions take 100 arguments at most. */
function callInParts(parts: string[]): string {
  const calls: string[] = [];
  for (let at = 0; at < parts.length; at += 40) calls.push(`concat(${parts.slice(at, at + 40).join(", ")})`);
  return calls.length === 0 ? "''" : calls.join(" || ");
}

/** The SHA-256 of a row's text in SQL, as bytea. */
export function rowDigestSql(rowTextSql: string): string {
  return `sha256(convert_to(${rowTextSql}, 'UTF8'))`;
}

/** A digest's first 128 bits in SQL, as numeric: PostgreSQL 16 reads hexadecimal numbers. */
export function digestNumberSql(digest: string): string {
  return `('0' || substr((${digest})::text, 2, 33))::numeric`;
}

export function rowDigest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Adds up rows' hashes on this side. */
export class HashSum {
  rows = 0;
  // Four words of 32 bits each, added as doubles: exact for 2^21 rows, then carried into the whole.
  private words = [0, 0, 0, 0];
  private carried = 0n;

  add(digest: Buffer): void {
    const words = this.words as [number, number, number, number];
    words[0] += digest.readUInt32BE(0);
    words[1] += digest.readUInt32BE(4);
    words[2] += digest.readUInt32BE(8);
    words[3] += digest.readUInt32BE(12);
    if (++this.rows % 1_000_000 === 0) this.carry();
  }

  /** As PostgreSQL's sum shows it. */
  total(): string {
    this.carry();
    return String(this.carried);
  }

  private carry(): void {
    for (const [i, word] of this.words.entries()) this.carried += BigInt(word) << BigInt(96 - 32 * i);
    this.words = [0, 0, 0, 0];
  }
}
