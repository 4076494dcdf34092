/**
 * Edits the text of a .env file: one key is set or removed, every other line stays as it is, byte for byte. The format is
 * the one dotenv reads: KEY=value or export KEY=value, `#` comments, values in quotes over several lines.
 */

/** A value that is left behind as a comment when the key is set: the application's way back to SQLite. */
const postgresValue = /^["']?postgres(?:ql)?(?:\+\w+)?:\/\//;

/** The key under which the application names its SQLite file; it is kept as a comment. */
const formerKeys = ["DATABASE_PATH", "SQLITE_PATH"];

interface Line {
  /** Without its line end. Several lines of the file where a quoted value spans them. */
  text: string;
  key: string | undefined;
  value: string;
}

/**
 * The text with `key=value` in it once. An active value of the key that is not a PostgreSQL URL is kept as a comment
 * above it, as are the keys that name a SQLite file; a PostgreSQL URL is replaced where it stands.
 */
export function setKey(text: string, key: string, value: string): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const result: string[] = [];
  let written = false;
  const write = () => {
    if (!written) result.push(`${key}=${value}`);
    written = true;
  };
  const lines = parse(text);
  for (const line of lines) {
    const isFormer = line.key !== undefined && formerKeys.includes(line.key);
    if (line.key === key && postgresValue.test(line.value)) write();
    else if (line.key === key || isFormer) {
      result.push(comment(line.text));
      // The new line stands beside the old one, so that going back is swapping two lines.
      if (line.key === key || !lines.some((other) => other.key === key)) write();
    } else result.push(line.text);
  }
  write();
  return join(result, end);
}

/** The text without the line `key=value`; a line with another value of the key stays. */
export function removeKey(text: string, key: string, value: string): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const kept = parse(text).filter((line) => line.key !== key || line.value !== value);
  return kept.length === 0
    ? ""
    : join(
        kept.map((line) => line.text),
        end,
      );
}

/** The value that a reader of the file gets for the key (the last one counts), without quotes; undefined when there is none. */
export function readKey(text: string, key: string): string | undefined {
  const value = parse(text).findLast((line) => line.key === key)?.value;
  return value?.replace(/^(["'])(.*)\1$/s, "$2");
}

function comment(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `# ${line}`)
    .join("\n");
}

function join(lines: string[], end: string): string {
  return lines.map((line) => line.replace(/\r?\n/g, end) + end).join("");
}

function parse(text: string): Line[] {
  const raw = text.split(/\r?\n/);
  if (raw.at(-1) === "") raw.pop();
  const lines: Line[] = [];
  for (let i = 0; i < raw.length; i++) {
    let whole = raw[i] ?? "";
    const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*)$/.exec(whole);
    const quote = /^["'`]/.exec(assignment?.[2] ?? "")?.[0];
    if (quote !== undefined && assignment?.[2]?.indexOf(quote, 1) === -1) {
      const close = raw.findIndex((line, j) => j > i && line.includes(quote));
      // Without a closing quote the value is what stands on the line, as dotenv takes it.
      if (close !== -1) {
        whole = raw.slice(i, close + 1).join("\n");
        i = close;
      }
    }
    lines.push({ text: whole, key: assignment?.[1], value: assignment?.[2]?.trim() ?? "" });
  }
  return lines;
}
