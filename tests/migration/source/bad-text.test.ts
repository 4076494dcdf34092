import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isValidText, mendText } from "../../../migration/source/bad-text";

// The standard's own decoder is what the verification uses.
test.each(["UTF-8", "UTF-16le", "UTF-16be"])("texts in %s are mended as the Encoding Standard says", (encoding) => {
  const lenient = new TextDecoder(encoding.toLowerCase(), { ignoreBOM: true });
  const strict = new TextDecoder(encoding.toLowerCase(), { fatal: true });
  const isText = (raw: Buffer) => {
    try {
      strict.decode(raw);
      return true;
    } catch {
      return false;
    }
  };
  // Bytes that begin, continue and break off characters, more often than chance has them.
  const parts = [
    "41",
    "00",
    "c3",
    "a9",
    "e2",
    "82",
    "ac",
    "f0",
    "9f",
    "8e",
    "89",
    "ed",
    "a0",
    "d8",
    "dc",
    "ef",
    "bb",
    "bf",
    "fe",
    "ff",
  ];
  for (let i = 0; i < 20_000; i++) {
    const picks = [...randomBytes(1 + (i % 9))].map((byte) => parts[byte % parts.length]);
    const raw = Buffer.from(picks.join(""), "hex");
    expect([raw.toString("hex"), mendText(raw, encoding)]).toEqual([
      raw.toString("hex"),
      lenient.decode(raw).replaceAll("\0", ""),
    ]);
    expect([raw.toString("hex"), isValidText(raw, encoding)]).toEqual([raw.toString("hex"), isText(raw)]);
  }
});
