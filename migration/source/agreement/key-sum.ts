/** A sum of hashed keys, in which their order makes no difference. */
import { lanes } from "./key-hash";

/** The hashes of values, two words for each. */
export class ValueHashes {
  readonly words: Int32Array;

  constructor(values: number) {
    this.words = new Int32Array(values * 2);
  }

  /** Keeps what was hashed last. */
  keep(value: number): void {
    this.words[value * 2] = lanes.a;
    this.words[value * 2 + 1] = lanes.b;
  }
}

/** 64 bits in two halves, and how many keys were added. */
export class KeySum {
  #count = 0;
  #a = 0;
  #b = 0;
  readonly #values: Int32Array;

  /** @param values of a key, in its order: their places among the hashes */
  constructor(values: number[]) {
    this.#values = Int32Array.from(values);
  }

  /** @param high of the rowid; `low` is its other half */
  add({ words }: ValueHashes, high: number, low: number): void {
    const values = this.#values;
    const first = (values[0] as number) * 2;
    lanes.begin(words[first] as number, words[first + 1] as number);
    for (let place = 1; place < values.length; place++) {
      const value = (values[place] as number) * 2;
      lanes.take(words[value] as number, words[value + 1] as number);
    }
    lanes.take(low, high);
    lanes.finish();
    this.#a = (this.#a + lanes.a) | 0;
    this.#b = (this.#b + lanes.b) | 0;
    this.#count++;
  }

  equals(other: KeySum): boolean {
    return this.#count === other.#count && this.#a === other.#a && this.#b === other.#b;
  }
}
