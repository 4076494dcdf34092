/**
 * PostgreSQL's hash of bytes (`hash_bytes_extended`: Bob Jenkins's lookup3, public domain, with a seed), so that the source's side can be
 * hashed here as the server hashes the target's. Bytes that are equal have equal hashes on every server; other bytes have the same one with
 * a probability of 2^-64.
 */

const golden = 0x9e3779b9;

/** The 64-bit hash of what was hashed last, in two halves without sign. */
export interface Hash64 {
  high: number;
  low: number;
}

/**
 * Hashes the first `length` bytes of a buffer into `into`.
 *
 * @param bytes the buffer; `words` is the same memory in words of 4 bytes, little-endian
 */
export function hashBytes(
  bytes: Uint8Array,
  words: Int32Array,
  length: number,
  seedHigh: number,
  seedLow: number,
  into: Hash64,
): void {
  let a = (golden + length + 3923095) | 0;
  let b = a;
  let c = a;
  // The seed is mixed in as if it were the first twelve bytes.
  const start = seedHigh === 0 && seedLow === 0 ? 0 : -3;
  const end = Math.floor(length / 12) * 3;
  for (let word = start; word < end; word += 3) {
    if (word < 0) {
      a = (a + seedHigh) | 0;
      b = (b + seedLow) | 0;
    } else {
      a = (a + (words[word] as number)) | 0;
      b = (b + (words[word + 1] as number)) | 0;
      c = (c + (words[word + 2] as number)) | 0;
    }
    a = (a - c) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = (a - c) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
  }
  // The last bytes go into the words from the lowest byte on; the lowest byte of `c` belongs to the length.
  const rest = length - 4 * end;
  for (let i = 0; i < rest; i++) {
    const byte = bytes[4 * end + i] as number;
    if (i < 4) a = (a + (byte << (8 * i))) | 0;
    else if (i < 8) b = (b + (byte << (8 * (i - 4)))) | 0;
    else c = (c + (byte << (8 * (i - 7)))) | 0;
  }
  c = (c ^ b) - ((b << 14) | (b >>> 18));
  a = (a ^ c) - ((c << 11) | (c >>> 21));
  b = (b ^ a) - ((a << 25) | (a >>> 7));
  c = (c ^ b) - ((b << 16) | (b >>> 16));
  a = (a ^ c) - ((c << 4) | (c >>> 28));
  b = (b ^ a) - ((a << 14) | (a >>> 18));
  c = (c ^ b) - ((b << 24) | (b >>> 8));
  into.high = b >>> 0;
  into.low = c >>> 0;
}
