/** What speaks for a column's type: how it is declared, and what its rows hold. */
import type { ColumnProfile, NullValue, TargetType, TimeForm } from "../model";
import type { Declaration } from "./declaration";

export interface TypeDecision {
  type: TargetType;
  timeForm: TimeForm | null;
  /** One sentence. */
  reason: string;
  /** Whether values speak against what is declared, so that the application meets another type than it may expect. */
  widened: boolean;
  badText?: "replace" | "bytea";
  nullFor?: NullValue[];
  cut?: true;
  /** Set where config decided, so that values may not fit. */
  byConfig?: true;
}

export interface ShownForm {
  form: TimeForm;
  /** `table.column`. */
  by: string;
}

/** A double holds every integer up to here. */
const exactInDouble = 2n ** 53n;

export class Evidence {
  readonly values: number;

  constructor(
    readonly declared: string,
    readonly declaration: Declaration,
    readonly profile: ColumnProfile,
    readonly inKey: boolean,
    readonly coreData: boolean,
    readonly shownForm: ShownForm | null,
  ) {
    this.values = ["integer", "real", "text", "blob"].reduce((sum, kind) => sum + this.count(kind), 0);
  }

  get says(): string {
    return this.declared === "" ? "Declared without a type" : `Declared ${this.declared}`;
  }

  count(kind: string): number {
    return Number(this.profile.storage[kind] ?? 0);
  }

  /** Whether the column holds nothing but these storage classes. */
  holdsOnly(...kinds: string[]): boolean {
    return kinds.reduce((sum, kind) => sum + this.count(kind), 0) === this.values;
  }

  /** Whether every value has one of these forms. */
  formsWithin(...forms: string[]): boolean {
    return Object.keys(this.profile.forms).every((form) => forms.includes(form));
  }

  decide(type: TargetType, why: string, timeForm: TimeForm | null = null): TypeDecision {
    return { type, timeForm, reason: `${this.says}; ${why}.`, widened: false };
  }

  /** The narrowest type that holds all the values as they are. */
  widen(why: string, whenEmpty: TargetType = { kind: "text" }): TypeDecision {
    const [type, what] = this.#widest(whenEmpty);
    const contrary = this.profile.contrary.length === 0 ? "" : ` (for example ${this.profile.contrary.join("; ")})`;
    const mixed = ["integer", "real", "text", "blob"].filter((kind) => this.count(kind) > 0).length > 1;
    const widened = this.values > 0 && (mixed || this.declaration.family !== "any");
    return { ...this.decide(type, `${why}, ${what}${contrary}`), widened };
  }

  #widest(whenEmpty: TargetType): [TargetType, string] {
    if (this.values === 0) return [whenEmpty, "and there are no values"];
    if (this.holdsOnly("integer")) return [{ kind: "bigint" }, `all ${this.values} values are integers`];
    if (this.holdsOnly("integer", "real")) {
      const [min, max] = [BigInt(this.profile.minInteger ?? 0), BigInt(this.profile.maxInteger ?? 0)];
      return min >= -exactInDouble && max <= exactInDouble
        ? [{ kind: "double precision" }, this.mixture()]
        : [
            { kind: "numeric", precision: null, scale: null },
            `${this.mixture()}, of which some integers are too large for a double`,
          ];
    }
    if (this.holdsOnly("blob")) return [{ kind: "bytea" }, `all ${this.values} values are blobs`];
    if (this.holdsOnly("integer", "real", "text")) return [{ kind: "text" }, this.mixture()];
    return this.profile.forms.other === undefined && this.profile.forms["uuid bytes"] === undefined
      ? [{ kind: "text" }, `${this.mixture()}; every blob is valid text`]
      : [{ kind: "bytea" }, `${this.mixture()}; ${this.#withoutBlobs()} become their UTF-8 bytes`];
  }

  #withoutBlobs(): string {
    const numbers = this.count("integer") + this.count("real") > 0;
    return this.count("text") === 0 ? "the digits of numbers" : numbers ? "texts, and the digits of numbers," : "texts";
  }

  mixture(): string {
    const parts = ["integer", "real", "text", "blob"].filter((kind) => this.count(kind) > 0);
    return `it holds ${parts.map((kind) => `${this.count(kind)} ${kind}`).join(", ")}`;
  }
}
