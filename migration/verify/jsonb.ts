import { plainDecimal } from "./number";

/**
 * A JSON text as PostgreSQL shows it after `::jsonb`: keys sorted by length, then bytes, the last of equal keys kept, numbers as
 * `numeric` shows them, one blank after `:` and `,`. Null when the text is no JSON, or holds \u0000, which jsonb refuses.
 */
export function jsonbText(text: string): string | null {
  try {
    const reader = new Reader(text);
    const shown = reader.value();
    return reader.atEnd() ? shown : null;
  } catch {
    return null;
  }
}

/** Parses while writing: JSON.parse would round numbers and lose the order and the text of what it read. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.blanks();
    return this.at === this.text.length;
  }

  value(): string {
    this.blanks();
    const next = this.text[this.at];
    if (next === "{") return this.object();
    if (next === "[") return `[${this.list("]", () => this.value()).join(", ")}]`;
    if (next === '"') return JSON.stringify(this.string());
    const word = this.take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    return /^[tfn]/.test(word) ? word : numericText(word);
  }

  private object(): string {
    const members = new Map<string, string>();
    this.list("}", () => {
      this.blanks();
      const key = this.string();
      this.blanks();
      this.take(/:/y);
      members.set(key, this.value());
    });
    const sorted = [...members].map(([key, value]) => ({ key, bytes: Buffer.from(key), value }));
    sorted.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
    return `{${sorted.map(({ key, value }) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`;
  }

  private list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    this.at++;
    this.blanks();
    if (this.text[this.at] === end) {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(item());
      this.blanks();
      const mark = this.text[this.at++];
      if (mark === end) return items;
      if (mark !== ",") throw new SyntaxError("no JSON");
    }
  }

  private string(): string {
    const value = JSON.parse(this.take(/"(?:[^"\\]|\\.)*"/y)) as string;
    if (value.includes("\0") || /\p{Surrogate}/u.test(value)) throw new SyntaxError("not for jsonb");
    return value;
  }

  private blanks(): void {
    this.take(/[ \t\n\r]*/y);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw new SyntaxError("no JSON");
    this.at += found.length;
    return found;
  }
}

/** `numeric` keeps the zeros that end a fraction: as many digits as were written, less what the exponent moves. */
function numericText(word: string): string {
  const [mantissa = "", exponent = "0"] = word.toLowerCase().split("e");
  const written = mantissa.includes(".") ? mantissa.length - mantissa.indexOf(".") - 1 : 0;
  const scale = Math.max(0, written - Number(exponent));
  const plain = plainDecimal(word) ?? word;
  const fraction = plain.includes(".") ? plain.length - plain.indexOf(".") - 1 : 0;
  if (scale <= fraction) return plain;
  return `${plain}${fraction === 0 ? "." : ""}${"0".repeat(scale - fraction)}`;
}
