/** One Markdown table cell: nothing in it ends the cell, the row or the page's formatting. */
export function cell(text: string | null): string {
  if (text === null) return "*NULL*";
  return plain(text).replace(/\r\n|\r|\n/g, "<br>");
}

/** Text in running Markdown, on its line, with every sign that could be markup escaped. */
export function plain(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replace(/[\\`*{}[\]|#~]/g, "\\$&")
      // Inside a word an underscore is no markup.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
      .replace(/\p{Cc}/gu, (sign) => (/\s/.test(sign) ? sign : `\\\\${codePoint(sign)}`))
  );
}

/** A code block whose fence is longer than any in the text. */
export function codeBlock(text: string, language = "sql"): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A Markdown table. @param right the positions of columns that hold numbers */
export function table(head: string[], rows: (string | null)[][], right: number[] = []): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => (right.includes(i) ? "--:" : "---"));
  return [line(head.map(cell)), line(rule), ...rows.map((row) => line(row.map(cell)))].join("\n");
}

/** `1 row`, `2 indexes`, `1,234 rows`. */
export function counted(count: number | bigint | string, noun: string): string {
  const ending = BigInt(count) === 1n ? "" : noun.endsWith("x") ? "es" : "s";
  return `${grouped(count)} ${noun}${ending}`;
}

/** Digits in groups of three. */
export function grouped(count: number | bigint | string): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds for people. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

/** A control character as `u001b`. */
export function codePoint(sign: string): string {
  return `u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A text's beginning, and how long the whole is. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // A sign outside the Basic Multilingual Plane is not cut in two.
  const start = text.slice(0, characters).replace(/[\ud800-\udbff]$/, "");
  return `${start}… (${grouped(text.length)} characters)`;
}
