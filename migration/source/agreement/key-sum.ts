/** A sum of hashed keys, in which their order makes no difference. */
import { type Hash64, hashBytes } from "../../verify/lookup3";
import type { IndexKey } from "./index-key";
import type { IndexLayout } from "./index-layout";

/** 64 bits in two halves, and how many keys were added. */
export class KeySum {
  #count = 0;
  #high = 0;
  #low = 0;
  readonly #hash: Hash64 = { high: 0, low: 0 };

  /** @param high of the rowid; `low` is its other half */
  add(key: IndexKey, high: number, low: number): void {
    const hash = this.#hash;
    hashBytes(key.bytes, key.words, key.pad(), high, low, hash);
    this.#high = (this.#high + hash.high) | 0;
    this.#low = (this.#low + hash.low) | 0;
    this.#count++;
  }

  equals(other: KeySum): boolean {
    return this.#count === other.#count && this.#high === other.#high && this.#low === other.#low;
  }
}

/** The columns of an index's key, as arrays of numbers. */
export class KeyColumns {
  readonly positions: Int32Array;
  /** -1 for a descending column. */
  readonly flips: Int8Array;
  readonly nullable: Uint8Array;

  constructor({ key }: IndexLayout) {
    this.positions = Int32Array.from(key, ({ position }) => position);
    this.flips = Int8Array.from(key, ({ descending }) => (descending ? -1 : 0));
    this.nullable = Uint8Array.from(key, ({ nullable }) => (nullable ? 1 : 0));
  }
}
