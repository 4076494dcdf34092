/** Single rows and values, where they are told of one by one. */

/** One SQLite value without loss. `base64` holds a blob's bytes, or a text's where they are not valid in the database's encoding. */
export type ExactValue =
  | {
      /** NULL. */
      t: "null";
    }
  | {
      /** As SQLite's typeof() says. */
      t: "integer" | "real" | "text";
      /** The number's digits, or the text. */
      v: string;
    }
  | {
      /** As SQLite's typeof() says. */
      t: "blob" | "text";
      /** Its bytes. */
      base64: string;
    };

/** A row that could not be carried over. */
export interface RejectedRow {
  /** The source table. */
  table: string;
  /** The values of TablePlan.key, in its order: which row it is, exactly. */
  locator: ExactValue[];
  /** The values of TablePlan.shownKey, by column. */
  key: Record<string, string>;
  /** The source column whose value does not fit, or null where it is not known. */
  column: string | null;
  /** The offending value, shortened for reading; the reject file holds the whole row. */
  value: string | null;
  /** A SQLSTATE, or a reason code of ours such as `invalid boolean`. */
  code: string;
  /** What does not fit, in words. */
  reason: string;
}
