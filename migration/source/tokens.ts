/**
 * The lexical grammar of SQLite's SQL, as sqlite.org/lang_keywords.html and its tokenizer define it. What the pragmas do not tell (CHECK
 * texts, DEFERRABLE, constraint names) is taken from the stored SQL by token, so that no quote, comment or nesting can mislead.
 */
export interface Token {
  kind: "word" | "quoted name" | "string" | "blob" | "number" | "symbol";
  /** As written. */
  text: string;
  start: number;
  end: number;
}

const spaces = /(?:\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const forms: [Token["kind"], RegExp][] = [
  ["blob", /[xX]'[0-9a-fA-F]*'/y],
  ["string", /'(?:[^']|'')*'/y],
  ["quoted name", /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ["number", /0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y],
  ["word", /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ["symbol", /\|\||->>|->|<<|>>|<=|>=|<>|==|!=|[\s\S]/y],
];

/** The tokens of an SQL text, one by one; spaces and comments are left out. */
export function* tokens(sql: string): Generator<Token> {
  for (let at = 0; ; ) {
    spaces.lastIndex = at;
    at += spaces.exec(sql)?.[0].length ?? 0;
    if (at >= sql.length) return;
    for (const [kind, form] of forms) {
      form.lastIndex = at;
      const text = form.exec(sql)?.[0];
      if (text === undefined) continue;
      yield { kind, text, start: at, end: at + text.length };
      at += text.length;
      break;
    }
  }
}

/** Whether the token is this keyword, written in capitals here and in any case there. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

/** A name without its quotes. SQLite takes a string where a name is due as a name. */
export function nameOf(token: Token): string {
  if (token.kind === "word") return token.text;
  const quote = token.text.at(-1) ?? "";
  const inner = token.text.slice(1, -1);
  return quote === "]" ? inner : inner.replaceAll(quote + quote, quote);
}

/** The text of a string literal. */
export function stringOf(token: Token): string {
  return token.text.slice(1, -1).replaceAll("''", "'");
}

/** The statements of a script, with the line each begins in. A trigger's body ends with its END, as in sqlite3_complete(). */
export function* statements(script: string): Generator<{ sql: string; line: number }> {
  let first: Token | undefined;
  let head: string[] = [];
  let trigger = false;
  let ending = false;
  let line = 1;
  let counted = 0;
  const lineOf = (position: number) => {
    for (; counted < position; counted++) if (script.charCodeAt(counted) === 10) line++;
    return line;
  };
  let last = 0;
  for (const token of tokens(script)) {
    first ??= token;
    if (head.length < 4) {
      head.push(token.kind === "word" ? token.text.toUpperCase() : "");
      trigger ||= head[0] === "CREATE" && token.kind === "word" && head.at(-1) === "TRIGGER";
    }
    last = token.end;
    if (token.text === ";" && (!trigger || ending)) {
      if (first !== token) yield { sql: script.slice(first.start, token.end), line: lineOf(first.start) };
      first = undefined;
      head = [];
      trigger = false;
    }
    ending = isWord(token, "END");
  }
  if (first !== undefined) yield { sql: script.slice(first.start, last), line: lineOf(first.start) };
}
