/** numeric in COPY's binary format: digits to the base 10000, as numeric_recv reads them (PostgreSQL's src/backend/utils/adt/numeric.c). */

const signs = { plus: 0x0000, minus: 0x4000, infinity: 0xd000, minusInfinity: 0xf000 };

/** @param text a decimal, with an exponent or not, or an infinity, as `decimals` of encode.ts lets it pass. @returns the field's bytes */
export function numericBytes(text: string): Buffer {
  if (text === "Infinity") return header(0, 0, signs.infinity, 0, 0);
  if (text === "-Infinity") return header(0, 0, signs.minusInfinity, 0, 0);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw new Error("not a decimal");
  const [, sign, before = "", after = "", exponent = "0"] = match;
  // As numeric_in counts: digits after the point, moved by the exponent.
  const scale = Math.max(0, after.length - Number(exponent));
  const point = before.length + Number(exponent);
  const digits = before + after;
  // The first group ends where the point is, counted in fours.
  const lead = (((4 - (point % 4)) % 4) + 4) % 4;
  const padded = "0".repeat(lead) + digits;
  const groups: number[] = [];
  for (let at = 0; at < padded.length; at += 4) groups.push(Number(padded.slice(at, at + 4).padEnd(4, "0")));
  let weight = (point + lead) / 4 - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  if (groups.length === 0) weight = 0;
  const bytes = header(
    groups.length,
    weight,
    sign === "-" && groups.length > 0 ? signs.minus : signs.plus,
    scale,
    groups.length,
  );
  for (const [index, group] of groups.entries()) bytes.writeInt16BE(group, 8 + index * 2);
  return bytes;
}

function header(count: number, weight: number, sign: number, scale: number, groups: number): Buffer {
  const bytes = Buffer.alloc(8 + groups * 2);
  bytes.writeUInt16BE(count, 0);
  bytes.writeInt16BE(weight, 2);
  bytes.writeUInt16BE(sign, 4);
  bytes.writeUInt16BE(scale, 6);
  return bytes;
}
