/** Fields of COPY's binary format from what `encoderFor` lets pass, where the stored bytes do not give them directly. */
import type { TargetType } from "../../model";
import { clockOfBytes, dayOfBytes, halves, momentHalves } from "../../source/moments";
import { numericBytes } from "./numeric";

/** The types whose binary format is written here. The others go as text: the server knows how to read them. */
export function isBinaryType(type: TargetType): boolean {
  return type.kind !== "other" && type.kind !== "real" && type.kind !== "char";
}

/** @param text the value in COPY's text format, which for these types needs no escapes; of json and text, the text itself */
export function fieldOf(kind: TargetType["kind"], text: string): Buffer {
  switch (kind) {
    case "boolean":
      return Buffer.of(text === "t" ? 1 : 0);
    case "smallint":
      return sized(2, (bytes) => bytes.writeInt16BE(Number(text)));
    case "integer":
      return sized(4, (bytes) => bytes.writeInt32BE(Number(text)));
    case "bigint":
      return sized(8, (bytes) => bytes.writeBigInt64BE(BigInt(text)));
    case "double precision":
      return sized(8, (bytes) => bytes.writeDoubleBE(Number(text)));
    case "numeric":
      return numericBytes(text);
    case "uuid":
      return Buffer.from(text.replaceAll("-", ""), "hex");
    case "jsonb":
      return Buffer.concat([Buffer.of(1), Buffer.from(text, "utf8")]);
    case "json":
    case "text":
    case "varchar":
      return Buffer.from(text, "utf8");
    case "date":
      return sized(4, (bytes) => bytes.writeInt32BE(dayOfBytes(Buffer.from(text, "latin1"), 0)));
    case "time":
      return moment(0, clock(text));
    case "timestamp":
      return moment(day(text), clockAfter(text));
    case "timestamptz":
      return moment(day(text), clockAfter(text.slice(0, -6)) - offset(text.slice(-6)));
    default:
      throw new Error(`no binary format for ${kind}`);
  }
}

function sized(length: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length);
  write(bytes);
  return bytes;
}

function day(text: string): number {
  return dayOfBytes(Buffer.from(text.slice(0, 10), "latin1"), 0);
}

function clock(text: string): number {
  return clockOfBytes(Buffer.from(text, "latin1"), 0, text.length);
}

/** A date alone is its midnight. */
function clockAfter(text: string): number {
  return text.length === 10 ? 0 : clock(text.slice(11));
}

/** Microseconds east of UTC of `+HH:MM`. */
function offset(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return (text[0] === "-" ? -minutes : minutes) * 60_000_000;
}

function moment(days: number, microseconds: number): Buffer {
  if (Number.isNaN(days) || Number.isNaN(microseconds)) throw new Error("not a moment");
  momentHalves(days, microseconds);
  return sized(8, (bytes) => {
    bytes.writeInt32BE(halves.high, 0);
    bytes.writeUInt32BE(halves.low, 4);
  });
}
