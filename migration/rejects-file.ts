/** The file of rows set aside: one JSON value a line, each with the whole row. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf } from "../support/errors";
import type { ExactValue, RejectedRow } from "./model";

/** A line of the file. */
export interface RejectLine extends RejectedRow {
  /** Every value, by source column. */
  row: Record<string, ExactValue>;
}

/** Reads line by line. @throws Error that names the line that is none */
export async function* readRejects(path: string): AsyncGenerator<RejectLine> {
  for await (const [line] of readPlacedRejects(path)) yield line;
}

/** The same, each with its place in words. */
export async function* readPlacedRejects(path: string): AsyncGenerator<[line: RejectLine, where: string]> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const where = `${path}, line ${++number}`;
    if (line.trim() !== "") yield [readLine(line, where), where];
  }
}

function readLine(line: string, where: string): RejectLine {
  let value: Partial<RejectLine>;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: ${messageOf(error)}`);
  }
  if (typeof value?.table !== "string" || !Array.isArray(value.locator) || typeof (value.row ?? 0) !== "object")
    throw new Error(`${where}: it has no table, locator or row`);
  return value as RejectLine;
}
