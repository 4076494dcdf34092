/** Invented values that are the same in every run. */
export interface Random {
  /** In [0, 1). */
  unit(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  bit(): 0 | 1;
  one<T>(choices: readonly T[]): T;
  /** The made value, or null in about one case of five. */
  maybe<T>(make: () => T): T | null;
  /** 64-bit integers, small ones and the extremes among them. */
  int64(): bigint;
  /** Doubles of all sizes, the extremes among them. */
  float(): number;
  bytes(length: number): Buffer;
  hex(bytes: number): string;
}

/** A generator with a fixed seed (mulberry32: small, and good enough to spread test values). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const unit = () => word() / 2 ** 32;
  const below = (limit: number) => Math.floor(unit() * limit);
  const one = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));
  return {
    unit,
    below,
    one,
    bytes,
    bit: () => (below(2) === 0 ? 0 : 1),
    maybe: (make) => (below(5) === 0 ? null : make()),
    int64: () =>
      one([
        0n,
        -1n,
        9223372036854775807n,
        -9223372036854775808n,
        9007199254740993n,
        BigInt(below(2 ** 31)),
        (BigInt(word()) << 20n) | 7n,
      ]),
    float: () => one([0, 0.1, 1e308, 5e-324, -1.5, unit(), unit() * 86400, below(1000)]),
    hex: (length) => bytes(length).toString("hex"),
  };
}
