/** Rows of the reject file as lines of COPY's text format, checked as the migration checks them. */

import { type Encode, encoderFor, Unfit } from "../load/encode";
import type { TargetTable } from "../load/target-tables";
import type { ColumnPlan, ExactValue, TablePlan } from "../model";
import { typeSql } from "../plan/type-sql";
import type { RejectLine } from "../rejects-file";
import { plainValue } from "../set-aside";
import { isValidText, mendText } from "../source/bad-text";
import { showValue } from "../source/value";
import { textBytes } from "./read-rows";

/** Why a row cannot be loaded, and the source column where that is known. */
export interface Refusal {
  column: string | null;
  value: string | null;
  code: string;
  reason: string;
}

/** The table's columns with the types that the target has now: it may have been altered so that the rows fit. Computed ones are left out. */
export function presentTable(table: TablePlan, target: TargetTable): TablePlan {
  const columns = table.columns.flatMap((column) => {
    const present = target.columns.find(({ name }) => name === column.target);
    if (present?.generated === true) return [];
    if (present === undefined) return column.generated === undefined ? [column] : [];
    const type = typeSql(present.type) === typeSql(column.type) ? column.type : present.type;
    const { generated: _, ...plain } = column;
    return [{ ...plain, type, notNull: present.notNull }];
  });
  return { ...table, columns };
}

/** Encodes rows of one table. */
export class RowFields {
  readonly #encoders: Encode[];

  /** @param encoding the source database's */
  constructor(
    readonly table: TablePlan,
    readonly encoding: string,
  ) {
    this.#encoders = table.columns.map(encoderFor);
  }

  /** The row as a line, its newline included; or why not. */
  encode({ row }: RejectLine): string | Refusal {
    const fields: string[] = [];
    for (const [i, column] of this.table.columns.entries()) {
      const value = row[column.source] ?? { t: "null" };
      const field = this.#field(column, value, this.#encoders[i] ?? missing);
      if (field instanceof Unfit)
        return { column: column.source, value: shown(value), code: field.code, reason: field.reason };
      fields.push(field);
    }
    return `${fields.join("\t")}\n`;
  }

  /** As RowEncoder does with the values of the source. */
  #field(column: ColumnPlan, value: ExactValue, encode: Encode): string | Unfit {
    if (value.t !== "text") return encode(plainValue(value));
    const { encoding } = this;
    const raw = "base64" in value ? Buffer.from(value.base64, "base64") : textBytes(value.v, encoding);
    if (column.badText === "bytea") return encode(raw);
    if (column.badText === "replace") return encode(mendText(raw, encoding));
    if (isValidText(raw, encoding)) return encode("v" in value ? value.v : decode(raw, encoding));
    if (column.type.kind === "bytea") return encode(raw);
    return new Unfit("invalid text", `Its bytes are not valid ${encoding}.`);
  }
}

export function shown(value: ExactValue): string {
  return showValue(plainValue(value), 200);
}

function decode(raw: Buffer, encoding: string): string {
  if (encoding === "UTF-8") return raw.toString("utf8");
  return (encoding === "UTF-16be" ? Buffer.from(raw).swap16() : raw).toString("utf16le");
}

function missing(): never {
  throw new Error("a column has no encoder");
}
