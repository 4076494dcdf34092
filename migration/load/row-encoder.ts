/** Rows as lines of COPY's text format, or as rejected, with the column and the reason. */
import type { ExactValue, RejectedRow, TablePlan } from "../model";
import { isSuspicious, isValidText, mendText } from "../source/bad-text";
import type { Row, TableReader } from "../source/read";
import { exactValue, type SqliteValue, showValue } from "../source/value";
import { type Adapt, adapterOf } from "./adapt";
import { type Encode, encoderFor, Unfit } from "./encode";
import type { MendedValue } from "./run";

export class RowEncoder {
  readonly #encoders: Encode[];
  readonly #computed: boolean[];
  /** JavaScript's text is UTF-8 here, and the column holds the bytes of another encoding. */
  readonly #needsBytes: boolean[];
  readonly #adapters: (Adapt | null)[];
  /** The values of the last row that were mended, by column, as they were. */
  mended: Pick<MendedValue, "column" | "was" | "how">[] = [];

  /** @param encoding the source database's */
  constructor(
    readonly table: TablePlan,
    readonly reader: TableReader,
    readonly encoding: string,
  ) {
    this.#encoders = table.columns.map(encoderFor);
    this.#adapters = table.columns.map(adapterOf);
    this.#computed = table.columns.map((column) => column.generated !== undefined);
    this.#needsBytes = table.columns.map((column) => column.badText === "bytea" && encoding !== "UTF-8");
  }

  /** The row as a line, its newline included; or why not. */
  encode(row: Row): string | RejectedRow {
    let line = "";
    let first = true;
    this.mended = [];
    for (let index = 0; index < this.#encoders.length; index++) {
      // PostgreSQL computes it.
      if (this.#computed[index]) continue;
      const value = row[index] ?? null;
      const field =
        typeof value === "string" &&
        (this.#needsBytes[index] || isSuspicious(value, this.encoding) || this.#hasNul(index, value))
          ? this.#suspicious(row, index, value)
          : this.#encoders[index]?.(value);
      if (field === undefined || field instanceof Unfit)
        return this.reject(row, field ?? new Unfit("unknown", ""), index);
      const adapt = this.#adapters[index];
      if (adapt) this.#noteAdapted(adapt, value, index);
      line += first ? field : `\t${field}`;
      first = false;
    }
    return `${line}\n`;
  }

  #noteAdapted(adapt: Adapt, value: SqliteValue, index: number): void {
    const adapted = adapt(value);
    if (adapted === value) return;
    const column = this.table.columns[index]?.source ?? "";
    this.mended.push({ column, was: exactValue(value), how: adapted === null ? "null" : "cut" });
  }

  #suspicious(row: Row, index: number, value: string): string | Unfit | undefined {
    const raw = this.reader.bytes(row, index);
    const { badText } = this.table.columns[index] ?? {};
    if (badText === "bytea") return this.#encoders[index]?.(raw);
    const valid = isValidText(raw, this.encoding);
    if (badText === "replace" && (!valid || value.includes("\0"))) {
      this.mended.push({
        column: this.table.columns[index]?.source ?? "",
        was: { t: "text", base64: raw.toString("base64") },
        how: "text",
      });
      return this.#encoders[index]?.(mendText(raw, this.encoding));
    }
    if (valid) return this.#encoders[index]?.(value);
    if (this.table.columns[index]?.type.kind === "bytea") return this.#encoders[index]?.(raw);
    return new Unfit("invalid text", `Its bytes are not valid ${this.encoding}.`);
  }

  #hasNul(index: number, value: string): boolean {
    return this.table.columns[index]?.badText === "replace" && value.includes("\0");
  }

  /** @param index the column that does not fit, or null where the server did not say */
  reject(row: Row, why: { code: string; reason: string }, index: number | null): RejectedRow {
    return {
      table: this.table.source,
      locator: this.reader.locator(row),
      key: this.reader.shownKey(row),
      column: index === null ? null : (this.table.columns[index]?.source ?? null),
      value: index === null ? null : showValue(row[index] ?? null, 200),
      code: why.code,
      reason: why.reason,
    };
  }

  /** All values of the row, by source column, without loss. */
  exactly(row: Row): Record<string, ExactValue> {
    return Object.fromEntries(
      this.table.columns.map((column, index) => {
        const value = row[index] ?? null;
        if (typeof value !== "string" || !isSuspicious(value, this.encoding)) return [column.source, exactValue(value)];
        const raw = this.reader.bytes(row, index);
        return [
          column.source,
          isValidText(raw, this.encoding) ? exactValue(value) : { t: "text", base64: raw.toString("base64") },
        ];
      }),
    );
  }
}
